import type { Scenario } from "./scenario.ts";

/** One action that was tried on a fault. */
export interface TriedAction {
  action: string;
  target: string;
  state: string;
  /** Without a human. */
  automatic: boolean;
  /** Milliseconds from the fault. */
  applied_ms: number | null;
  ended_ms: number | null;
}

/** What became of one scenario with Prunella. Times are milliseconds from the fault; null: it did not happen. */
export interface Outcome {
  name: string;
  title: string;
  healable: boolean;
  configuration: boolean;
  healed: boolean;
  /** Customers noticed; a fault that nobody notices is none. */
  noticed_ms: number | null;
  /** The first customer got an error, noticed or not. */
  first_failure_ms: number | null;
  /** The issue was opened. */
  detected_ms: number | null;
  decided_ms: number | null;
  /** The last failure that customers noticed. */
  healed_ms: number | null;
  /** Prunella said so. */
  verified_ms: number | null;
  /** Every action that helped was taken without a human. */
  alone: boolean;
  actions: TriedAction[];
  /** Fixes that Prunella called a success while customers still suffered. */
  false_heals: number;
  informed: number;
  objections: string[];
}

/** A scenario that could not even begin, such as on a machine that is too busy for the shop: an objection, not the end of the lab. */
export function notRun(
  { name, title, healable, isConfiguration }: Pick<
    Scenario,
    "name" | "title" | "healable" | "isConfiguration"
  >,
  error: unknown,
): Outcome {
  return {
    name,
    title,
    healable,
    configuration: isConfiguration ?? false,
    healed: false,
    noticed_ms: null,
    first_failure_ms: null,
    detected_ms: null,
    decided_ms: null,
    healed_ms: null,
    verified_ms: null,
    alone: false,
    actions: [],
    false_heals: 0,
    informed: 0,
    objections: [`it could not be run: ${error instanceof Error ? error.message : String(error)}`],
  };
}

/** What became of it without Prunella. */
export interface BaselineOutcome {
  name: string;
  healed: boolean;
  healed_ms: number | null;
  /** Share of requests that failed from the fault until the end of the observation. */
  failed_share: number;
}

export interface Totals {
  scenarios: number;
  healable: number;
  healed: number;
  /** Of the healed: every action that helped was taken without a human, or some waited for the reviewer. */
  healed_alone: number;
  healed_after_approval: number;
  false_heals: number;
  objections: number;
  /** Mean over all scenarios, from the fault until the issue is opened. */
  mttd_ms: number | null;
  /** The same from the first error that a customer got: what is Prunella's own part of it. Negative where it knew before the customer. */
  mttd_from_failure_ms: number | null;
  /** Mean over all that healed, from the fault until the last failure that customers noticed. */
  mttr_ms: number | null;
  mttr_alone_ms: number | null;
  mttr_after_approval_ms: number | null;
  /** Mean and worst over faults of configuration, which nothing outside (such as pg_cron's minute) delays. */
  mttr_configuration_ms: number | null;
  worst_configuration_ms: number | null;
}

export interface BaselineTotals {
  observed_ms: number;
  /** Scenarios that were observed. */
  scenarios: number;
  healed: number;
  mttr_ms: number | null;
  failed_share: number;
}

export function totalsOf(outcomes: readonly Outcome[]): Totals {
  const healable = outcomes.filter((outcome) => outcome.healable);
  const healed = healable.filter((outcome) => outcome.healed);
  const times = (of: (outcome: Outcome) => boolean) => healed.filter(of).map(({ healed_ms }) => healed_ms);
  const configuration = times((outcome) => outcome.configuration);
  return {
    scenarios: outcomes.length,
    healable: healable.length,
    healed: healed.length,
    healed_alone: healed.filter(({ alone }) => alone).length,
    healed_after_approval: healed.filter(({ alone }) => !alone).length,
    false_heals: outcomes.reduce((sum, { false_heals }) => sum + false_heals, 0),
    objections: outcomes.reduce((sum, { objections }) => sum + objections.length, 0),
    mttd_ms: mean(outcomes.map(({ detected_ms }) => detected_ms)),
    mttd_from_failure_ms: mean(
      outcomes.map(({ detected_ms, first_failure_ms }) =>
        detected_ms === null || first_failure_ms === null ? null : detected_ms - first_failure_ms
      ),
    ),
    mttr_ms: mean(times(() => true)),
    mttr_alone_ms: mean(times(({ alone }) => alone)),
    mttr_after_approval_ms: mean(times(({ alone }) => !alone)),
    mttr_configuration_ms: mean(configuration),
    worst_configuration_ms: configuration.length > 0 ? Math.max(...configuration.map((ms) => ms ?? 0)) : null,
  };
}

export function baselineTotalsOf(
  outcomes: readonly BaselineOutcome[],
  healable: ReadonlySet<string>,
  observedMs: number,
): BaselineTotals {
  const healed = outcomes.filter(({ name, healed }) => healed && healable.has(name));
  return {
    observed_ms: observedMs,
    scenarios: outcomes.length,
    healed: healed.length,
    mttr_ms: mean(healed.map(({ healed_ms }) => healed_ms)),
    failed_share: Math.round(mean(outcomes.map(({ failed_share }) => failed_share * 1000)) ?? 0) / 1000,
  };
}

/** The mean of what is known, rounded; null of nothing. */
export function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value): value is number => value !== null);
  return known.length === 0 ? null : Math.round(known.reduce((sum, value) => sum + value, 0) / known.length);
}
