import { closeStaleEpisodes } from "./episode.ts";
import {
  addToBins,
  binStart,
  type BlameState,
  CANDIDATE_MS,
  CHANGE_LIMIT,
  newService,
  newSubject,
  SAMPLE_LIMIT,
  type ServiceState,
  type SubjectState,
  UNLABELLED,
  WINDOW_MS,
} from "./state.ts";
import type { IssueFacts, Observation } from "./types.ts";

export function takeChanges(state: BlameState, observation: Observation): void {
  for (const change of observation.changes) {
    const index = state.changes.findIndex((known) => known.id === change.id);
    if (index >= 0) state.changes[index] = change;
    else {
      state.changes.push(change);
      closeStaleEpisodes(state, change);
    }
  }
  state.changes = state.changes.filter((change) => change.at > state.now - CANDIDATE_MS);
  if (state.changes.length > CHANGE_LIMIT) {
    state.changes.sort((a, b) => a.at - b.at).splice(0, state.changes.length - CHANGE_LIMIT);
  }
}

export function takeHealth(state: BlameState, health: Observation["dependencies"][number]): void {
  const known = state.dependencies[health.name];
  // The start of the trouble is what matters, so a repeated report keeps its time; an independent witness replaces ours.
  const same = known !== undefined && known.state !== "up" && health.state !== "up";
  if (same && known.source !== "calls") return;
  state.dependencies[health.name] = same ? { ...health, at: known.at } : health;
}

export function takeFacts(state: BlameState, facts: IssueFacts): void {
  const key = `issue:${facts.id}`;
  const subject = state.subjects[key] ??= newSubject(key, "issue", facts.service, state.now);
  subject.facts = facts;
}

/** Keeps the latest samples of each subject. */
export function takeSamples(state: BlameState, { samples }: Observation): void {
  const taken = new Set<SubjectState>();
  for (const { issue, ...sample } of samples) {
    const subject = state.subjects[`issue:${issue}`];
    if (!subject) continue;
    subject.samples.push(sample);
    taken.add(subject);
  }
  for (const subject of taken) {
    const fresh = subject.samples.filter(({ at }) => at >= state.now - WINDOW_MS).sort((a, b) => a.at - b.at);
    subject.samples = fresh.slice(-SAMPLE_LIMIT);
  }
}

function serviceOf(state: BlameState, name: string): ServiceState {
  return state.services[name] ??= newService();
}

/** Events that this observation brought, by subject. */
export type Added = Record<string, { count: number; firstAt: number; intervals: Set<number> }>;

/** Puts counts into their intervals and returns what was added per subject. */
export function takeCounts(state: BlameState, observation: Observation): Added {
  const added: Added = {};
  const oldest = state.now - WINDOW_MS;
  const note = (key: string, count: number, at: number) => {
    if (count <= 0) return;
    const one = added[key] ??= { count: 0, firstAt: at, intervals: new Set() };
    one.count += count;
    one.firstAt = Math.min(one.firstAt, at);
    one.intervals.add(binStart(at));
  };
  for (const row of observation.traffic) {
    if (row.at < oldest) continue;
    const service = serviceOf(state, row.service);
    const version = row.version ?? UNLABELLED;
    addToBins(service.bins, row.at, version, row.requests, row.failures);
    service.recent.requests += row.requests;
    service.requestsEver += row.requests;
    service.recent.failures += row.failures;
    const key = `rate:${row.service}`;
    const subject = state.subjects[key] ??= newSubject(key, "rate", row.service, state.now);
    subject.recent += row.failures;
    note(key, row.failures, row.at);
  }
  for (const row of observation.events) {
    const subject = state.subjects[`issue:${row.issue}`];
    if (!subject || row.at < oldest) continue;
    serviceOf(state, subject.service);
    addToBins(subject.bins, row.at, row.version ?? UNLABELLED, row.count, 0);
    subject.recent += row.count;
    note(subject.key, row.count, row.at);
  }
  return added;
}
