import type { Category } from "../../supabase/functions/_shared/diagnose/diagnosis.ts";
import type { DependencyHealth } from "../../supabase/functions/_shared/deployments/blame/types.ts";
import type { Mix } from "./mixes.ts";
import type { Random } from "./random.ts";
import { folderOf, type SimChange } from "./simulator-changes.ts";
import { frameOf, newIssue, type SimIssue, type SimProject, type SimService } from "./simulator-project.ts";

export type Scenario =
  | "change"
  | "change_gradual"
  | "change_minutes_later"
  | "change_hours_later"
  | "change_slow_leak"
  | "change_without_labels"
  | "change_without_events"
  | "change_elsewhere"
  | "change_breaks_dependency_calls"
  | "external_outage"
  | "traffic_spike"
  | "slow_leak"
  | "new_rare_issue"
  | "burst";

/** Something that makes requests fail. `changeId` is null when no change of the project is the cause. */
export interface SimFault {
  id: string;
  scenario: Scenario;
  changeId: string | null;
  change: SimChange | null;
  startAt: number;
  endAt: number;
  effects: SimEffect[];
  /** Multiplies traffic of the services named, or of all. */
  load: { services: string[]; ratio: number; rampMs: number } | null;
  health: DependencyHealth[];
  /** ms of the first failing request, once there was one. */
  firstFailureAt: number | null;
  /** Start of the first clock minute with at least AFFECTED_FAILURES failing requests. */
  affectedAt: number | null;
  /** Failing requests of the current clock minute. */
  minute: { at: number; failures: number };
}

/** How one service suffers. */
export interface SimEffect {
  service: SimService;
  /** Failing share of the requests that are affected, when fully developed. */
  share: number;
  /** ms from start until fully developed; 0 is a step. */
  rampMs: number;
  delayMs: number;
  /** True: only requests that run the change. */
  confined: boolean;
  issues: { issue: SimIssue; weight: number }[];
}

/** A minute counts as affected from this many failing requests on: one alone is an anecdote. */
export const AFFECTED_FAILURES = 3;

const MINUTE = 60_000;
const HOUR = 3_600_000;
let faultCount = 0;

const CODE: Partial<Record<Category, number>> = {
  runtime: 40,
  validation: 14,
  frontend: 12,
  database: 13,
  authentication: 5,
  authorization: 3,
  configuration: 5,
  storage: 2,
  network: 3,
  resource: 3,
};
const SETTING: Partial<Record<Category, number>> = {
  configuration: 20,
  runtime: 25,
  authentication: 12,
  network: 12,
  dependency: 7,
  database: 8,
  validation: 10,
  rate_limit: 6,
};
const OUTAGE: Partial<Record<Category, number>> = {
  dependency: 40,
  network: 36,
  rate_limit: 9,
  authentication: 4,
  ai: 5,
  runtime: 6,
};
const OVERLOAD: Partial<Record<Category, number>> = {
  resource: 32,
  rate_limit: 20,
  database: 25,
  network: 15,
  runtime: 8,
};

/** A known issue of a kind that the cause can raise, if the service has one. */
function existingIssue(
  random: Random,
  service: SimService,
  kinds: Partial<Record<Category, number>>,
): SimIssue | null {
  const fitting = service.background.filter(({ issue }) => kinds[issue.category] !== undefined);
  return fitting.length > 0 ? random.pick(fitting).issue : null;
}

/** In-app frames, culprit first, for a fault in `files`. */
function framesFor(random: Random, files: readonly string[], service: SimService): string[] {
  const any = () => frameOf(random, random.pick(service.files));
  if (files.length === 0) return [any(), any()];
  const touched = () => frameOf(random, random.pick(files));
  const beside = () => {
    const folder = folderOf(random.pick(files));
    return frameOf(random, random.pick(service.files.filter((file) => folderOf(file) === folder)));
  };
  switch (random.weighted({ culprit: 56, stack: 14, beside: 13, other: 12, none: 5 })) {
    case "culprit":
      return [touched(), any(), any()];
    case "stack":
      return [any(), touched(), any()];
    case "beside":
      return [beside(), any()];
    case "other":
      return [any(), any()];
    case "none":
      return [];
  }
}

function issuesOf(
  random: Random,
  service: SimService,
  newShare: number,
  kinds: Partial<Record<Category, number>>,
  make: () => SimIssue,
): { issue: SimIssue; weight: number }[] {
  const issues: { issue: SimIssue; weight: number }[] = [];
  let left = 1;
  for (
    let count = random.weighted({ one: 60, two: 27, three: 13 }) === "one" ? 1 : random.integer(2, 3);
    count > 0;
    count--
  ) {
    const weight = count === 1 ? left : left * random.between(0.5, 0.9);
    left -= weight;
    const known = random.chance(newShare) ? null : existingIssue(random, service, kinds);
    issues.push({ issue: known ?? make(), weight });
  }
  return issues;
}

export function faultOfChange(random: Random, project: SimProject, change: SimChange, mix: Mix): SimFault {
  const service = change.service ?? random.pick(project.services);
  const isCode = change.kind === "deployment" || change.kind === "edge_function";
  const onset = random.weighted(mix.onset);
  const pickUp = isCode ? 0 : random.between(0, 45_000);
  const delay = {
    at_once: pickUp,
    minutes: random.logBetween(40_000, 12 * MINUTE),
    hours: random.logBetween(1 * HOUR, 10 * HOUR),
    slow_leak: random.between(2 * MINUTE, 30 * MINUTE),
  }[onset];

  const dependency = service.dependencies.length > 0 && random.chance(0.04)
    ? random.pick(service.dependencies)
    : null;
  const make = (where: SimService, own: boolean) => {
    const category: Category = onset === "slow_leak"
      ? "resource"
      : dependency
      ? random.pick(["dependency", "authentication", "network"] as const)
      : random.weighted(isCode ? CODE : SETTING);
    const names = change.keyName !== "" && random.chance(0.25) ? ` ${change.keyName}` : "";
    // Callers that fail often say whom they called.
    const callee = !own && random.chance(0.5) ? ` calling ${service.name}` : "";
    const text = `${category} failure${names}${callee}${dependency ? ` calling ${dependency}` : ""}`;
    return newIssue(where.name, category, framesFor(random, own ? change.files : [], where), text);
  };
  const newShare = isCode ? 0.9 : 0.68;
  const effect = (where: SimService, own: boolean, delayMs: number): SimEffect => ({
    service: where,
    share: random.logBetween(0.015, 1),
    rampMs: onset === "slow_leak" ? random.between(0.5, 2) * HOUR : 0,
    delayMs,
    confined: !random.chance(0.04),
    issues: issuesOf(random, where, newShare, isCode ? CODE : SETTING, () => make(where, own)),
  });

  const others = project.services.filter((other) => other !== service);
  const elsewhere = others.length > 0 && random.chance(mix.elsewhereShare);
  const effects = elsewhere
    ? [effect(random.pick(others), false, random.between(0, 20_000))]
    : [effect(service, true, 0)];
  if (!elsewhere && others.length > 0 && random.chance(0.1)) {
    const caller = effect(random.pick(others), false, random.between(0, 20_000));
    caller.share *= 0.5;
    effects.push(caller);
  }
  if (change.service === null) {
    for (const other of others) {
      if (random.chance(0.35)) effects.push(effect(other, true, random.between(0, 30_000)));
    }
  }
  const silent = random.chance(mix.silentShare);
  if (silent) { for (const one of effects) one.issues = []; }

  const startAt = change.effectiveAt + delay;
  let scenario: Scenario = "change";
  if (onset === "hours") scenario = "change_hours_later";
  else if (onset === "slow_leak") scenario = "change_slow_leak";
  else if (silent) scenario = "change_without_events";
  else if (elsewhere) scenario = "change_elsewhere";
  else if (dependency) scenario = "change_breaks_dependency_calls";
  else if (isCode && !service.labelled) scenario = "change_without_labels";
  else if (change.steps.length > 1) scenario = "change_gradual";
  else if (onset === "minutes") scenario = "change_minutes_later";

  const health: DependencyHealth[] = dependency && random.chance(0.8)
    ? [{ name: dependency, state: "down", source: "calls", at: startAt + random.between(10_000, 60_000) }]
    : [];
  return {
    id: `f${++faultCount}`,
    scenario,
    changeId: change.reported.id,
    change,
    startAt,
    // Without a rollback somebody notices in the end.
    endAt: startAt + 20 * MINUTE + random.exponential(40 * MINUTE),
    effects,
    load: random.chance(0.04)
      ? { services: [service.name], ratio: random.between(1.2, 2), rampMs: 60_000 }
      : null,
    health,
    firstFailureAt: null,
    affectedAt: null,
    minute: { at: 0, failures: 0 },
  };
}

export function outage(random: Random, project: SimProject, startAt: number): SimFault {
  const dependency = random.pick(project.dependencies);
  const users = project.services.filter((service) => service.dependencies.includes(dependency));
  const endAt = startAt + random.logBetween(3, 60) * MINUTE;
  const make = (service: SimService) => {
    const category = random.weighted(OUTAGE);
    const text = `${category} failure${random.chance(0.7) ? ` from api.${dependency}.com` : ""}`;
    return newIssue(service.name, category, framesFor(random, [], service), text);
  };
  const health: DependencyHealth[] = [];
  const see = (chance: number, source: DependencyHealth["source"], from: number, to: number) => {
    if (!random.chance(chance)) return;
    const at = startAt + random.between(from, to);
    if (at < endAt) {
      health.push({ name: dependency, state: random.chance(0.5) ? "down" : "degraded", source, at });
    }
    health.push({ name: dependency, state: "up", source, at: endAt + random.between(10_000, 120_000) });
  };
  see(0.8, "calls", 10_000, 60_000);
  see(0.35, "probe", 20_000, 90_000);
  see(0.5, "status_page", 3 * MINUTE, 20 * MINUTE);
  return {
    id: `f${++faultCount}`,
    scenario: "external_outage",
    changeId: null,
    change: null,
    startAt,
    endAt,
    effects: users.map((service) => ({
      service,
      share: random.logBetween(0.03, 0.8),
      rampMs: random.chance(0.3) ? random.between(30_000, 180_000) : 0,
      delayMs: random.between(0, 15_000),
      confined: false,
      issues: issuesOf(random, service, 0.45, OUTAGE, () => make(service)),
    })),
    load: null,
    health,
    firstFailureAt: null,
    affectedAt: null,
    minute: { at: 0, failures: 0 },
  };
}

export function spike(random: Random, project: SimProject, startAt: number): SimFault {
  const hit = random.chance(0.6) ? project.services : [random.pick(project.services)];
  const ratio = random.logBetween(1.8, 6);
  const make = (service: SimService) => {
    const category = random.weighted(OVERLOAD);
    return newIssue(service.name, category, framesFor(random, [], service), `${category} exhausted`);
  };
  const suffering = hit.filter(() => random.chance(0.45));
  return {
    id: `f${++faultCount}`,
    scenario: "traffic_spike",
    changeId: null,
    change: null,
    startAt,
    endAt: startAt + random.between(5, 30) * MINUTE,
    effects: suffering.map((service) => ({
      service,
      share: Math.min(0.5, (ratio - 1.5) * random.between(0.01, 0.15)),
      rampMs: random.between(30_000, 120_000),
      delayMs: random.between(20_000, 90_000),
      confined: false,
      issues: issuesOf(random, service, 0.45, OVERLOAD, () => make(service)),
    })),
    load: { services: hit.map((service) => service.name), ratio, rampMs: random.between(20_000, 120_000) },
    health: [],
    firstFailureAt: null,
    affectedAt: null,
    minute: { at: 0, failures: 0 },
  };
}

export function leak(random: Random, project: SimProject, startAt: number): SimFault {
  const service = random.pick(project.services);
  const make = () => {
    const category = random.weighted<Category>({ resource: 70, database: 20, network: 10 });
    return newIssue(service.name, category, framesFor(random, [], service), `${category} limit reached`);
  };
  const rampMs = random.between(1, 4) * HOUR;
  return {
    id: `f${++faultCount}`,
    scenario: "slow_leak",
    changeId: null,
    change: null,
    startAt,
    endAt: startAt + rampMs + random.between(0, 1) * HOUR,
    effects: [{
      service,
      share: random.logBetween(0.02, 0.3),
      rampMs,
      delayMs: 0,
      confined: false,
      issues: issuesOf(random, service, 0.6, OVERLOAD, make),
    }],
    load: null,
    health: [],
    firstFailureAt: null,
    affectedAt: null,
    minute: { at: 0, failures: 0 },
  };
}

/** A rare error of its own: an odd input, a strange browser. One in ten comes as a burst. */
export function rareIssue(random: Random, project: SimProject, startAt: number): SimFault {
  const service = random.pick(project.services);
  const category = random.weighted<Category>({
    runtime: 40,
    validation: 25,
    frontend: 15,
    network: 10,
    database: 5,
    authentication: 5,
  });
  const issue = newIssue(
    service.name,
    category,
    framesFor(random, [], service),
    `${category} error, odd input`,
  );
  const burst = random.chance(0.1);
  return {
    id: `f${++faultCount}`,
    scenario: "new_rare_issue",
    changeId: null,
    change: null,
    startAt,
    endAt: startAt + (burst ? random.between(1, 8) * MINUTE : random.between(2, 48) * HOUR),
    effects: [{
      service,
      share: burst ? random.logBetween(1e-3, 5e-2) : random.logBetween(1e-6, 3e-4),
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
