import { normalProbability } from "../../statistics/mann-whitney-quantile.ts";

/** What one deployment served so far. Sums; zero means that nobody counted. */
export interface DeploymentMetrics {
  requests: number;
  failures: number;
  /** Sum of durations in ms, and how many requests it covers. */
  durationMsSum: number;
  durationCount: number;
  sessions: number;
  crashedSessions: number;
  /** Issues first seen on this deployment. */
  newIssues: number;
}

export type HealthStatus = "healthy" | "degraded" | "unhealthy" | "unknown";

export interface HealthPart {
  name: "errors" | "crashes" | "new_issues" | "latency";
  /** Points lost, 0 up to the part's weight. */
  lost: number;
  statement: string;
}

export interface DeploymentHealth {
  status: HealthStatus;
  /** 0-100, null while too little was served to say. */
  score: number | null;
  parts: HealthPart[];
}

/** Points at stake: what hurts users most weighs most. */
const WEIGHTS = { errors: 45, crashes: 25, new_issues: 15, latency: 15 } as const;
/** Requests (or sessions) from which a score is given. */
const LEAST_REQUESTS = 50;
/** A rate is smoothed by this many failures in this many requests, so that 0 against 1 in 50 is no catastrophe. */
const SMOOTH = { failures: 0.5, requests: 100 };
/** Worse by less than this factor is noise of no interest; worse by FULL costs all points. */
const TOLERATED = 1.2;
const FULL = 5;
const TOLERATED_LATENCY = 1.15;
const FULL_LATENCY = 3;
/** New issues that cost all points. */
const FULL_NEW_ISSUES = 5;
/** Failing shares that are bad in themselves, whatever was before: from the first on points are lost, at the second all. */
const BAD_RATE = 0.02;
const TERRIBLE_RATE = 0.25;
export const UNHEALTHY_BELOW = 60;
export const DEGRADED_BELOW = 85;

/**
 * Health of a deployment beside the one before it: how much worse it is, weighed by how sure that is.
 *
 * @param before null for the first deployment of a project: then only absolute rates count
 */
export function deploymentHealth(now: DeploymentMetrics, before: DeploymentMetrics | null): DeploymentHealth {
  if (now.requests < LEAST_REQUESTS && now.sessions < LEAST_REQUESTS) {
    return { status: "unknown", score: null, parts: [] };
  }
  const parts: HealthPart[] = [
    rates(
      "errors",
      now.failures,
      now.requests,
      before?.failures ?? 0,
      before?.requests ?? 0,
      "requests fail",
    ),
    rates(
      "crashes",
      now.crashedSessions,
      now.sessions,
      before?.crashedSessions ?? 0,
      before?.sessions ?? 0,
      "sessions crash",
    ),
    newIssues(now.newIssues),
    latency(now, before),
  ];
  const score = Math.round(100 - parts.reduce((sum, part) => sum + part.lost, 0));
  const status = score < UNHEALTHY_BELOW ? "unhealthy" : score < DEGRADED_BELOW ? "degraded" : "healthy";
  return { status, score, parts: parts.filter((part) => part.lost >= 0.5).sort((a, b) => b.lost - a.lost) };
}

/** 0 at `from` and below, 1 at `to` and above, logarithmic between. */
function severity(value: number, from: number, to: number): number {
  if (!(value > from)) return 0;
  return Math.min(1, Math.log(value / from) / Math.log(to / from));
}

function rates(
  name: "errors" | "crashes",
  failures: number,
  whole: number,
  failuresBefore: number,
  wholeBefore: number,
  verb: string,
): HealthPart {
  const weight = WEIGHTS[name];
  if (whole === 0) return { name, lost: 0, statement: `nothing counted: ${verb}` };
  const rate = failures / whole;
  const smooth = (failures + SMOOTH.failures) / (whole + SMOOTH.requests);
  const smoothBefore = (failuresBefore + SMOOTH.failures) / (wholeBefore + SMOOTH.requests);
  // The log ratio of two small rates is about normal, with the variance of its two counts.
  const logRatio = Math.log(smooth / smoothBefore);
  const deviation = Math.sqrt(1 / (failures + 0.5) + 1 / (failuresBefore + 0.5));
  const probability = normalProbability((logRatio - Math.log(TOLERATED)) / deviation);
  // Squared: a coin's toss of evidence costs nothing, and the first bit of it little.
  const sure = wholeBefore === 0 ? 0 : Math.max(0, 2 * probability - 1) ** 2;
  const relative = severity(Math.exp(logRatio), TOLERATED, FULL) * sure;
  // A rate that was as bad before is no work of this deployment.
  const wasBad = wholeBefore > 0 && logRatio <= Math.log(TOLERATED);
  const absolute = wasBad ? 0 : severity(rate, BAD_RATE, TERRIBLE_RATE) * (wholeBefore > 0 ? sure : 1);
  const share = (part: number, of: number) =>
    of === 0 ? "unknown" : `${((part / of) * 100).toPrecision(2)} %`;
  return {
    name,
    lost: weight * Math.max(relative, absolute),
    statement: `${share(failures, whole)} of ${verb}, before ${share(failuresBefore, wholeBefore)}`,
  };
}

function newIssues(count: number): HealthPart {
  return {
    name: "new_issues",
    lost: WEIGHTS.new_issues * Math.min(1, Math.log1p(count) / Math.log1p(FULL_NEW_ISSUES)),
    statement: `${count} issue(s) never seen before`,
  };
}

function latency(now: DeploymentMetrics, before: DeploymentMetrics | null): HealthPart {
  const mean = (metrics: DeploymentMetrics | null) =>
    metrics && metrics.durationCount >= LEAST_REQUESTS ? metrics.durationMsSum / metrics.durationCount : null;
  const [after, earlier] = [mean(now), mean(before)];
  if (after === null || earlier === null || earlier <= 0) {
    return { name: "latency", lost: 0, statement: "too few durations to compare" };
  }
  return {
    name: "latency",
    lost: WEIGHTS.latency * severity(after / earlier, TOLERATED_LATENCY, FULL_LATENCY),
    statement: `${Math.round(after)} ms on average, before ${Math.round(earlier)} ms`,
  };
}
