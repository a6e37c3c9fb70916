import { fadeExperience } from "./hazard.ts";
import {
  type BlameState,
  HALF_LIFE_MS,
  SUBJECT_LIMIT,
  type SubjectState,
  takeOld,
  WINDOW_MS,
} from "./state.ts";
import { remember, reviewLevel } from "./usual.ts";

/** The past is aged this often. */
export const AGE_MS = 60_000;

/** Moves what left the window into the decayed past, and forgets what is too old or too much. */
export function age(state: BlameState, elapsed: number): void {
  state.agedAt = state.now;
  const decay = 0.5 ** (elapsed / HALF_LIFE_MS);
  const limit = state.now - WINDOW_MS;
  fadeExperience(state, elapsed);
  const left: Record<string, [number, number]> = {};
  for (const [name, service] of Object.entries(state.services)) {
    const [requests, failures] = left[name] = takeOld(service.bins, limit);
    service.recent.requests -= requests;
    service.recent.failures -= failures;
    service.past.requests = service.past.requests * decay + requests;
    service.past.failures = service.past.failures * decay + failures;
  }
  for (const subject of Object.values(state.subjects)) {
    const [requests, failures] = left[subject.service] ?? [0, 0];
    const events = subject.kind === "rate" ? failures : takeOld(subject.bins, limit)[0];
    subject.recent -= events;
    remember(state, subject, { events, requests }, limit - AGE_MS, decay);
    reviewLevel(state, subject);
  }
  const issues = Object.values(state.subjects).filter((subject) => subject.kind === "issue");
  if (issues.length <= SUBJECT_LIMIT) return;
  // Quiet ones first; of those in an episode the ones that were silent for longest.
  const open = (subject: SubjectState) => (subject.episode === null ? 0 : 1);
  issues.sort((a, b) => open(a) - open(b) || a.lastEventAt - b.lastEventAt);
  for (const subject of issues.slice(0, issues.length - SUBJECT_LIMIT)) delete state.subjects[subject.key];
}
