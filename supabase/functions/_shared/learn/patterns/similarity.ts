import { GAP, isGenericType, literals, type Shape } from "./shape.ts";

/** Share of the words that two messages must have in common: where a code or a telling type agrees, and where nothing else does. */
const WORDS_WITH_SAME_CODE = 0.35;
const WORDS_WITH_SAME_TYPE = 0.5;
const WORDS_ALONE = 0.7;
/** Fewer words say nothing by themselves. */
const MIN_WORDS_ALONE = 4;

/** Whether two errors are the same fault, as far as what is general about them tells. Symmetric. */
export function areSimilar(a: Shape, b: Shape): boolean {
  const sameCode = a.codes.some((code) => b.codes.includes(code));
  // Two codes are two causes, whatever the wording.
  if (a.codes.length > 0 && b.codes.length > 0 && !sameCode) return false;
  const share = sharedWords(a.words, b.words);
  const shortest = Math.min(literals(a.words).length, literals(b.words).length);
  if (sameCode && (share >= WORDS_WITH_SAME_CODE || shortest < MIN_WORDS_ALONE)) return true;
  const types = (shape: Shape) =>
    shape.types.filter((type) => !isGenericType(type)).map((type) => type.toLowerCase());
  const [ofA, ofB] = [types(a), types(b)];
  if (ofA.some((type) => ofB.includes(type))) return share >= WORDS_WITH_SAME_TYPE;
  if (ofA.length > 0 && ofB.length > 0) return false;
  return share >= WORDS_ALONE && shortest >= MIN_WORDS_ALONE;
}

/** Dice's coefficient of the words that both have in the same order, 0..1. */
export function sharedWords(a: readonly string[], b: readonly string[]): number {
  const total = literals(a).length + literals(b).length;
  return total === 0 ? 0 : (2 * literals(commonWords(a, b)).length) / total;
}

/**
 * The longest common subsequence of words, with `*` wherever either side had something between. Quadratic in the number of words,
 * which is bounded where they are made.
 *
 * @example commonWords(["pool", "of", "*", "is", "full"], ["pool", "is", "full", "now"]) // ["pool", "*", "is", "full"]
 */
export function commonWords(a: readonly string[], b: readonly string[]): string[] {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] = a[i] === b[j] && a[i] !== GAP
        ? lengths[(i + 1) * width + j + 1]! + 1
        : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
    }
  }
  const common: string[] = [];
  let [i, j] = [0, 0];
  let adjacent = true;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j] && a[i] !== GAP) {
      if (!adjacent && common.length > 0) common.push(GAP);
      common.push(a[i]!);
      adjacent = true;
      i++;
      j++;
    } else {
      adjacent = false;
      if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) i++;
      else j++;
    }
  }
  return common;
}
