import type { Verdict } from "../../supabase/functions/_shared/deployments/blame/types.ts";
import type { Answer, Truth } from "./play.ts";
import type { World } from "./world.ts";
import type { Scenario, SimFault } from "./faults/fault.ts";

const MINUTE = 60_000;

export interface Blame {
  changeId: string;
  at: number;
  rollback: boolean;
  correct: boolean;
  /** What really made the subject fail. */
  scenario: Scenario | "noise";
  causeId: string | null;
  probability: number;
  verdict: Verdict;
}

export interface Tally {
  observations: number;
  rollouts: number;
  faulty: number;
  /** Faulty changes that made any request fail, and those of them that were named. */
  failing: number;
  foundFailing: number;
  /** Faulty changes with an affected minute, and those of them that were named: what recall counts. */
  affecting: number;
  found: number;
  blames: number;
  correctBlames: number;
  rollbacks: number;
  wrongRollbacks: number;
  /** Seconds from the end of the first affected minute (0 when named before), and from the first failing request. */
  afterMinute: number[];
  afterFailure: number[];
  scenarios: Record<string, { incidents: number; found: number; wrong: number }>;
  /** Stated probability and outcome of each first blame of a change for a cause. */
  stated: { probability: number; correct: boolean }[];
}

export function emptyTally(): Tally {
  return {
    observations: 0,
    rollouts: 0,
    faulty: 0,
    failing: 0,
    foundFailing: 0,
    affecting: 0,
    found: 0,
    blames: 0,
    correctBlames: 0,
    rollbacks: 0,
    wrongRollbacks: 0,
    afterMinute: [],
    afterFailure: [],
    scenarios: {},
    stated: [],
  };
}

/** Keeps the first blame of each change for each true cause, so that one mistake or success counts once. */
export class Scorer {
  readonly blames: Blame[] = [];
  readonly #seen = new Set<string>();
  readonly #rolledBack = new Set<string>();
  rollbacks = 0;
  wrongRollbacks = 0;

  /** Takes the verdicts of one step; returns the changes to take back now and those that people hear of. */
  take(verdicts: readonly Verdict[], truth: Truth): Answer {
    const blamed = verdicts.filter(({ decision, changeId }) => decision === "blame" && changeId !== null);
    const takenBack = blamed.flatMap((verdict) => this.#count(verdict, truth) ?? []);
    return { takenBack, named: blamed.map(({ changeId }) => changeId!) };
  }

  /** Counts one blame; returns the change to take back now, if any. */
  #count(verdict: Verdict, truth: Truth): string | null {
    const causes = truth.causesOf(verdict.subject, verdict.firstEventAt);
    const right = causes.find((cause) => cause.changeId === verdict.changeId);
    const cause: SimFault | null = right ?? causes[0] ?? null;
    const key = `${verdict.changeId}|${cause?.id ?? "noise"}`;
    if (!this.#seen.has(key)) {
      this.#seen.add(key);
      this.blames.push({
        changeId: verdict.changeId!,
        at: truth.now,
        rollback: verdict.rollback,
        correct: right !== undefined,
        scenario: cause?.scenario ?? "noise",
        causeId: cause?.id ?? null,
        probability: verdict.probability,
        verdict,
      });
    }
    if (!verdict.rollback || this.#rolledBack.has(verdict.changeId!)) return null;
    this.#rolledBack.add(verdict.changeId!);
    this.rollbacks++;
    if (!right) this.wrongRollbacks++;
    return verdict.changeId;
  }
}

/** Changes this close to one another are hard to tell apart. */
const A_MINUTE_APART_MS = 90_000;
/** What begins this close to a change looks as if it had done it. */
const AT_A_CHANGE_MS: readonly [number, number] = [-60_000, 120_000];

/** Its own scenario, and the company it came in. */
function scenariosOf(fault: SimFault, world: World): string[] {
  const near = (from: number, to: number) =>
    world.changes.some((change) =>
      change !== fault.change && change.effectiveAt >= from && change.effectiveAt <= to
    );
  if (fault.change) {
    const at = fault.change.effectiveAt;
    const isPair = near(at - A_MINUTE_APART_MS, at + A_MINUTE_APART_MS);
    return [fault.scenario, ...(isPair ? ["one_of_changes_a_minute_apart"] : [])];
  }
  const isAtChange = near(fault.startAt - AT_A_CHANGE_MS[1], fault.startAt - AT_A_CHANGE_MS[0]);
  return [fault.scenario, ...(isAtChange ? [`${fault.scenario}_at_a_change`] : [])];
}

/** Adds one project's outcome to the tally. */
export function addTo(tally: Tally, world: World, scorer: Scorer): void {
  tally.rollouts += world.changes.length;
  tally.faulty += world.changes.filter((change) => change.faulty).length;
  tally.rollbacks += scorer.rollbacks;
  tally.wrongRollbacks += scorer.wrongRollbacks;
  for (const fault of world.faults) {
    if (fault.firstFailureAt === null) continue;
    const first = fault.changeId === null
      ? undefined
      : scorer.blames.find((blame) => blame.correct && blame.changeId === fault.changeId);
    if (fault.changeId !== null) {
      tally.failing++;
      if (first) tally.foundFailing++;
      if (fault.affectedAt === null) continue;
    }
    const wrong = scorer.blames.some((blame) => !blame.correct && blame.causeId === fault.id);
    for (const scenario of scenariosOf(fault, world)) {
      const row = tally.scenarios[scenario] ??= { incidents: 0, found: 0, wrong: 0 };
      row.incidents++;
      if (wrong) row.wrong++;
      if (first) row.found++;
    }
    if (fault.changeId === null) continue;
    tally.affecting++;
    if (!first) continue;
    tally.found++;
    tally.afterMinute.push(Math.max(0, (first.at - fault.affectedAt! - MINUTE) / 1000));
    tally.afterFailure.push((first.at - fault.firstFailureAt) / 1000);
  }
  const noise = scorer.blames.filter((blame) => blame.scenario === "noise").length;
  const row = tally.scenarios["noise"] ??= { incidents: 0, found: 0, wrong: 0 };
  row.wrong += noise;
  tally.blames += scorer.blames.length;
  tally.correctBlames += scorer.blames.filter((blame) => blame.correct).length;
  for (const blame of scorer.blames) {
    tally.stated.push({ probability: blame.probability, correct: blame.correct });
  }
}

/** The value below which this share of the values lies; null without values. */
export function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

/** Mean gap between stated probability and share of right blames, over ten bins. */
export function expectedCalibration(stated: readonly { probability: number; correct: boolean }[]): number {
  if (stated.length === 0) return 0;
  const bins = Array.from({ length: 10 }, () => ({ stated: 0, right: 0 }));
  for (const { probability, correct } of stated) {
    const bin = bins[Math.min(9, Math.floor(probability * 10))]!;
    bin.stated += probability;
    bin.right += correct ? 1 : 0;
  }
  return bins.reduce((sum, bin) => sum + Math.abs(bin.stated - bin.right), 0) / stated.length;
}
