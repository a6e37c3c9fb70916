import {
  EVERYTHING,
  laterSteps,
  type Reach,
  reachOf,
  type RolloutStep,
  type Share,
  whileInPlace,
} from "./exposure.ts";
import { FACTORS } from "./factors/catalogue.ts";
import { type FactorView, type Scene, type Suspect } from "./factors/factor.ts";
import { logMix, logSum } from "./counts.ts";
import { ANY_SIZE, flareOf, MOSTLY_RARE } from "./effects.ts";
import { hazardsOf } from "./hazard.ts";
import { lagProbability } from "./lag.ts";
import { rampEvidence, rampTable } from "./ramp.ts";
import {
  averageEffects,
  averagePulses,
  onsetTable,
  type RateEvidence,
  rateEvidence,
} from "./rate-evidence.ts";
import { BIN_MS, binStart, CANDIDATE_MS, isNewIssue } from "./state.ts";
import { baselineRate, countsOf } from "./subject-counts.ts";
import { pastTroubles, within } from "./troubles.ts";
import { type Change, OTHER_CAUSES, type OtherCause } from "./types.ts";

const HOUR_MS = 3_600_000;
/** How often each cause sets in gradually instead of at once. */
const GRADUAL_SHARE: Record<OtherCause | "change", number> = {
  change: 0.03,
  external: 0.2,
  traffic: 0.4,
  leak: 0.9,
  organic: 0.1,
};
/** A fault can have begun this long before the detector noticed a rise. */
const ONSET_SLACK_MS = 5 * 60_000;
/** Changes at most this much older than the first event are followed from their first moment. */
const REACH_BACK_MS = 20 * 60_000;
/** Candidates weighed at most, the latest ones. Two days of a busy team are some eighty changes. */
const CANDIDATE_LIMIT = 120;
/** What these see is the same for all that suffers at once: its members must not tell it one another. */
const OF_INCIDENT: ReadonlySet<string> = new Set(["traffic", "companions"]);
/** What strikes several services or issues raises their errors no further apart than this, mostly. */
const STRUCK_MS = 40_000;
/** P(the rise began with a later step of the rollout | it is the cause, and has been rolled out in steps). */
const LATER_STEP = 0.4;
/** A change this much older than the window is equally likely to show in each of its intervals, to a good approximation. */
const LONG_AGO_MS = 60 * 60_000;

export interface Weighed {
  suspect: Suspect;
  /** ln of prior x likelihood, up to a common constant. */
  score: number;
  /** ln of the likelihood alone. */
  evidence: number;
  /** The same, were it known that it struck within the minutes of the first event: for the siblings. */
  struck: number;
  onsetAt: number;
  /** ln of the mixture likelihood ratio against "nothing changed". */
  rateNats: number;
  /** ln P(evidence | suspect) by factor. */
  factors: { name: string; value: number }[];
}

/** `struck` is the log evidence were it known that it began within the minutes of the first event. */
interface TimedEvidence extends RateEvidence {
  struck: number;
}

export interface Weighing {
  /** Best first. */
  weighed: Weighed[];
  views: FactorView[];
  /** ln of the likelihood averaged over all suspects, without the siblings. */
  marginal: number;
  /** ln e-value of "nothing changed" with an onset anywhere in the window. */
  anyChangeNats: number;
}

/**
 * Changes that came before the first event, up to clock skew: what comes after it can only have caused a further rise. The start of
 * a rise of something that always happened is not known as sharply, so there the alarm is the limit.
 */
function candidates(scene: Scene, isNew: boolean): Change[] {
  const { firstEventAt, subject, now } = scene;
  const began = isNew ? firstEventAt : Math.max(firstEventAt, subject.episode?.openedAt ?? now);
  const latest = began + scene.priors.lag.skewSeconds * 1000;
  const possible = scene.state.changes.filter((change) =>
    change.at > now - CANDIDATE_MS && change.at <= latest
  );
  if (possible.length <= CANDIDATE_LIMIT) return possible;
  return possible.sort((a, b) => b.at - a.at).slice(0, CANDIDATE_LIMIT);
}

/**
 * Start of the intervals that are looked at. It reaches back to every recent change, because a small or gradual fault can
 * have begun with the change and yet have taken its time to hit somebody.
 */
function windowFrom(scene: Scene, suspects: readonly Change[]): number {
  let from = scene.firstEventAt - ONSET_SLACK_MS;
  for (const change of suspects) {
    if (change.at > scene.firstEventAt - REACH_BACK_MS) {
      from = Math.min(from, change.at - scene.priors.lag.skewSeconds * 1000);
    }
  }
  return from;
}

/** Scores every candidate change and every other cause of one subject's episode. */
export function weigh(scene: Scene): Weighing {
  const { state, subject, priors } = scene;
  const all = countsOf(scene);
  const riseAt = binStart(scene.firstEventAt);
  const baseline = baselineRate(scene, all, riseAt);
  const isNew = isNewIssue(subject, scene.firstEventAt);
  const suspects = candidates(scene, isNew);
  const from = windowFrom(scene, suspects);
  const over = pastTroubles(state, subject);
  const bins = all.filter(({ t }) => t >= from && (t >= riseAt || !within(t, over)));
  const views = FACTORS.map((rule) => rule(scene));

  const everywhere = onsetTable(bins, baseline, EVERYTHING, riseAt);
  const ofChanges = averageEffects(everywhere, ANY_SIZE);
  const ofOthers = averagePulses(everywhere, ANY_SIZE);
  const ofOrganic = averagePulses(everywhere, isNew ? MOSTLY_RARE : flareOf(baseline));
  const ramps = rampTable(bins, baseline);
  const ramp = rampEvidence(ramps);
  const windowStart = bins[0]?.t ?? scene.now;
  const versions = [...new Set(bins.flatMap((bin) => bin.cells.map((cell) => cell.version)))];
  // Onset at any bin alike: what every cause shares that reaches everything and for which this moment is like any other.
  const anyTime = rateEvidence(bins, ofChanges, () => 1 / bins.length);

  const weighed: Weighed[] = [];
  const withoutSiblings: number[] = [];
  const add = (suspect: Suspect, rate: TimedEvidence, prior: number) => {
    if (rate.logEvidence === -Infinity) return;
    const factors = views.map((view) => ({ name: view.name, value: view.logLikelihood(suspect) }));
    const evidence = factors.reduce(
      (sum, factor) => factor.name === "siblings" ? sum : sum + factor.value,
      0,
    );
    const ofIncident = factors.reduce(
      (sum, factor) => OF_INCIDENT.has(factor.name) ? sum + factor.value : sum,
      0,
    );
    const family = factors.find((factor) => factor.name === "siblings")!.value;
    const score = Math.log(prior) + rate.logEvidence + evidence + family;
    withoutSiblings.push(score - family);
    weighed.push({
      suspect,
      score,
      evidence: rate.logEvidence + evidence,
      struck: rate.struck + evidence - ofIncident,
      onsetAt: rate.onsetAt,
      rateNats: rate.logEvidence,
      factors,
    });
  };

  for (const change of suspects) {
    const reach = reachOf(change, subject.service, state.services, state.changes, windowStart, versions);
    const rate = changeEvidence(change, reach);
    const suspect: Suspect = { key: change.id, change, other: null, kind: change.kind };
    add(suspect, rate, change.risk ?? priors.failureRate[change.kind]);
  }
  const hazards = hazardsOf(scene, isNew);
  for (const other of OTHER_CAUSES) {
    const hazard = hazards[other] * (BIN_MS / HOUR_MS);
    const perOnset = other === "organic" ? ofOrganic : ofOthers;
    const step = rateEvidence(bins, perOnset, () => hazard);
    const either = mixture(GRADUAL_SHARE[other]);
    const rate: TimedEvidence = {
      logEvidence: either(step.logEvidence, Math.log(hazard * bins.length) + ramp),
      struck: either(struckEvidence(perOnset, -Infinity), ramp),
      onsetAt: step.onsetAt,
    };
    add({ key: `other:${other}`, change: null, other, kind: other }, rate, 1);
  }
  weighed.sort((a, b) => b.score - a.score);
  return { weighed, views, marginal: logSum(withoutSiblings), anyChangeNats: anyTime.logEvidence };

  /** A step at some moment after the change, or, seldom, a steady growth since then. */
  function changeEvidence(change: Change, reach: Reach): TimedEvidence {
    const from = change.at - priors.lag.skewSeconds * 1000;
    const perOnset = stepsOf(change, reach);
    const first = isLongAgo(change, reach) ? sometime(change) : rateEvidence(bins, perOnset, lagOf(change));
    const later = laterSteps(change, scene.now).filter(({ at }) => at >= windowStart).map((step) =>
      ofLaterStep(change, step)
    );
    const parts = [{ ...first, struck: struckEvidence(perOnset, from) }, ...later];
    const best = parts.reduce((a, b) => b.logEvidence > a.logEvidence ? b : a);
    const mixed = (of: (part: TimedEvidence) => number) =>
      later.length === 0 ? of(parts[0]!) : logMix(
        ...parts.map((part, index) =>
          [index === 0 ? 1 - LATER_STEP : LATER_STEP / later.length, of(part)] as const
        ),
      );
    const step = { logEvidence: mixed((part) => part.logEvidence), onsetAt: best.onsetAt };
    const struck = mixed((part) => part.struck);
    if (from < windowStart) return { ...step, struck };
    const either = mixture(GRADUAL_SHARE.change);
    return {
      logEvidence: either(step.logEvidence, rampEvidence(ramps, from)),
      struck: either(struck, rampEvidence(ramps, Math.max(from, riseAt - STRUCK_MS))),
      onsetAt: step.onsetAt,
    };
  }

  /** A rise with a later step of its rollout, beyond what the steps before had brought. */
  function ofLaterStep(change: Change, { at, share }: RolloutStep): TimedEvidence {
    const perOnset = averageEffects(onsetTable(bins, baseline, share, riseAt), ANY_SIZE);
    return {
      ...rateEvidence(bins, perOnset, lagOf({ ...change, at })),
      struck: struckEvidence(perOnset, at - priors.lag.skewSeconds * 1000),
    };
  }

  function isLongAgo(change: Change, reach: Reach): boolean {
    return reach.everything && windowStart - change.at > LONG_AGO_MS;
  }

  function sometime(change: Change): RateEvidence {
    const inWindow = lagProbability(change, windowStart, windowStart + bins.length * BIN_MS, priors.lag);
    return { logEvidence: anyTime.logEvidence + Math.log(inWindow), onsetAt: anyTime.onsetAt };
  }

  function lagOf(change: Change): (index: number) => number {
    const probabilities = bins.map((bin) => lagProbability(change, bin.t, bin.t + BIN_MS, priors.lag));
    return (index) => probabilities[index]!;
  }

  /** ln likelihood ratio of a step per onset, in what the change reaches or, seldom, in everything. */
  function stepsOf(change: Change, reach: Reach): Float64Array {
    if (reach.everything) return ofChanges;
    const over = (share: Share) => averageEffects(onsetTable(bins, baseline, share, riseAt), ANY_SIZE);
    const confined = over(reach.share);
    const loose = change.revertedAt === null ? ofChanges : over(whileInPlace(change));
    const either = mixture(priors.unconfined);
    return confined.map((value, index) => either(value, loose[index]!));
  }

  /** ln likelihood ratio with an onset in the minutes of the first event, each interval after `since` alike. */
  function struckEvidence(perOnset: Float64Array, since: number): number {
    const isPossible = bins.map(({ t }) => Math.abs(t - riseAt) <= STRUCK_MS && t + BIN_MS > since);
    const count = isPossible.filter(Boolean).length;
    return rateEvidence(bins, perOnset, (index) => isPossible[index] ? 1 / count : 0).logEvidence;
  }
}

/** ln of the mean of two likelihoods, the second of which has this share. */
function mixture(share: number): (usual: number, seldom: number) => number {
  return (usual, seldom) => logMix([1 - share, usual], [share, seldom]);
}
