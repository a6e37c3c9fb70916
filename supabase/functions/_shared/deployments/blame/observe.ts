import { calmDetector, detectorLevel, risingSince, stepDetector } from "./detector.ts";
import { decide } from "./decide.ts";
import { type BlamePriors, PUBLIC_PRIORS } from "./priors.ts";
import {
  addToBins,
  type Bin,
  BIN_MS,
  binStart,
  type BlameState,
  CANDIDATE_MS,
  type Episode,
  HALF_LIFE_MS,
  isBaseline,
  type ServiceState,
  SUBJECT_LIMIT,
  type SubjectState,
  sumOf,
  takeOld,
  UNLABELLED,
  WINDOW_MS,
} from "./state.ts";
import type { Change, IssueFacts, Observation, Verdict } from "./types.ts";

/** Mean steps between false alarms of one subject: at one step per 10 s, more than a day. Bursts are for the posterior. */
const ALARM_LEVEL = 10_000;
/** An episode is watched this long after it opened, then closed undecided. */
const EPISODE_MS = 15 * 60_000;
/** A blamed episode ends when this long brought no more errors than usual, or after BLAMED_LIMIT_MS. */
const QUIET_MS = 5 * 60_000;
const BLAMED_LIMIT_MS = 2 * 3_600_000;
/** An episode settled as "none" is closed after this long, so that a further rise is a new one. */
const AFTER_DECISION_MS = 5 * 60_000;
/** An open episode is judged at every step for this long, later every REVIEW_MS. */
const FRESH_MS = 3 * 60_000;
const REVIEW_MS = 60_000;
/** A service's failures are left to its issues when these make up this share of them. */
const EXPLAINED_SHARE = 0.5;
const EXPLAINED_LEAD_MS = 60_000;
/** An issue that was first seen this long before its events reach us is no new one. */
const NEW_ISSUE_MS = 30 * 60_000;
/** Fewer events than this make no new level. */
const NEW_NORMAL_EVENTS = 5;
/** An episode with a suspect this likely is not given up for a newer change, nor for a further rise. */
const LIKELY = 0.5;
/** A change this long after the first event cannot have caused it, whatever the clocks say. */
const CLEAR_MS = 20_000;
/** Within an episode only a rise beyond doubt is another fault: its counts are rarely as even as a detector assumes. */
const FURTHER_ALARM_LEVEL = 1e8;
/** An episode's level is known after this long. */
const LEVEL_MS = 60_000;
/** Rises of one issue that are no further apart than this are one burst. */
const BURST_GAP_MS = 60 * 60_000;
/** A rise this soon after an unexplained one of the same subject is most likely more of the same. */
const CONTINUES_MS = 30 * 60_000;
/** The past is aged this often. */
const AGE_MS = 60_000;
/** No verdict before this much history: before it every issue is new. */
const WARM_UP_MS = 10 * 60_000;

/**
 * One step of blame: takes in what arrived since the last one, and judges every open episode.
 *
 * Pure: the new state is returned, the old one stays as it was. Call it every interval (10 s), or with whatever interval
 * the shell can manage; late counts find their own interval as long as it is in the window of half an hour.
 *
 * @returns one verdict per open episode; act on the first `blame` of each
 */
export function observe(
  before: BlameState,
  observation: Observation,
  priors: BlamePriors = PUBLIC_PRIORS,
): { state: BlameState; verdicts: Verdict[] } {
  const state = structuredClone(before);
  return { state, verdicts: advance(state, observation, priors) };
}

/** `observe` on a state that the caller owns: it is changed in place. */
export function advance(
  state: BlameState,
  observation: Observation,
  priors: BlamePriors = PUBLIC_PRIORS,
): Verdict[] {
  state.now = Math.max(state.now, observation.at);
  takeChanges(state, observation);
  for (const health of observation.dependencies) takeHealth(state, health);
  for (const facts of observation.issues) takeFacts(state, facts);
  const added = takeCounts(state, observation);
  if (state.now - state.agedAt >= AGE_MS) age(state, state.now - state.agedAt);
  watch(state, added);
  return judge(state, priors);
}

function takeChanges(state: BlameState, observation: Observation): void {
  for (const change of observation.changes) {
    const index = state.changes.findIndex((known) => known.id === change.id);
    if (index >= 0) state.changes[index] = change;
    else {
      state.changes.push(change);
      clearStale(state, change);
    }
  }
  state.changes = state.changes.filter((change) => change.at > state.now - CANDIDATE_MS);
}

/**
 * An old rise that no change explained must not hide a new one: when a change comes, such episodes of its service end, and
 * their level is what the next rise is measured against.
 */
function clearStale(state: BlameState, change: Change): void {
  for (const subject of Object.values(state.subjects)) {
    const episode = subject.episode;
    if (!episode || episode.blamed || (change.service !== null && subject.service !== change.service)) {
      continue;
    }
    const lead = episode.verdict;
    const suspected = lead !== null && lead.changeId !== null && lead.probability >= LIKELY;
    if (!suspected && change.at > episode.firstEventAt + CLEAR_MS) close(state, subject, episode);
  }
}

function takeHealth(state: BlameState, health: Observation["dependencies"][number]): void {
  const known = state.dependencies[health.name];
  // The start of the trouble is what matters, so a repeated report keeps its time; an independent witness replaces ours.
  const same = known !== undefined && known.state !== "up" && health.state !== "up";
  if (same && known.source !== "calls") return;
  state.dependencies[health.name] = same ? { ...health, at: known.at } : health;
}

function takeFacts(state: BlameState, facts: IssueFacts): void {
  const key = `issue:${facts.id}`;
  const subject = state.subjects[key] ??= newSubject(key, "issue", facts.service, state.now);
  subject.facts = facts;
}

function newSubject(key: string, kind: SubjectState["kind"], service: string, now: number): SubjectState {
  return {
    key,
    kind,
    service,
    facts: null,
    bins: [],
    recent: 0,
    past: { events: 0, requests: 0 },
    levelFrom: 0,
    excluded: null,
    detector: calmDetector(),
    requestsSeen: 0,
    lastEventAt: now,
    episode: null,
    bursts: 0,
    lastBurstAt: 0,
  };
}

function serviceOf(state: BlameState, name: string): ServiceState {
  return state.services[name] ??= {
    bins: [],
    requestsEver: 0,
    recent: { requests: 0, failures: 0 },
    past: { requests: 0, failures: 0 },
    versions: {},
    newIssues: 0,
  };
}

/** Events that this observation brought, by subject. */
type Added = Record<string, { count: number; firstAt: number }>;

/** Puts counts into their intervals and returns what was added per subject. */
function takeCounts(state: BlameState, observation: Observation): Added {
  const added: Added = {};
  const oldest = state.now - WINDOW_MS;
  const note = (key: string, count: number, at: number) => {
    if (count <= 0) return;
    const known = added[key];
    added[key] = { count: (known?.count ?? 0) + count, firstAt: Math.min(known?.firstAt ?? at, at) };
  };
  for (const row of observation.traffic) {
    if (row.at < oldest) continue;
    const service = serviceOf(state, row.service);
    const version = row.version ?? UNLABELLED;
    addToBins(service.bins, row.at, version, row.requests, row.failures);
    service.recent.requests += row.requests;
    service.requestsEver += row.requests;
    service.recent.failures += row.failures;
    service.versions[version] ??= row.at;
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

/** Moves what left the window into the decayed past, and forgets what is too old or too much. */
function age(state: BlameState, elapsed: number): void {
  state.agedAt = state.now;
  const decay = 0.5 ** (elapsed / HALF_LIFE_MS);
  const limit = state.now - WINDOW_MS;
  const left: Record<string, [number, number]> = {};
  for (const [name, service] of Object.entries(state.services)) {
    service.newIssues *= decay;
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
    subject.bursts *= decay;
    const part = isBaseline(subject, limit - AGE_MS) ? 1 : 0;
    subject.past.events = subject.past.events * decay + part * events;
    subject.past.requests = subject.past.requests * decay + part * requests;
  }
  const issues = Object.values(state.subjects).filter((subject) => subject.kind === "issue");
  if (issues.length <= SUBJECT_LIMIT) return;
  const quiet = issues.filter((subject) => subject.episode === null).sort((a, b) =>
    a.lastEventAt - b.lastEventAt
  );
  for (const subject of quiet.slice(0, issues.length - SUBJECT_LIMIT)) delete state.subjects[subject.key];
}

/**
 * Runs the detectors of the subjects that had events, and opens episodes. A quiet subject needs no step: traffic without
 * events only lowers its detector, and is caught up with at the next event.
 */
function watch(state: BlameState, added: Added): void {
  const warm = state.now - state.startedAt >= WARM_UP_MS;
  for (const [key, events] of Object.entries(added)) {
    const subject = state.subjects[key];
    if (!subject) continue;
    subject.lastEventAt = state.now;
    const requestsEver = state.services[subject.service]?.requestsEver ?? 0;
    const requests = requestsEver - subject.requestsSeen;
    subject.requestsSeen = requestsEver;
    const episode = subject.episode;
    // An episode first has to find its own level; a rise above that level later is another fault.
    if (episode && (episode.blamed || state.now - episode.openedAt < LEVEL_MS)) continue;
    const rate = episode ? episodeRate(state, subject, episode) : quietRate(state, subject);
    subject.detector = stepDetector(
      subject.detector,
      events.count,
      rate * requests,
      binStart(events.firstAt),
    );
    if (!warm) continue;
    const facts = subject.facts;
    const isNew = facts !== null && episode === null && facts.firstSeenAt > state.now - NEW_ISSUE_MS &&
      subject.past.events === 0 && facts.firstSeenAt >= state.startedAt + WARM_UP_MS &&
      firstEventAt(subject) >= facts.firstSeenAt - 60_000;
    const suspected = (episode?.verdict?.changeId ?? null) !== null &&
      episode!.verdict!.probability >= LIKELY;
    const alarm = episode ? FURTHER_ALARM_LEVEL : ALARM_LEVEL;
    if (isNew || (!suspected && detectorLevel(subject.detector) >= alarm)) {
      const first = isNew ? facts.firstSeenAt : sharpestRise(state, subject, rate) ?? events.firstAt;
      if (episode) close(state, subject, episode);
      const continues = !isNew && state.now - subject.lastBurstAt < CONTINUES_MS;
      subject.detector = calmDetector();
      subject.episode = {
        openedAt: state.now,
        firstEventAt: first,
        scores: {},
        verdict: null,
        settledAt: null,
        blamed: false,
        continues,
      };
    }
  }
}

function firstEventAt(subject: SubjectState): number {
  return subject.bins[0]?.t ?? Infinity;
}

/**
 * Start of the rise that an alarm is about: the interval with an event since which the counts speak loudest against the old rate
 * (generalised likelihood ratio). The CUSUM's own start may be a lone event long before, which tells nothing of this rise.
 */
function sharpestRise(state: BlameState, subject: SubjectState, rate: number): number | null {
  const bins = state.services[subject.service]?.bins ?? [];
  const own = new Map(subject.bins.map((bin) => [bin.t, sumOf(bin)[0]]));
  let [events, requests, best] = [0, 0, 0];
  let start: number | null = null;
  for (let index = bins.length - 1; index >= 0; index--) {
    const bin = bins[index]!;
    const [r, f] = sumOf(bin);
    const count = subject.kind === "rate" ? f : own.get(bin.t) ?? 0;
    events += count;
    requests += r;
    const expected = rate * Math.max(requests, 1);
    if (count === 0 || events <= expected) continue;
    const ratio = events * Math.log(events / expected) - (events - expected);
    if (ratio > best) [best, start] = [ratio, bin.t];
  }
  return start;
}

/** A cautious rate of events per request within an episode, up to the rise that its detector may see. */
function episodeRate(state: BlameState, subject: SubjectState, episode: Episode): number {
  const until = risingSince(subject.detector) ?? Infinity;
  const between = (bins: readonly Bin[]) => {
    const [all, later] = [sumSince(bins, episode.firstEventAt - BIN_MS), sumSince(bins, until)];
    return [all[0] - later[0], all[1] - later[1]] as const;
  };
  const [requests, failures] = between(state.services[subject.service]?.bins ?? []);
  const events = subject.kind === "rate" ? failures : between(subject.bins)[0];
  return (events + 1 + Math.sqrt(Math.max(0, events))) / Math.max(1, requests);
}

/** A cautious rate of events per request outside of episodes: one standard deviation above the mean. */
function quietRate(state: BlameState, subject: SubjectState): number {
  const service = state.services[subject.service];
  const since = risingSince(subject.detector) ?? Infinity;
  let { events, requests } = subject.past;
  if (subject.levelFrom === 0 && subject.excluded === null) {
    // The rise itself must not raise what it is compared with.
    const risen = since === Infinity ? [0, 0] : sumSince(service?.bins ?? [], since);
    requests += (service?.recent.requests ?? 0) - risen[0]!;
    const own = since === Infinity || subject.kind === "rate" ? risen[1]! : sumSince(subject.bins, since)[0];
    events += subject.recent - own;
  } else {
    const add = (bins: readonly Bin[], take: (sum: [number, number]) => void) => {
      for (const bin of bins) if (bin.t < since && isBaseline(subject, bin.t)) take(sumOf(bin));
    };
    add(service?.bins ?? [], (sum) => {
      requests += sum[0];
      if (subject.kind === "rate") events += sum[1];
    });
    if (subject.kind === "issue") add(subject.bins, (sum) => events += sum[0]);
  }
  return (events + 1 + Math.sqrt(Math.max(0, events))) / (requests + 1000);
}

function sumSince(bins: readonly Bin[], since: number): [number, number] {
  const total: [number, number] = [0, 0];
  for (let index = bins.length - 1; index >= 0 && bins[index]!.t >= since; index--) {
    const [first, second] = sumOf(bins[index]);
    total[0] += first;
    total[1] += second;
  }
  return total;
}

function judge(state: BlameState, priors: BlamePriors): Verdict[] {
  const verdicts: Verdict[] = [];
  for (const subject of Object.values(state.subjects)) {
    const episode = subject.episode;
    if (!episode) continue;
    if (isOver(state, subject, episode)) {
      close(state, subject, episode);
      continue;
    }
    if (!isDue(episode, state.now)) continue;
    if (subject.kind === "rate" && !episode.blamed && isExplained(state, subject, episode)) {
      close(state, subject, episode);
      continue;
    }
    const scene = { state, subject, priors, firstEventAt: episode.firstEventAt, now: state.now };
    const { verdict, scores } = decide(scene);
    episode.scores = scores;
    episode.verdict = verdict;
    if (verdict.decision !== "none") episode.settledAt = null;
    else episode.settledAt ??= state.now;
    if (verdict.decision === "blame") episode.blamed = true;
    verdicts.push(verdict);
  }
  return verdicts;
}

/** A blamed episode lasts until the errors stop; any other one until it is settled or too old to be decided. */
function isOver(state: BlameState, subject: SubjectState, episode: Episode): boolean {
  const openFor = state.now - episode.openedAt;
  if (!episode.blamed) {
    return openFor > EPISODE_MS ||
      (episode.settledAt !== null && state.now - episode.settledAt > AFTER_DECISION_MS);
  }
  if (openFor > BLAMED_LIMIT_MS) return true;
  if (openFor < QUIET_MS) return false;
  const since = state.now - QUIET_MS;
  const bins = state.services[subject.service]?.bins ?? [];
  const [requests, failures] = sumSince(bins, since);
  const events = subject.kind === "rate" ? failures : sumSince(subject.bins, since)[0];
  const normal = (subject.past.events + 1) / (subject.past.requests + 1000);
  return events <= 1 + 2 * normal * requests;
}

/**
 * True when issues with an episode of their own account for most failures since the rise. They know stacks and messages;
 * the bare rate is for failures that nobody reported.
 */
function isExplained(state: BlameState, subject: SubjectState, episode: Episode): boolean {
  const since = episode.firstEventAt - EXPLAINED_LEAD_MS;
  const failures = sumSince(state.services[subject.service]?.bins ?? [], since)[1];
  let explained = 0;
  for (const other of Object.values(state.subjects)) {
    if (other.kind !== "issue" || other.service !== subject.service || other.episode === null) continue;
    explained += sumSince(other.bins, since)[0];
  }
  return explained >= failures * EXPLAINED_SHARE;
}

/** Judged at every step while it is fresh and open, then once a minute: nothing that decides fast needs more. */
function isDue(episode: Episode, now: number): boolean {
  const last = episode.verdict;
  if (last === null || (last.decision === "wait" && now - episode.openedAt <= FRESH_MS)) return true;
  return now - episode.openedAt <= EPISODE_MS && now - last.decidedAt >= REVIEW_MS;
}

/** Learns how often errors come by themselves here: the base rate that a change's guilt is weighed against. */
function countOrganic(state: BlameState, subject: SubjectState, episode: Episode): void {
  const isNew = subject.facts !== null && subject.facts.firstSeenAt >= episode.firstEventAt;
  if (isNew) serviceOf(state, subject.service).newIssues++;
  else if (episode.openedAt - subject.lastBurstAt > BURST_GAP_MS) subject.bursts++;
}

/** Whether the errors of an unexplained rise go on at a clearly higher rate than before: then that is the new baseline. */
function isNewNormal(state: BlameState, subject: SubjectState): boolean {
  const since = state.now - QUIET_MS;
  const [requests, failures] = sumSince(state.services[subject.service]?.bins ?? [], since);
  const events = subject.kind === "rate" ? failures : sumSince(subject.bins, since)[0];
  const before = (subject.past.events + 1) / (subject.past.requests + 1000);
  return events >= NEW_NORMAL_EVENTS && events > 2 * before * requests;
}

function close(state: BlameState, subject: SubjectState, episode: Episode): void {
  if (!episode.blamed) {
    if (episode.verdict?.other === "organic") countOrganic(state, subject, episode);
    subject.lastBurstAt = state.now;
  }
  if (!episode.blamed && isNewNormal(state, subject)) {
    subject.levelFrom = state.now - QUIET_MS;
    subject.past = { events: 0, requests: 0 };
  } else {
    subject.excluded = { from: episode.firstEventAt - BIN_MS, to: state.now };
  }
  subject.episode = null;
  subject.detector = calmDetector();
}
