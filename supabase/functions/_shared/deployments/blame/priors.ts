import type { Category } from "../../diagnose/diagnosis.ts";
import type { ChangeKind, OtherCause } from "./types.ts";

/**
 * What is believed before a project has taught us anything. Each value is a round number from public experience, not a
 * fit: the posterior is dominated by evidence as soon as there is some, and `risk/` replaces the change failure rates
 * with the project's own.
 */
export interface BlamePriors {
  /** Probability that one change breaks something. DORA's reports put the change failure rate at 5-15 % for most teams. */
  failureRate: Record<ChangeKind, number>;
  /** Onsets per hour and service of causes that are no change of ours. Six
   * vendors with a few incidents a month each make about one a day and a half. */
  hazardPerHour: { external: number; traffic: number; leak: number; newIssue: number; burst: number };
  /** Hours of history that the project's own count of rare new issues and bursts is weighed against. */
  hazardPriorHours: number;
  lag: {
    /** Most regressions show with the first requests that reach them. New code runs at once; settings are picked up. */
    immediate: { share: number; meanSeconds: Record<ChangeKind, number> };
    /** Caches expire, instances are replaced, users arrive at the page: within minutes. */
    minutes: { share: number; meanSeconds: number };
    /** A nightly job, a token's expiry, a leak: log-uniform between the two bounds. */
    delayed: { share: number; fromSeconds: number; toSeconds: number };
    /** Platforms report a deployment some seconds after its first request; a setting's version carries its exact time. */
    skewSeconds: number;
    skewShare: Record<ChangeKind, number>;
  };
  /** Probability that the issue is one never seen before. */
  newIssue: Record<ChangeKind | "external" | "traffic" | "leak", number>;
  /** Probability that the symptom shows in another service than the one that was changed. */
  elsewhere: number;
  /** Probability that a version-bound change also harms traffic of other versions (shared database, shared cache). */
  unconfined: number;
  /** Probability that another service begins to fail within the same minutes. */
  companion: { own: number; external: number; traffic: number; leak: number; organic: number };
}

export const PUBLIC_PRIORS: BlamePriors = {
  failureRate: { deployment: 0.1, edge_function: 0.08, configuration: 0.05, flag: 0.05 },
  hazardPerHour: { external: 0.03, traffic: 0.02, leak: 0.002, newIssue: 0.08, burst: 0.02 },
  hazardPriorHours: 24,
  lag: {
    immediate: {
      share: 0.65,
      meanSeconds: { deployment: 10, edge_function: 10, configuration: 30, flag: 20 },
    },
    minutes: { share: 0.2, meanSeconds: 240 },
    delayed: { share: 0.15, fromSeconds: 600, toSeconds: 172_800 },
    skewSeconds: 20,
    skewShare: { deployment: 0.25, edge_function: 0.25, configuration: 0.03, flag: 0.03 },
  },
  newIssue: {
    deployment: 0.85,
    edge_function: 0.85,
    configuration: 0.65,
    flag: 0.7,
    external: 0.4,
    traffic: 0.35,
    leak: 0.5,
  },
  elsewhere: 0.12,
  unconfined: 0.06,
  companion: { own: 0.1, external: 0.5, traffic: 0.5, leak: 0.05, organic: 0.03 },
};

type Table = Partial<Record<Category, number>> & { rest: number };

/**
 * Probability of an issue's category given its cause: code breaks in code, vendors fail on the wire, load exhausts
 * something. `rest` is the probability of each category that is not named.
 */
const CATEGORY_GIVEN_CAUSE: Record<ChangeKind | OtherCause, Table> = {
  deployment: {
    runtime: 0.34,
    validation: 0.14,
    frontend: 0.12,
    database: 0.11,
    configuration: 0.06,
    authentication: 0.05,
    authorization: 0.03,
    dependency: 0.03,
    network: 0.03,
    resource: 0.03,
    unknown: 0.03,
    rest: 0.01,
  },
  edge_function: {
    runtime: 0.38,
    validation: 0.15,
    database: 0.12,
    configuration: 0.08,
    authentication: 0.06,
    authorization: 0.03,
    dependency: 0.04,
    network: 0.04,
    resource: 0.03,
    unknown: 0.03,
    rest: 0.01,
  },
  configuration: {
    configuration: 0.22,
    runtime: 0.2,
    authentication: 0.11,
    network: 0.1,
    dependency: 0.08,
    validation: 0.08,
    database: 0.06,
    rate_limit: 0.05,
    unknown: 0.04,
    rest: 0.01,
  },
  flag: {
    runtime: 0.38,
    frontend: 0.14,
    validation: 0.14,
    database: 0.08,
    configuration: 0.06,
    authorization: 0.04,
    dependency: 0.04,
    unknown: 0.04,
    rest: 0.013,
  },
  external: {
    dependency: 0.34,
    network: 0.33,
    rate_limit: 0.09,
    authentication: 0.05,
    ai: 0.04,
    storage: 0.03,
    database: 0.04,
    // Code that does not expect a vendor's answer to be missing.
    runtime: 0.06,
    rest: 0.01,
  },
  traffic: {
    resource: 0.33,
    rate_limit: 0.2,
    database: 0.2,
    network: 0.12,
    dependency: 0.04,
    runtime: 0.05,
    rest: 0.007,
  },
  leak: { resource: 0.6, database: 0.18, network: 0.07, runtime: 0.06, rest: 0.008 },
  organic: {
    runtime: 0.34,
    validation: 0.2,
    network: 0.12,
    frontend: 0.12,
    database: 0.05,
    authentication: 0.04,
    unknown: 0.04,
    rest: 0.012,
  },
};

/** Categories are told from messages and are sometimes wrong: none is ever impossible. */
const LEAST_CATEGORY = 0.02;

/** P(category | cause). `unknown` says nothing about the cause, so it weighs the same under all of them. */
export function categoryProbability(category: Category, cause: ChangeKind | OtherCause): number {
  if (category === "unknown") return 0.04;
  const table = CATEGORY_GIVEN_CAUSE[cause];
  return Math.max(LEAST_CATEGORY, table[category] ?? table.rest);
}
