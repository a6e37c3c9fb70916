import type {
  Change,
  EventCount,
  IssueFacts,
  Observation,
  TrafficCount,
} from "../../supabase/functions/_shared/deployments/blame/types.ts";
import type { Mix } from "./mixes.ts";
import type { Random } from "./random.ts";
import { makeChange, shareAt, type SimChange } from "./simulator-changes.ts";
import {
  AFFECTED_FAILURES,
  faultOfChange,
  leak,
  outage,
  rareIssue,
  type SimEffect,
  type SimFault,
  spike,
} from "./simulator-faults.ts";
import {
  expectedRps,
  makeProject,
  type SimIssue,
  type SimProject,
  type SimService,
} from "./simulator-project.ts";

export const STEP_MS = 10_000;
const MINUTE = 60_000;
const DAY = 86_400_000;
/** A Monday. */
const START = Date.UTC(2025, 0, 6);
/** Quiet time before the first change, so that rates are known. */
const WARM_UP_MS = 4 * 3_600_000;

/** What is missing: rows that come late (by up to a minute), rows that never come. */
export const LATE_SHARE = 0.08;
export const LOST_SHARE = 0.003;

export interface World {
  project: SimProject;
  changes: SimChange[];
  faults: SimFault[];
  endAt: number;
}

/** Draws a project's whole future: what will change, and what will break when. */
export function makeWorld(random: Random, rollouts: number, mix: Mix): World {
  const project = makeProject(random, mix);
  const changes: SimChange[] = [];
  let at = START + WARM_UP_MS;
  while (changes.length < rollouts) {
    at += random.exponential(DAY / project.changesPerDay);
    // Few people deploy at night.
    const hour = new Date(at).getUTCHours();
    if ((hour < 7 || hour > 20) && random.chance(0.8)) continue;
    changes.push(makeChange(random, project, at, mix));
    while (changes.length < rollouts && random.chance(mix.trainShare)) {
      at += random.between(20_000, 90_000);
      changes.push(makeChange(random, project, at, mix));
    }
  }
  const endAt = at + 3 * 3_600_000;
  const faults: SimFault[] = changes.filter((change) => change.faulty).map((change) =>
    faultOfChange(random, project, change, mix)
  );
  const days = (endAt - START - WARM_UP_MS) / DAY;
  const scatter = (perDay: number, make: (startAt: number) => SimFault) => {
    for (let count = random.poisson(perDay * days); count > 0; count--) {
      faults.push(make(random.between(START + WARM_UP_MS, endAt)));
    }
  };
  scatter(mix.outagesPerDay, (startAt) => outage(random, project, startAt));
  scatter(mix.spikesPerDay, (startAt) => spike(random, project, startAt));
  scatter(mix.leaksPerDay, (startAt) => leak(random, project, startAt));
  scatter(mix.rareIssuesPerDay, (startAt) => rareIssue(random, project, startAt));
  for (const change of changes) {
    if (change.faulty) continue;
    const near = change.effectiveAt + random.between(-60_000, 120_000);
    if (random.chance(mix.outageAtChangeShare)) faults.push(outage(random, project, near));
    if (random.chance(mix.spikeAtChangeShare)) faults.push(spike(random, project, near));
    if (random.chance(mix.leakAtChangeShare)) faults.push(leak(random, project, near));
    if (random.chance(mix.rareIssueAtChangeShare)) faults.push(rareIssue(random, project, near));
  }
  for (const service of project.services) {
    for (const background of service.background) {
      for (let count = random.poisson(background.burstsPerDay * days); count > 0; count--) {
        faults.push(
          burst(
            random,
            service,
            background.issue,
            background.rate,
            random.between(START + WARM_UP_MS, endAt),
          ),
        );
      }
    }
  }
  faults.sort((a, b) => a.startAt - b.startAt);
  return { project, changes, faults, endAt };
}

function burst(
  random: Random,
  service: SimService,
  issue: SimIssue,
  rate: number,
  startAt: number,
): SimFault {
  return {
    id: `b${issue.id}-${Math.round(startAt)}`,
    scenario: "burst",
    changeId: null,
    change: null,
    startAt,
    endAt: startAt + random.logBetween(0.5, 10) * MINUTE,
    effects: [{
      service,
      share: Math.min(0.5, rate * random.logBetween(4, 60)),
      rampMs: 0,
      delayMs: 0,
      confined: false,
      issues: [{ issue, weight: 1 }],
    }],
    load: null,
    health: [],
    firstFailureAt: null,
    affectedAt: null,
    minute: { at: 0, failures: 0 },
  };
}

/** What the monitored side answers to an observation: ids of changes that it takes back now. */
export type Monitor = (observation: Observation, truth: Truth) => string[];

/** Who really makes an issue, or a service's failures, at this moment. For scoring only. */
export interface Truth {
  now: number;
  /** Faults that made events of the subject since then, the latest last. Empty means background noise. */
  causesOf(subject: string, since: number): SimFault[];
}

interface Pending {
  dueAt: number;
  traffic: TrafficCount | null;
  event: EventCount | null;
}

/** Plays a world in steps of 10 s and shows the monitor what a monitored project would send it. */
export function play(random: Random, world: World, monitor: Monitor): void {
  const { project, changes, faults, endAt } = world;
  const live: SimChange[] = [];
  const liveFaults: SimFault[] = [];
  const announced: { at: number; change: Change }[] = [];
  let pending: Pending[] = [];
  let nextChange = 0;
  let nextFault = 0;
  const known = new Set<string>();
  const recent = new Map<string, Map<SimFault, number>>();
  const truth: Truth = {
    now: START,
    causesOf(subject, since) {
      const found = [...(recent.get(subject) ?? [])].filter(([, at]) => at >= since - MINUTE);
      return found.map(([fault]) => fault);
    },
  };

  for (let now = START; now < endAt; now += STEP_MS) {
    const until = now + STEP_MS;
    while (nextChange < changes.length && changes[nextChange]!.effectiveAt < until) {
      const change = changes[nextChange++]!;
      live.push(change);
      announced.push({ at: change.reported.at, change: change.reported });
    }
    while (nextFault < faults.length && faults[nextFault]!.startAt < until) {
      liveFaults.push(faults[nextFault++]!);
    }
    for (let i = liveFaults.length - 1; i >= 0; i--) {
      if (liveFaults[i]!.endAt <= now) endFault(liveFaults.splice(i, 1)[0]!, announced, now);
    }

    const rows: Pending[] = [];
    const issues: IssueFacts[] = [];
    const emit = (issue: SimIssue, version: string | null, count: number, fault: SimFault | null) => {
      if (count === 0) return;
      if (!known.has(issue.id)) {
        known.add(issue.id);
        issue.firstSeenAt = now;
        issues.push({
          id: issue.id,
          service: issue.service,
          firstSeenAt: now + random.between(0, STEP_MS),
          category: issue.category,
          frames: issue.frames,
          text: issue.text,
        });
      }
      rows.push({ dueAt: until, traffic: null, event: { at: now, issue: issue.id, version, count } });
      if (fault) note(recent, `issue:${issue.id}`, fault, now);
    };
    for (const service of project.services) {
      playService(
        random,
        service,
        live,
        liveFaults,
        now,
        emit,
        (row) => rows.push({ dueAt: until, traffic: row, event: null }),
        (fault) => note(recent, `rate:${service.name}`, fault, now),
      );
    }
    for (const row of rows) {
      if (row.traffic && random.chance(LOST_SHARE)) continue;
      if (random.chance(LATE_SHARE)) row.dueAt += random.integer(1, 6) * STEP_MS;
      pending.push(row);
    }
    const due = pending.filter((row) => row.dueAt <= until);
    pending = pending.filter((row) => row.dueAt > until);
    truth.now = until;
    const reported = announced.filter((one) => one.at <= until);
    for (const one of reported) announced.splice(announced.indexOf(one), 1);
    const taken = monitor({
      at: until,
      changes: reported.map((one) => structuredClone(one.change)),
      issues,
      traffic: due.flatMap((row) => row.traffic ?? []),
      events: due.flatMap((row) => row.event ?? []),
      dependencies: liveFaults.concat(
        faults.slice(0, nextFault).filter((fault) => fault.endAt > now - 3 * MINUTE && fault.endAt <= now),
      )
        .flatMap((fault) => fault.health.filter((health) => health.at >= now && health.at < until)),
    }, truth);
    for (const id of taken) takeBack(random, id, live, liveFaults, announced, until);
  }
}

function note(
  recent: Map<string, Map<SimFault, number>>,
  subject: string,
  fault: SimFault,
  at: number,
): void {
  let causes = recent.get(subject);
  if (!causes) recent.set(subject, causes = new Map());
  causes.set(fault, at);
}

/** A fault that nobody blamed ends when a person reverts its change. */
function endFault(fault: SimFault, announced: { at: number; change: Change }[], now: number): void {
  if (!fault.change || fault.change.revertedAt !== null) return;
  fault.change.revertedAt = now;
  fault.change.reported.revertedAt = now;
  announced.push({ at: now, change: fault.change.reported });
}

function takeBack(
  random: Random,
  id: string,
  live: SimChange[],
  liveFaults: SimFault[],
  announced: { at: number; change: Change }[],
  now: number,
): void {
  const change = live.find((one) => one.reported.id === id);
  if (!change || change.revertedAt !== null) return;
  const at = now + random.between(10_000, 40_000);
  change.revertedAt = at;
  change.reported.revertedAt = at;
  announced.push({ at, change: change.reported });
  for (const fault of liveFaults) if (fault.change === change) fault.endAt = Math.min(fault.endAt, at);
}

/** Share of the service's traffic per version, and which changes each share runs. */
function versionsOf(
  service: SimService,
  live: readonly SimChange[],
  now: number,
): { version: string | null; share: number }[] {
  const versions: { version: string | null; share: number }[] = [];
  let left = 1;
  for (let i = live.length - 1; i >= 0 && left > 0; i--) {
    const change = live[i]!;
    if (change.service !== service || change.kind === "configuration" || change.kind === "flag") continue;
    const share = left * shareAt(change, now);
    if (share > 0) versions.push({ version: change.reported.version, share });
    left -= share;
  }
  if (left > 1e-9) versions.push({ version: service.labelled ? `${service.name}@0` : null, share: left });
  return versions;
}

/** Share of one version's requests that run a change. Later versions are built on top of the earlier ones. */
function affectedShare(
  change: SimChange,
  service: SimService,
  version: string | null,
  live: readonly SimChange[],
  now: number,
): number {
  const share = shareAt(change, now);
  if (share === 0) return 0;
  if (change.service !== service || change.kind === "configuration" || change.kind === "flag") return share;
  if (change.reported.version === null) return share;
  if (change.reported.version === version) return 1;
  const later = live.find((other) => other.service === service && other.reported.version === version);
  return later && later.effectiveAt > change.effectiveAt ? 1 : 0;
}

function playService(
  random: Random,
  service: SimService,
  live: readonly SimChange[],
  faults: readonly SimFault[],
  now: number,
  emit: (issue: SimIssue, version: string | null, count: number, fault: SimFault | null) => void,
  report: (row: TrafficCount) => void,
  blameRate: (fault: SimFault) => void,
): void {
  let rps = expectedRps(service, now);
  for (const { load, startAt } of faults) {
    if (load?.services.includes(service.name)) {
      rps *= 1 + (load.ratio - 1) * Math.min(1, (now - startAt) / load.rampMs);
    }
  }
  const effects = faults.flatMap((fault) =>
    fault.effects.filter((effect) => effect.service === service).map((effect) => ({ fault, effect }))
  );
  for (const { version, share } of versionsOf(service, live, now)) {
    const requests = random.poisson(rps * share * (STEP_MS / 1000));
    if (requests === 0) continue;
    let failures = 0;
    for (const { issue, rate } of service.background) {
      const count = random.poisson(requests * rate);
      failures += count;
      emit(issue, version, count, null);
    }
    for (const { fault, effect } of effects) {
      const count = random.poisson(requests * strength(fault, effect, service, version, live, now));
      if (count === 0) continue;
      failures += count;
      countFailures(fault, count, now);
      blameRate(fault);
      let left = count;
      for (const [index, { issue, weight }] of effect.issues.entries()) {
        const part = index === effect.issues.length - 1
          ? left
          : Math.min(left, random.poisson(count * weight));
        left -= part;
        emit(issue, version, part, fault);
      }
    }
    report({ at: now, service: service.name, version, requests, failures: Math.min(failures, requests) });
  }
}

function countFailures(fault: SimFault, count: number, now: number): void {
  const at = Math.floor(now / MINUTE) * MINUTE;
  fault.firstFailureAt ??= now;
  if (fault.minute.at !== at) fault.minute = { at, failures: 0 };
  fault.minute.failures += count;
  if (fault.minute.failures >= AFFECTED_FAILURES) fault.affectedAt ??= at;
}

/** Failing share of the requests of one version at `now`. */
function strength(
  fault: SimFault,
  effect: SimEffect,
  service: SimService,
  version: string | null,
  live: readonly SimChange[],
  now: number,
): number {
  const age = now + STEP_MS / 2 - fault.startAt - effect.delayMs;
  if (age < 0) return 0;
  const developed = effect.rampMs > 0 ? Math.min(1, age / effect.rampMs) : 1;
  if (!fault.change) return effect.share * developed;
  const reach = effect.confined
    ? affectedShare(fault.change, service, version, live, now)
    : shareAt(fault.change, now) > 0
    ? 1
    : 0;
  return effect.share * developed * reach;
}
