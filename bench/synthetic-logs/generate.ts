import { Random, seedOf } from "./random.ts";
import { KINDS, type Sampler } from "./values.ts";

/** A line whose template is known because it was printed from it. */
export interface LabelledLine {
  content: string;
  eventId: string;
  /** Null when the truth has no text, only a name. */
  template: string | null;
}

/** A statement of a program that logs. */
export interface Statement {
  /** The line with `<*>` for what varies. */
  template: string;
  print(random: Random): string;
}

/** How often a part that a line may have is there. */
const OPTIONAL_SHARE = 0.5;
/** Frequencies of statements fall by this power of their rank: a few make most lines, many are seen once. */
const TAIL = 1.1;

const SLOT = /\{(\w+)\}/g;

/** Reads `text {kind} text[[ optional {kind}]]`: braces that name no kind are text. */
export function statementOf(source: string, random: Random): Statement {
  const parts: { text: string; sampler: Sampler | null; optional: boolean }[] = [];
  let template = "";
  source.split(/\[\[(.*?)\]\]/).forEach((piece, index) => {
    const optional = index % 2 === 1;
    if (optional) template += " <*> ";
    let at = 0;
    const take = (text: string, sampler: Sampler | null) => {
      parts.push({ text, sampler, optional });
      if (!optional) template += sampler ? "<*>" : text;
    };
    for (const found of piece.matchAll(SLOT)) {
      const kind = KINDS[found[1]!];
      if (!kind) continue;
      take(piece.slice(at, found.index), null);
      take("", kind(random));
      at = found.index + found[0].length;
    }
    take(piece.slice(at), null);
  });
  const hasOptional = parts.some((part) => part.optional);
  return {
    template: template.replace(/ +/g, " "),
    print: (r) => {
      const full = !hasOptional || r.next() < OPTIONAL_SHARE;
      return parts.map((part) => part.optional && !full ? "" : part.sampler ? part.sampler(r) : part.text)
        .join("");
    },
  };
}

/** Lines of some statements in random order, with a heavy tail of rare ones; the first line of each statement comes first in frequency. */
export function linesOf(sources: readonly string[], count: number, seed: number): LabelledLine[] {
  const random = new Random(seed);
  const shuffled = random.shuffle([...sources]);
  const statements = shuffled.map((source) => statementOf(source, new Random(seed ^ seedOf(source))));
  const sums: number[] = [];
  let total = 0;
  statements.forEach((_, index) => sums.push(total += 1 / (index + 1) ** TAIL));
  return Array.from({ length: count }, () => {
    const wanted = random.next() * total;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    const statement = statements[low]!;
    return { content: statement.print(random), eventId: shuffled[low]!, template: statement.template };
  });
}
