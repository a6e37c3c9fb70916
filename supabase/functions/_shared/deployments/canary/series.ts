import type { CanaryMetric, PartialRules } from "./kayenta/types.ts";
import type { RolloutInterval } from "./sequential.ts";

/** What one version served in one minute. */
export interface MinuteCounts {
  /** Start of the minute, ms since 1970. */
  at: number;
  requests: number;
  failures: number;
  durationMsSum: number;
  sessions: number;
  crashedSessions: number;
  /** Errors that were reported, whatever request they came from. */
  errors: number;
}

const MINUTE_MS = 60_000;

/** The minute in which something was counted, ms since 1970. */
export function minuteOf(at: number): number {
  return Math.floor(at / MINUTE_MS) * MINUTE_MS;
}

export type Totals = Omit<MinuteCounts, "at">;

export interface Sides {
  canary: MinuteCounts[];
  control: MinuteCounts[];
}

const NOTHING: Totals = {
  requests: 0,
  failures: 0,
  durationMsSum: 0,
  sessions: 0,
  crashedSessions: 0,
  errors: 0,
};
const FIELDS = Object.keys(NOTHING) as (keyof Totals)[];

export function totalsOf(minutes: readonly MinuteCounts[]): Totals {
  const sum = { ...NOTHING };
  for (const minute of minutes) for (const field of FIELDS) sum[field] += minute[field];
  return sum;
}

/** Both sides minute by minute; a minute in which a side served nothing is one of zeros. */
export function paired({ canary, control }: Sides): { at: number; canary: Totals; control: Totals }[] {
  const minutes = new Map<number, { canary: Totals; control: Totals }>();
  const add = (side: "canary" | "control", list: readonly MinuteCounts[]) => {
    for (const minute of list) {
      const pair = minutes.get(minute.at) ?? { canary: { ...NOTHING }, control: { ...NOTHING } };
      for (const field of FIELDS) pair[side][field] += minute[field];
      minutes.set(minute.at, pair);
    }
  };
  add("canary", canary);
  add("control", control);
  return [...minutes].map(([at, pair]) => ({ at, ...pair })).sort((a, b) => a.at - b.at);
}

/** The intervals of the sequential test, which may be cut anywhere: the minute that is going on counts as far as it went. */
export function intervalsOf(sides: Sides): RolloutInterval[] {
  return paired(sides).map(({ canary, control }) => ({
    canary: { requests: canary.requests, failures: Math.min(canary.failures, canary.requests) },
    control: { requests: control.requests, failures: Math.min(control.failures, control.requests) },
  }));
}

interface MetricDefinition {
  name: string;
  group: string;
  /** NaN where there is nothing to divide by: the judge takes that as no data. */
  valueOf(side: Totals): number;
  rules: PartialRules;
}

const percent = (part: number, whole: number) => (whole > 0 ? (100 * part) / whole : NaN);
/** Worse by less than `allowedIncrease` does not matter; from `criticalIncrease` on the rollout fails whatever the others say. */
const worse = (allowedIncrease: number, criticalIncrease: number): PartialRules => ({
  direction: "increase",
  critical: true,
  effectSize: { allowedIncrease, criticalIncrease },
});

/** What users notice. All of them are rates: the two sides do not serve the same amount. */
const METRICS: readonly MetricDefinition[] = [
  {
    name: "failed requests, %",
    group: "errors",
    valueOf: ({ failures, requests }) => percent(failures, requests),
    rules: worse(1.2, 2),
  },
  {
    name: "reported errors per 100 requests",
    group: "errors",
    valueOf: ({ errors, requests }) => percent(errors, requests),
    rules: worse(1.2, 2),
  },
  {
    name: "crashed sessions, %",
    group: "crashes",
    valueOf: ({ crashedSessions, sessions }) => percent(crashedSessions, sessions),
    rules: worse(1.2, 2),
  },
  {
    name: "mean duration, ms",
    group: "latency",
    valueOf: ({ durationMsSum, requests }) =>
      requests > 0 && durationMsSum > 0 ? durationMsSum / requests : NaN,
    // Flagger's and Kayenta's examples tolerate about as much; a page that takes twice as long is a failure of its own.
    rules: worse(1.15, 2),
  },
];

/** Minutes of a stage that are judged: the latest; the rank test takes time that grows with their square. */
const JUDGED_MINUTES = 240;

/**
 * Values that each side must have before they are compared. Four against four can look as different as they like: by chance alone that
 * happens in 2 of 70 orders, which is more often than a confidence of 98 % allows; five against five, in 2 of 252.
 */
const LEAST_MINUTES = 5;

/**
 * The series that the judge compares, one value per whole minute. A metric that one side does not have, or hardly, is none: a project
 * without sessions has no crashes to judge, and a new version that serves nobody is held for that, not condemned.
 */
export function metricsOf(sides: Sides, until: number): CanaryMetric[] {
  const minutes = paired(sides).filter(({ at }) => at + 60_000 <= until).slice(-JUDGED_MINUTES);
  return METRICS.flatMap(({ name, group, valueOf, rules }): CanaryMetric[] => {
    const control = minutes.map((minute) => valueOf(minute.control));
    const experiment = minutes.map((minute) => valueOf(minute.canary));
    const has = (values: readonly number[]) =>
      values.filter((value) => !Number.isNaN(value)).length >= LEAST_MINUTES;
    return has(control) && has(experiment) ? [{ name, groups: [group], control, experiment, rules }] : [];
  });
}
