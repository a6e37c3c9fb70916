import type { Random } from "../../statistics/random.ts";
import {
  judgeRollout,
  observeRollout,
  ROLLOUT_RULES,
  type RolloutRules,
  type RolloutVerdict,
  startRollout,
} from "./judge-rollout.ts";
import { intervalsOf, metricsOf, minuteOf, type Sides, type Totals, totalsOf } from "./series.ts";

export interface StageJudgement extends RolloutVerdict {
  /** What was served in this stage. */
  canary: Totals;
  control: Totals;
  /** What the new version served since the rollout began. */
  served: Totals;
}

export interface StageTimes {
  /** ms since 1970: of the rollout, of its present stage, and now. */
  startedAt: number;
  stageStartedAt: number;
  now: number;
}

/**
 * What is thought of the present stage of a rollout, from nothing but what was counted: all of it is worked out anew at each look, so a
 * look that is lost, doubled or late changes nothing, and counts that come late are counted.
 *
 * @param sides minutes of both versions since the rollout began
 */
export function judgeStage(
  sides: Sides,
  { startedAt, stageStartedAt, now }: StageTimes,
  random: Random,
  rules: RolloutRules = ROLLOUT_RULES,
): StageJudgement {
  // Traffic is counted by minute: the one in which a later stage began belongs to the stage before.
  const isFirst = stageStartedAt <= startedAt;
  const from = isFirst ? minuteOf(stageStartedAt) : stageStartedAt;
  const inStage = (side: Sides["canary"]) => side.filter(({ at }) => at >= from);
  const stage: Sides = { canary: inStage(sides.canary), control: inStage(sides.control) };
  const observed = (of: Sides) =>
    intervalsOf(of).reduce(
      (before, interval) => observeRollout(before, interval, rules),
      startRollout(stageStartedAt),
    );
  const verdict = judgeRollout(observed(stage), metricsOf(stage, now), now, random, rules, observed(sides));
  const [canary, control] = [totalsOf(stage.canary), totalsOf(stage.control)];
  const result = { ...verdict, canary, control, served: totalsOf(sides.canary) };
  if (control.requests === 0 && canary.requests > 0) {
    const reason = "nothing is known of the old version's traffic: does it carry a release label?";
    return { ...result, verdict: "hold", reasons: [reason] };
  }
  return result;
}
