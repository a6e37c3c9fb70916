import { generalise } from "./generalise.ts";
import { Patterns, type Place } from "./patterns.ts";
import { renderTemplate } from "./render.ts";
import { MAX_LINE_LENGTH, scanLine } from "./scan.ts";
import type { Shape } from "./shape.ts";
import type { ScannedLine } from "./tokens.ts";

/** Different masked lines that one miner remembers. About 300 bytes each, so one project's state is some 600 kB. */
export const DEFAULT_MAX_SHAPES = 2_000;
/** Merges remembered for ids that were given out earlier. Callers that store ids apply `merges()` in time. */
const MAX_ALIASES = 20_000;
/** Part of the shapes that is kept when the rarest make room. */
const KEPT_SHARE = 0.5;
const STATE_VERSION = 2;

interface StoredShape {
  id: number;
  /** Masked tokens, as scanned, or with further positions opened once the shape has swallowed others. */
  tokens: string[];
  count: number;
  /** When it was seen last, in lines. */
  seen: number;
  /** An example, for its blanks and its constant values. */
  sample: string;
  /** Text of each variable part while it has been the same in every line; null once it differed. */
  values: (string | null)[];
  /** Whether lines differed in how many variable parts they have. */
  varies: boolean;
  /** For a shape that stands for several folded ones, and matches by pattern instead of by key. */
  folded: Folded | null;
}

interface Folded {
  /** How many tokens of the sample each token stands for; null when they do not correspond. */
  widths: number[] | null;
  /** What each token may be in a line. */
  places: Place[];
}

/** What a miner knows, as JSON. */
export interface MinerState {
  version: number;
  nextId: number;
  lines: number;
  shapes: StoredShape[];
  /** Pairs of an id and the id that stands for it now. */
  aliases: [number, number][];
}

/** Shapes of one template. */
interface Group {
  id: number;
  tokens: string[];
  shapes: StoredShape[];
  /** Of each shape, how many tokens of its sample each token stands for. */
  widths: (number[] | null)[];
  /** Whether words were seen at each token of the template. */
  opened: boolean[];
}

/** A template as it stands now. */
export interface Template {
  id: number;
  /** The line with `<*>` for its variable parts. */
  text: string;
  count: number;
}

/**
 * Learns the templates of log lines as they arrive: one pass, bounded memory, the same result in whatever order.
 *
 * `add` masks what is data by its form and counts the masked line. Which further words are data shows only when lines are
 * compared; that happens when ids or templates are asked for, on the masked lines alone (see `generalise`). An id is the
 * id of a masked line; `templateOf` gives the id of the template that it belongs to now.
 */
export class TemplateMiner {
  readonly #maxShapes: number;
  #nextId = 1;
  #lines = 0;
  #byKey = new Map<string, StoredShape>();
  #patterns = new Patterns<StoredShape>();
  #aliases = new Map<number, number>();
  #templates: Map<number, Group> | null = null;

  constructor(state: MinerState | null = null, options: { maxShapes?: number } = {}) {
    this.#maxShapes = Math.max(16, options.maxShapes ?? DEFAULT_MAX_SHAPES);
    if (state === null || state.version !== STATE_VERSION) return;
    this.#nextId = state.nextId;
    this.#lines = state.lines;
    for (const shape of state.shapes) {
      this.#store({ ...shape, tokens: [...shape.tokens], values: [...shape.values] });
    }
    this.#aliases = new Map(state.aliases);
  }

  /** Lines added so far. */
  get lineCount(): number {
    return this.#lines;
  }

  /** Masked lines remembered now; never more than the limit. */
  get shapeCount(): number {
    return this.#byKey.size + this.#patterns.size;
  }

  /** Takes one line and returns the id of its masked form. */
  add(line: string): number {
    const scanned = scanLine(line);
    this.#lines++;
    const key = scanned.tokens.join(" ");
    const known = this.#byKey.get(key) ?? this.#patterns.find(scanned.tokens);
    if (known) {
      known.count++;
      known.seen = this.#lines;
      compareValues(known, line, scanned);
      return known.id;
    }
    if (this.shapeCount >= this.#maxShapes) this.#makeRoom();
    const shape: StoredShape = {
      id: this.#nextId++,
      tokens: scanned.tokens,
      count: 1,
      seen: this.#lines,
      sample: line.slice(0, MAX_LINE_LENGTH),
      values: valuesOf(line, scanned),
      varies: false,
      folded: null,
    };
    this.#byKey.set(key, shape);
    this.#templates = null;
    return shape.id;
  }

  /** The id of the template that a masked line belongs to, given all lines so far. */
  templateOf(id: number): number {
    let current = id;
    for (let next = this.#aliases.get(id); next !== undefined; next = this.#aliases.get(next)) current = next;
    return this.#consolidated().get(current)?.id ?? current;
  }

  /** All templates, the most frequent first. */
  templates(): Template[] {
    const seen = new Set<number>();
    const result: Template[] = [];
    for (const { id, shapes, tokens, widths } of this.#consolidated().values()) {
      if (seen.has(id)) continue;
      seen.add(id);
      const count = shapes.reduce((sum, shape) => sum + shape.count, 0);
      result.push({
        id,
        text: renderTemplate(tokens, shapes.map((shape, index) => ({ ...shape, widths: widths[index]! }))),
        count,
      });
    }
    return result.sort((a, b) => b.count - a.count || a.id - b.id);
  }

  /** What must be stored to go on later. */
  toJSON(): MinerState {
    return {
      version: STATE_VERSION,
      nextId: this.#nextId,
      lines: this.#lines,
      shapes: [...this.#byKey.values(), ...this.#patterns.all()],
      aliases: [...this.#aliases],
    };
  }

  #store(shape: StoredShape): void {
    if (shape.folded) this.#patterns.add(shape.tokens, shape.folded.places, shape);
    else this.#byKey.set(shape.tokens.join(" "), shape);
  }

  #consolidated(): Map<number, Group> {
    if (this.#templates) return this.#templates;
    const stored = [...this.#byKey.values(), ...this.#patterns.all()];
    const shapes: Shape[] = stored.map(({ tokens, count, folded }) => ({
      tokens,
      count,
      widths: folded ? folded.widths : tokens.map(() => 1),
      opened: folded ? folded.places.map((place) => place.opened) : tokens.map(() => false),
    }));
    generalise(shapes);
    const groups = new Map<string, Group>();
    const templates = new Map<number, Group>();
    stored.forEach((shape, index) => {
      const { tokens, widths, opened } = shapes[index]!;
      const key = tokens.join(" ");
      const group = groups.get(key) ??
        { id: shape.id, shapes: [], widths: [], opened: tokens.map(() => false), tokens };
      opened.forEach((isOpen, position) => group.opened[position] ||= isOpen);
      group.shapes.push(shape);
      group.widths.push(widths);
      // The oldest id stands for the template, so that it stays while others join.
      group.id = Math.min(group.id, shape.id);
      groups.set(key, group);
      templates.set(shape.id, group);
    });
    return this.#templates = templates;
  }

  /** Folds the shapes of each template into one, and if that is not enough forgets the rarest. */
  #makeRoom(): void {
    const groups = new Set(this.#consolidated().values());
    this.#byKey.clear();
    this.#patterns.clear();
    let kept: StoredShape[] = [];
    for (const group of groups) {
      if (group.shapes.length === 1) {
        kept.push(group.shapes[0]!);
        continue;
      }
      for (const shape of group.shapes) if (shape.id !== group.id) this.#alias(shape.id, group.id);
      kept.push(fold(group));
    }
    const room = Math.floor(this.#maxShapes * KEPT_SHARE);
    if (kept.length > room) {
      kept = kept.sort((a, b) =>
        Number(b.folded !== null) - Number(a.folded !== null) || b.count - a.count || b.seen - a.seen
      )
        .slice(0, room);
    }
    for (const shape of kept) this.#store(shape);
    this.#templates = null;
  }

  #alias(from: number, to: number): void {
    this.#aliases.set(from, to);
    if (this.#aliases.size > MAX_ALIASES) {
      const oldest = this.#aliases.keys().next();
      if (!oldest.done) this.#aliases.delete(oldest.value);
    }
  }
}

/** One shape for all of a template. */
function fold({ id, shapes, widths, opened, tokens }: Group): StoredShape {
  const best = shapes.reduce((top, shape, index) =>
    (widths[index] !== null && widths[top] === null) ||
      ((widths[index] === null) === (widths[top] === null) && shape.count > shapes[top]!.count)
      ? index
      : top, 0);
  const first = shapes[best]!;
  const places = tokens.map((_, position) => ({
    opened: opened[position]!,
    reach: Math.max(
      1,
      ...shapes.map((shape, index) =>
        Math.max(widths[index]?.[position] ?? 1, shape.folded?.places[position]?.reach ?? 1)
      ),
    ),
  }));
  return {
    id,
    tokens,
    count: shapes.reduce((sum, shape) => sum + shape.count, 0),
    seen: Math.max(...shapes.map((shape) => shape.seen)),
    sample: first.sample,
    values: shapes.reduce((values, shape) => commonValues(values, shape.values), first.values),
    varies: shapes.some((shape) => shape.varies),
    folded: { widths: widths[best]!, places },
  };
}

function valuesOf(line: string, { spans }: ScannedLine): string[] {
  const values: string[] = [];
  for (let i = 0; i < spans.length; i += 2) values.push(line.slice(spans[i], spans[i + 1]));
  return values;
}

/** Notes which variable parts differ from what they have been so far. */
function compareValues(shape: StoredShape, line: string, { spans }: ScannedLine): void {
  const values = shape.values;
  if (values.length * 2 !== spans.length) {
    shape.varies = true;
    if (shape.folded || spans.length <= values.length * 2) return;
    // The fullest line shows every part that a template can have.
    shape.sample = line.slice(0, MAX_LINE_LENGTH);
    shape.values = new Array<null>(spans.length / 2).fill(null);
    return;
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value === null) continue;
    const start = spans[2 * i]!;
    if (spans[2 * i + 1]! - start !== value.length || !line.startsWith(value, start)) values[i] = null;
  }
}

function commonValues(a: (string | null)[], b: (string | null)[]): (string | null)[] {
  return a.map((value, index) => a.length === b.length && value === b[index] ? value : null);
}
