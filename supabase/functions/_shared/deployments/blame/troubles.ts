import type { BlameState, Span, SubjectState } from "./state.ts";

export const within = (t: number, spans: readonly Span[]) =>
  spans.some(({ from, to }) => t >= from && t < to);

/**
 * When something was wrong with the subject. A service's failures are as its issues are: what these were in trouble for is no part of
 * what is usual for it either.
 */
export function troublesOf(state: BlameState, subject: SubjectState): Span[] {
  const spans = [...pastTroubles(state, subject)];
  if (subject.episode) spans.push({ from: subject.episode.firstEventAt, to: Infinity });
  if (subject.kind === "issue") return spans;
  for (const { kind, service, episode, level } of Object.values(state.subjects)) {
    if (kind !== "issue" || service !== subject.service) continue;
    if (episode) spans.push({ from: episode.firstEventAt, to: Infinity });
    if (level) spans.push({ from: level.from, to: Infinity });
  }
  return spans;
}

/** Those of its troubles that are over. */
export function pastTroubles(state: BlameState, subject: SubjectState): readonly Span[] {
  if (subject.kind === "issue") return subject.excluded;
  const spans = [...subject.excluded];
  for (const { kind, service, excluded } of Object.values(state.subjects)) {
    if (kind === "issue" && service === subject.service && excluded.length > 0) spans.push(...excluded);
  }
  return spans;
}

/**
 * Events that issues in trouble account for, by interval and version. They know stacks and messages; what a service's bare rate is
 * for are failures that nobody reported.
 */
export function reportedTroubles(state: BlameState, service: string): Map<number, Record<string, number>> {
  const reported = new Map<number, Record<string, number>>();
  for (const subject of Object.values(state.subjects)) {
    if (subject.kind !== "issue" || subject.service !== service) continue;
    if (!subject.episode && !subject.level && subject.excluded.length === 0) continue;
    for (const { t, cells } of subject.bins) {
      const sums = reported.get(t) ?? {};
      for (const version in cells) sums[version] = (sums[version] ?? 0) + cells[version]![0];
      reported.set(t, sums);
    }
  }
  return reported;
}
