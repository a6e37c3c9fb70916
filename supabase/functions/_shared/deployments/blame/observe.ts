import { age, AGE_MS } from "./ageing.ts";
import { takeChanges, takeCounts, takeFacts, takeHealth, takeSamples } from "./intake.ts";
import { askWhatEnded, fateOf, lookBack } from "./hindsight.ts";
import { judge } from "./judge.ts";
import { type BlamePriors, PUBLIC_PRIORS } from "./priors.ts";
import type { BlameState } from "./state.ts";
import type { Observation, Verdict } from "./types.ts";
import { watch } from "./watch.ts";

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
  takeSamples(state, observation);
  const added = takeCounts(state, observation);
  if (state.now - state.agedAt >= AGE_MS) age(state, state.now - state.agedAt);
  askWhatEnded(state);
  watch(state, added);
  const verdicts = [...judge(state, priors), ...lookBack(state)];
  for (const { decision, changeId } of verdicts) {
    if (decision === "blame" && changeId !== null) fateOf(state, changeId).namedAt ??= state.now;
  }
  return verdicts;
}
