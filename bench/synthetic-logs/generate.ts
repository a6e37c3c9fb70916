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
  print(random: Random): LabelledLine & { template: string };
}

/** How often a part that a line may have is there. */
const OPTIONAL_SHARE = 0.5;
/** Frequencies of statements fall by this power of their rank: a few make most lines, many are seen once. */
const TAIL = 1.1;

const SLOT = /\{(\w+)\}/g;
/** Kinds whose value belongs to the statement: what a request asks for is a verb, though printed from a variable. */
const VERBS = new Set(["method"]);

interface Part {
  text: string;
  sampler: Sampler | null;
  isVerb: boolean;
  optional: boolean;
}

/** Reads `text {kind} text[[ optional {kind}]]`: braces that name no kind are text. */
export function statementOf(source: string, random: Random): Statement {
  const parts: Part[] = [];
  source.split(/\[\[(.*?)\]\]/).forEach((piece, index) => {
    const optional = index % 2 === 1;
    let at = 0;
    const take = (text: string, sampler: Sampler | null, isVerb = false) =>
      parts.push({ text, sampler, isVerb, optional });
    for (const found of piece.matchAll(SLOT)) {
      const kind = KINDS[found[1]!];
      if (!kind) continue;
      take(piece.slice(at, found.index), null);
      take("", kind(random), VERBS.has(found[1]!));
      at = found.index + found[0].length;
    }
    take(piece.slice(at), null);
  });
  const hasOptional = parts.some((part) => part.optional);
  return {
    print: (r) => {
      const full = !hasOptional || r.next() < OPTIONAL_SHARE;
      let content = "";
      let template = "";
      let eventId = source;
      for (const { text, sampler, isVerb, optional } of parts) {
        const value = sampler ? sampler(r) : text;
        if (!optional || full) content += value;
        if (isVerb) eventId += ` ${value}`;
        template += optional ? " <*> " : sampler && !isVerb ? "<*>" : value;
      }
      return { content, eventId, template: template.replace(/ +/g, " ") };
    },
  };
}

/** Prints one line after the other from some statements in random order, with a heavy tail of rare ones. */
export function printer(sources: readonly string[], seed: number): () => LabelledLine & { template: string } {
  const random = new Random(seed);
  const statements = random.shuffle([...sources])
    .map((source) => statementOf(source, new Random(seed ^ seedOf(source))));
  const sums: number[] = [];
  let total = 0;
  statements.forEach((_, index) => sums.push(total += 1 / (index + 1) ** TAIL));
  return () => {
    const wanted = random.next() * total;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return statements[low]!.print(random);
  };
}

/** So many lines of a printer. */
export function linesOf(
  sources: readonly string[],
  count: number,
  seed: number,
): (LabelledLine & { template: string })[] {
  return Array.from({ length: count }, printer(sources, seed));
}
