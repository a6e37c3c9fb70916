import { type BlameState, seenSince, type Span, type SubjectState, type Sums } from "./state.ts";
import { troublesOf, within } from "./troubles.ts";

/** Requests that a rate which nobody has measured yet is assumed to have had; they fade as events tell more. */
const ASSUMED_REQUESTS = 1000;
/** A level has fallen back when its last minutes are this much likelier under the rate before it, in nats. */
const FALLEN_BACK_NATS = 5;
const FALLEN_BACK_MS = 10 * 60_000;
/** A level that held for this long is what is usual. */
const SETTLED_MS = 24 * 3_600_000;
/** Fewer events than this make no level. */
const LEVEL_EVENTS = 5;

/** Events per request behind these sums, plus so many events. */
export function rateOf({ events, requests }: Sums, plus: number): number {
  return (events + plus) / (requests + ASSUMED_REQUESTS / (1 + events));
}

/** Events per request of the time before any level that goes on. */
export function pastRate(subject: SubjectState): number {
  return rateOf(subject.past, 1);
}

/** Whether the interval that starts at `t` belongs to what a rise is measured against now. */
export function isUsual(subject: SubjectState, troubles: readonly Span[], t: number): boolean {
  return t >= (subject.level?.from ?? -Infinity) && !within(t, troubles);
}

/** Sums of what is measured against besides the window. */
export function usualBefore(subject: SubjectState): Sums {
  return subject.level ?? subject.past;
}

/** Takes what left the window, from before `t`, for ordinary, for a part of the level, or for neither. */
export function remember(
  state: BlameState,
  subject: SubjectState,
  left: Sums,
  t: number,
  decay: number,
): void {
  const { past, level } = subject;
  for (const sums of level ? [past, level] : [past]) {
    sums.events *= decay;
    sums.requests *= decay;
  }
  subject.excluded = subject.excluded.filter(({ to }) => to > t - 60_000);
  if (within(t, troublesOf(state, subject))) return;
  const into = level && t >= level.from ? level : past;
  into.events += left.events;
  into.requests += left.requests;
}

/** A rise is over: its time is not ordinary, and if its errors go on clearly above the rate before, they make a level. */
export function setApart(
  state: BlameState,
  subject: SubjectState,
  span: Span,
  levelFrom: number | null,
): void {
  const from = levelFrom === null ? null : Math.max(levelFrom, span.from);
  if (from === null || !isAbove(state, subject, from)) {
    subject.excluded.push(span);
    return;
  }
  subject.excluded.push({ from: Math.min(span.from, subject.level?.from ?? span.from), to: from });
  subject.level = { from, events: 0, requests: 0 };
}

function isAbove(state: BlameState, subject: SubjectState, since: number): boolean {
  const { events, requests } = seenSince(state, subject, since);
  return events >= LEVEL_EVENTS && events > 2 * pastRate(subject) * requests;
}

/** Ends a level whose errors have fallen back to what they were before, or that held so long that it is what is usual. */
export function reviewLevel(state: BlameState, subject: SubjectState): void {
  const level = subject.level;
  if (!level) return;
  if (state.now - level.from > SETTLED_MS) {
    subject.past = { events: level.events, requests: level.requests };
    subject.level = null;
    return;
  }
  const since = state.now - FALLEN_BACK_MS;
  if (since <= level.from || subject.episode) return;
  const lately = seenSince(state, subject, since);
  const all = seenSince(state, subject, level.from);
  const rate = rateOf({
    events: level.events + all.events - lately.events,
    requests: level.requests + all.requests - lately.requests,
  }, 0.5);
  const before = pastRate(subject);
  const nats = lately.events * Math.log(before / rate) + (rate - before) * lately.requests;
  if (before >= rate || nats < FALLEN_BACK_NATS) return;
  subject.excluded.push({ from: level.from, to: since });
  subject.level = null;
}
