import type { IssueFacts } from "../types.ts";
import type { Scene } from "./factor.ts";

/** What the other issues of a service have of some words. */
export interface Occurrence {
  /** Issues that tell. */
  issues: number;
  /** How many of them have one of these words. */
  having(words: readonly string[]): number;
}

/**
 * How often words occur in the other issues of the subject's service; `of` gives those of one issue, null where it does not tell. They are
 * indexed once: a service has hundreds of issues, and each of a hundred changes asks about them.
 */
export function occurrence(
  { state, subject }: Scene,
  of: (facts: IssueFacts) => Iterable<string> | null,
): Occurrence {
  const places = new Map<string, number[]>();
  let issues = 0;
  for (const other of Object.values(state.subjects)) {
    if (other === subject || other.service !== subject.service || !other.facts) continue;
    const words = of(other.facts);
    if (words === null) continue;
    for (const word of words) {
      const known = places.get(word);
      if (known) known.push(issues);
      else places.set(word, [issues]);
    }
    issues++;
  }
  return { issues, having: (words) => new Set(words.flatMap((word) => places.get(word) ?? [])).size };
}
