import { explain } from "./explain.ts";
import type { Scene } from "./factors/factor.ts";
import { isNewIssue } from "./state.ts";
import {
  BLAME_E_VALUE,
  isSure,
  mayRollBack,
  NONE_AFTER_MS,
  NONE_PROBABILITY,
  RATE_PATIENCE_MS,
  type Standing,
} from "./thresholds.ts";
import type { Verdict } from "./types.ts";
import { weigh, type Weighed } from "./weigh.ts";

/** Decides one subject's episode. Also returns what it says of each suspect to the other subjects of the incident. */
export function decide(scene: Scene): { verdict: Verdict; shared: Record<string, number> } {
  const { weighed, views, marginal, anyChangeNats } = weigh(scene);
  const leader = weighed[0]!;
  const total = weighed.reduce((sum, one) => sum + Math.exp(one.score - leader.score), 0);
  const probabilityOf = (one: Weighed) => Math.exp(one.score - leader.score) / total;
  const innocent = weighed.reduce((sum, one) => one.suspect.change ? sum : sum + probabilityOf(one), 0);

  const change = leader.suspect.change;
  const probability = change ? probabilityOf(leader) : innocent;
  const waited = scene.now - scene.firstEventAt;
  let decision: Verdict["decision"] = "wait";
  const eValue = Math.exp(Math.min(700, change ? leader.rateNats : anyChangeNats));
  const support = corroboration(leader, weighed);
  const leastE = isNewIssue(scene.subject, scene.firstEventAt) ? BLAME_E_VALUE.newIssue : BLAME_E_VALUE.known;
  const standing: Standing = { waited, probability, someChange: 1 - innocent, support, eValue };
  const heard = scene.subject.kind === "issue" || waited >= RATE_PATIENCE_MS;
  const episode = scene.subject.episode;
  const before = {
    any: episode?.blamed === true,
    isNamed: episode?.verdict?.decision === "blame" && episode.verdict.changeId === change?.id,
  };
  if (change && heard && eValue >= leastE && isSure(standing, before)) decision = "blame";
  else if (innocent >= NONE_PROBABILITY && waited >= NONE_AFTER_MS) decision = "none";

  const rival = weighed.find((one) => one !== leader && (change !== null || one.suspect.change !== null)) ??
    null;
  const factors = explain(scene, leader, rival, views);
  const verdict: Verdict = {
    subject: scene.subject.key,
    service: scene.subject.service,
    decision,
    changeId: change?.id ?? null,
    other: leader.suspect.other,
    probability,
    rollback: decision === "blame" && mayRollBack(standing),
    hypotheses: weighed.map((one) => ({
      changeId: one.suspect.change?.id ?? null,
      other: one.suspect.other,
      probability: probabilityOf(one),
    })).filter((one) => one.probability >= 0.001),
    factors,
    firstEventAt: scene.firstEventAt,
    onsetAt: leader.onsetAt,
    eValue,
    decidedAt: scene.now,
  };
  // What came too late to have struck just then is left out: the state is kept as JSON, which has no infinity.
  const struck = weighed.filter((one) => one.struck > -Infinity);
  return {
    verdict,
    shared: Object.fromEntries(struck.map((one) => [one.suspect.key, one.struck - marginal])),
  };
}

/** How far everything but the moment favours the leader over the best cause that is no change. */
function corroboration(leader: Weighed, weighed: readonly Weighed[]): number {
  const other = weighed.find((one) => one.suspect.change === null);
  if (!other) return Infinity;
  return leader.evidence - leader.rateNats - (other.evidence - other.rateNats);
}
