import { Patterns } from "./patterns.ts";
import { type Candidate, isWord, MAX_GAP, type Shape, widest } from "./shape.ts";
import { VARIABLE } from "./vocabulary.ts";

/** Fixed words that a template must have to take in lines that were never compared with it. */
const ANCHORS = 2;

/** Whether words were seen at each token of a candidate. */
function openedPlaces(candidate: Candidate): boolean[] {
  return candidate.tokens.map((_, position) => candidate.shapes.some((shape) => shape.opened[position]));
}

/** Gives a shape the tokens of the template that it is an instance of. Its widths are lost where several may fit. */
function adopt(shape: Shape, template: Candidate, opened: boolean[]): void {
  shape.widths = shape.widths && shape.tokens.length === template.tokens.length ? shape.widths : null;
  shape.tokens = template.tokens;
  shape.opened = opened;
}

/**
 * Lines that are instances of a template found by comparing more frequent ones: rare values at several places at once
 * are never seen in exchange for each other. Returns whether there were any.
 */
export function absorb(candidates: readonly Candidate[]): boolean {
  const patterns = new Patterns<{ candidate: Candidate; opened: boolean[] }>();
  for (const candidate of candidates) {
    const opened = openedPlaces(candidate);
    if (!opened.includes(true) || candidate.tokens.filter(isWord).length < ANCHORS) continue;
    const reach = widest(candidate);
    const places = candidate.tokens.map((token, position) => ({
      opened: token === VARIABLE && opened[position]!,
      // What has had several words may have more of them.
      reach: reach[position]! > 1 ? MAX_GAP : 1,
    }));
    patterns.add(candidate.tokens, places, { candidate, opened });
  }
  if (patterns.size === 0) return false;
  let changed = false;
  for (const candidate of candidates) {
    const found = patterns.find(
      candidate.tokens,
      (value) => value.candidate !== candidate && value.candidate.count > candidate.count,
    );
    if (found === null) continue;
    changed = true;
    for (const shape of candidate.shapes) adopt(shape, found.candidate, found.opened);
  }
  return changed;
}
