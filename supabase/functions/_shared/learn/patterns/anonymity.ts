import { GAP, type Observation, type Shape } from "./shape.ts";

/** A word, type or code is shared only when so many projects have it: then it belongs to none of them. */
export const MIN_PROJECTS = 2;

/** What may be said about some errors without naming a project that they came from. */
export interface Vocabulary {
  words: ReadonlySet<string>;
  types: ReadonlySet<string>;
  codes: ReadonlySet<string>;
  statuses: ReadonlySet<string>;
  platforms: ReadonlySet<string>;
}

/** Everything that at least `MIN_PROJECTS` different projects have among these observations. */
export function sharedVocabulary(observations: readonly Observation[]): Vocabulary {
  const shared = (read: (shape: Shape) => readonly string[]) => {
    const projects = new Map<string, Set<number>>();
    for (const { projectId, shape } of observations) {
      for (const value of read(shape)) {
        projects.set(value, (projects.get(value) ?? new Set()).add(projectId));
      }
    }
    return new Set([...projects].flatMap(([value, ids]) => ids.size >= MIN_PROJECTS ? [value] : []));
  };
  return {
    words: shared(({ words }) => words),
    types: shared(({ types }) => types),
    codes: shared(({ codes }) => codes),
    statuses: shared(({ statuses }) => statuses),
    platforms: shared(({ platform }) => [platform]),
  };
}

/** The shape with everything masked that is not in the vocabulary. */
export function anonymousShape(shape: Shape, vocabulary: Vocabulary): Shape {
  const words: string[] = [];
  for (const word of shape.words) {
    const kept = word !== GAP && vocabulary.words.has(word) ? word : GAP;
    if (kept !== GAP || words.at(-1) !== GAP) words.push(kept);
  }
  return {
    ...shape,
    platform: vocabulary.platforms.has(shape.platform) ? shape.platform : "other",
    types: shape.types.filter((type) => vocabulary.types.has(type)),
    codes: shape.codes.filter((code) => vocabulary.codes.has(code)),
    statuses: shape.statuses.filter((status) => vocabulary.statuses.has(status)),
    words,
  };
}

export interface Example {
  shape: Shape;
  action: string;
  success_count: number;
  failure_count: number;
}

const MAX_EXAMPLES = 10;

/**
 * The errors behind a pattern as anybody may see them, most frequent first. Neither ids nor times are told, actions of one project
 * alone are left out, and shapes that are equal once masked are one example.
 */
export function anonymousExamples(observations: readonly Observation[]): Example[] {
  const vocabulary = sharedVocabulary(observations);
  const examples = new Map<string, Example>();
  for (const { shape, action, shareable, success } of observations) {
    if (!shareable) continue;
    const anonymous = anonymousShape(shape, vocabulary);
    const key = JSON.stringify([action, anonymous]);
    const example = examples.get(key) ?? { shape: anonymous, action, success_count: 0, failure_count: 0 };
    if (success) example.success_count++;
    else example.failure_count++;
    examples.set(key, example);
  }
  const count = (example: Example) => example.success_count + example.failure_count;
  return [...examples.entries()]
    .sort(([a, x], [b, y]) => count(y) - count(x) || (a < b ? -1 : 1))
    .slice(0, MAX_EXAMPLES).map(([, example]) => example);
}
