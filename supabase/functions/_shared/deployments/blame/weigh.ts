import { EVERYTHING, type Reach, reachOf } from "./exposure.ts";
import { FACTORS } from "./factors/catalogue.ts";
import { type FactorView, type Scene, type Suspect } from "./factors/factor.ts";
import { lagProbability } from "./lag.ts";
import {
  averageEffects,
  averagePulses,
  effectPrior,
  logSum,
  onsetLikelihoods,
  rampEvidence,
  type RateBin,
  rateEvidence,
} from "./rate-evidence.ts";
import { BIN_MS, binStart, CANDIDATE_MS, HALF_LIFE_MS, isBaseline, type SubjectState } from "./state.ts";
import { type Change, OTHER_CAUSES, type OtherCause } from "./types.ts";

const HOUR_MS = 3_600_000;
/** Faults of changes may be of any size; errors that come by themselves are mostly rare ones. */
const CHANGE_EFFECTS = effectPrior(0);
const ORGANIC_EFFECTS = effectPrior(1);
/** Pseudo-counts of a rate nobody has measured yet: half an event in a thousand requests. */
const BASELINE_EVENTS = 0.5;
const BASELINE_REQUESTS = 1000;
/** How often each cause sets in gradually instead of at once. */
const GRADUAL_SHARE: Record<OtherCause, number> = { external: 0.2, traffic: 0.4, leak: 0.9, organic: 0.1 };
/** Further rises per hour of a trouble that has begun to rise: leaks and growing queues come in steps to a detector. */
const CONTINUATION_PER_HOUR = 2;
/** A fault can have begun this long before the detector noticed a rise. */
const ONSET_SLACK_MS = 5 * 60_000;
/** Changes at most this much older than the first event are followed from their first moment. */
const REACH_BACK_MS = 20 * 60_000;
/** A change this much older than the window is equally likely to show in each of its intervals, to a good approximation. */
const LONG_AGO_MS = 60 * 60_000;

export interface Weighed {
  suspect: Suspect;
  /** ln of prior x likelihood, up to a common constant. */
  score: number;
  /** ln of the likelihood alone, for the siblings. */
  evidence: number;
  onsetAt: number;
  /** ln of the mixture likelihood ratio against "nothing changed". */
  rateNats: number;
  /** ln P(evidence | suspect) by factor. */
  factors: { name: string; value: number }[];
}

export interface Weighing {
  /** Best first. */
  weighed: Weighed[];
  views: FactorView[];
  /** ln e-value of "nothing changed" with an onset anywhere in the window. */
  anyChangeNats: number;
}

/**
 * Events and requests per interval of a subject; a rate reads the failures of its service.
 *
 * Traffic reports come late, or never, more often than errors do: where events came without them, the version's traffic of the
 * interval before stands in, or else a handful of events would look like a service that fails always.
 */
export function countsOf(scene: Scene): RateBin[] {
  const { subject } = scene;
  const traffic = new Map(
    (scene.state.services[subject.service]?.bins ?? []).map((bin) => [bin.t, bin.cells]),
  );
  const own = new Map(subject.bins.map((bin) => [bin.t, bin.cells]));
  const usual = new Map<string, number>();
  return [...new Set([...traffic.keys(), ...own.keys()])].sort((a, b) => a - b).map((t) => {
    const [served, events] = [traffic.get(t) ?? {}, subject.kind === "issue" ? own.get(t) ?? {} : {}];
    const cells = [...new Set([...Object.keys(served), ...Object.keys(events)])].map((version) => {
      const [requests, failures] = served[version] ?? [0, 0];
      const count = subject.kind === "rate" ? failures : events[version]?.[0] ?? 0;
      if (requests > 0) usual.set(version, requests);
      const assumed = requests > 0 ? requests : usual.get(version) ?? 0;
      return { version, events: count, requests: Math.max(assumed, count) };
    });
    return { t, cells };
  });
}

/** Events per request before the episode: the decayed past and the part of the window before the rise. */
export function baselineRate(subject: SubjectState, bins: readonly RateBin[], riseAt: number): number {
  let events = subject.past.events + BASELINE_EVENTS;
  let requests = subject.past.requests + BASELINE_REQUESTS;
  for (const bin of bins) {
    if (bin.t >= riseAt) break;
    if (!isBaseline(subject, bin.t)) continue;
    for (const cell of bin.cells) {
      events += cell.events;
      requests += cell.requests;
    }
  }
  return events / requests;
}

function hazardPerHour(other: OtherCause, scene: Scene, isNew: boolean): number {
  const { hazardPerHour: prior, hazardPriorHours } = scene.priors;
  const continued = scene.subject.episode?.continues ? CONTINUATION_PER_HOUR : 0;
  if (other !== "organic") return prior[other] + (other === "leak" ? continued : 0);
  // Hours of history at the weight that decay left them, like the counts.
  const fading = HALF_LIFE_MS / Math.LN2;
  const hours = (fading / HOUR_MS) * (1 - Math.exp(-(scene.now - scene.state.startedAt) / fading));
  const seen = isNew ? scene.state.services[scene.subject.service]?.newIssues ?? 0 : scene.subject.bursts;
  const base = isNew ? prior.newIssue : prior.burst;
  return continued + (seen + base * hazardPriorHours) / (hours + hazardPriorHours);
}

/**
 * Changes that came before the first event, up to clock skew: what comes after it can only have caused a further rise. The start of
 * a rise of something that always happened is not known as sharply, so there the alarm is the limit.
 */
function candidates(scene: Scene, isNew: boolean): Change[] {
  const { firstEventAt, subject, now } = scene;
  const skewed = firstEventAt + scene.priors.lag.skewSeconds * 1000;
  const latest = isNew ? skewed : Math.max(skewed, subject.episode?.openedAt ?? now);
  return scene.state.changes.filter((change) => change.at > now - CANDIDATE_MS && change.at <= latest);
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
  const baseline = baselineRate(subject, all, binStart(scene.firstEventAt));
  const isNew = subject.facts !== null && subject.facts.firstSeenAt >= scene.firstEventAt;
  const suspects = candidates(scene, isNew);
  const from = windowFrom(scene, suspects);
  const bins = all.filter((bin) => bin.t >= from);
  const views = FACTORS.map((rule) => rule(scene));

  const everywhere = onsetLikelihoods(bins, baseline, EVERYTHING);
  const ofChanges = averageEffects(everywhere, CHANGE_EFFECTS);
  const ofOthers = averagePulses(everywhere, CHANGE_EFFECTS);
  const ofOrganic = averagePulses(everywhere, ORGANIC_EFFECTS);
  const ramp = rampEvidence(bins, baseline);
  const windowStart = bins[0]?.t ?? scene.now;
  const versions = [...new Set(bins.flatMap((bin) => bin.cells.map((cell) => cell.version)))];
  // Onset at any bin alike: what every cause shares that reaches everything and for which this moment is like any other.
  const anyTime = rateEvidence(bins, ofChanges, () => 1 / bins.length);

  const weighed: Weighed[] = [];
  const add = (suspect: Suspect, rate: { logEvidence: number; onsetAt: number }, prior: number) => {
    if (rate.logEvidence === -Infinity) return;
    const factors = views.map((view) => ({ name: view.name, value: view.logLikelihood(suspect) }));
    const evidence = factors.reduce(
      (sum, factor) => factor.name === "siblings" ? sum : sum + factor.value,
      0,
    );
    const family = factors.find((factor) => factor.name === "siblings")!.value;
    const score = Math.log(prior) + rate.logEvidence + evidence + family;
    weighed.push({
      suspect,
      score,
      evidence: rate.logEvidence + evidence,
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
  for (const other of OTHER_CAUSES) {
    const hazard = hazardPerHour(other, scene, isNew) * (BIN_MS / HOUR_MS);
    const step = rateEvidence(bins, other === "organic" ? ofOrganic : ofOthers, () => hazard);
    const gradual = Math.log(hazard * bins.length) + ramp;
    const share = GRADUAL_SHARE[other];
    const rate = {
      logEvidence: logSum([Math.log(1 - share) + step.logEvidence, Math.log(share) + gradual]),
      onsetAt: step.onsetAt,
    };
    add({ key: `other:${other}`, change: null, other, kind: other }, rate, 1);
  }
  weighed.sort((a, b) => b.score - a.score);
  return { weighed, views, anyChangeNats: anyTime.logEvidence };

  function changeEvidence(change: Change, reach: Reach): { logEvidence: number; onsetAt: number } {
    if (reach.everything && windowStart - change.at > LONG_AGO_MS) {
      const inWindow = lagProbability(change, windowStart, windowStart + bins.length * BIN_MS, priors.lag);
      return { logEvidence: anyTime.logEvidence + Math.log(inWindow), onsetAt: anyTime.onsetAt };
    }
    const probabilities = bins.map((bin) => lagProbability(change, bin.t, bin.t + BIN_MS, priors.lag));
    const onset = (index: number) => probabilities[index]!;
    const spread = rateEvidence(bins, ofChanges, onset);
    if (reach.everything) return spread;
    const reached = averageEffects(onsetLikelihoods(bins, baseline, reach.share), CHANGE_EFFECTS);
    const confined = rateEvidence(bins, reached, onset);
    if (!reach.byVersion) return confined;
    const logEvidence = logSum([
      Math.log(1 - priors.unconfined) + confined.logEvidence,
      Math.log(priors.unconfined) + spread.logEvidence,
    ]);
    return { logEvidence, onsetAt: confined.onsetAt };
  }
}
