import type { Change, ChangeContext, Sign } from "./change.ts";
import { inForceSign, recordSign, valueSign } from "./change-history.ts";
import type { Category, SuspectChange } from "./diagnosis.ts";
import { keyTokens, sharedTokens, textTokens } from "./tokens.ts";

/** Changes longer before the onset are not considered. */
export const CHANGE_WINDOW_MS = 6 * 60 * 60 * 1000;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
/** Events carry the sender's clock and changes ours. */
const CLOCK_SKEW_MS = 5 * SECOND_MS;

/**
 * Probability that an issue with a sudden onset comes from one of the changes in the window, before looking at any of
 * them. Operators of large systems attribute about 70 % of outages to changes (Beyer et al., Site Reliability Engineering,
 * 2016, ch. 1); changes that nobody recorded here take their part of that.
 */
const PRIOR_SOME_CHANGE = 0.4;
/** The same where the issue has no sudden onset: it has been there all the time, only its first event is new to us. */
const PRIOR_GRADUAL = 0.1;
/** Chance that something unrecorded (a deployment, a vendor's change) happened together with a recorded change. */
const UNRECORDED_COMPANION = 0.03;

/**
 * Lag from a change to its first error, as a mixture: most take effect with the next request or the next reading of the
 * configuration; some only when a cache expires, a pool drains or a schedule comes round, with a heavy tail (Lomax with
 * shape 1: half within the scale); the rest at any time in the window.
 */
const PROMPT = { weight: 0.6, meanMs: 30 * SECOND_MS };
const DELAYED = { weight: 0.3, scaleMs: 10 * MINUTE_MS };
const ANYTIME_WEIGHT = 0.1;

/** Likelihood ratios: how many times more often a thing is seen when the change is the cause than when it is not. */
const NAMED_RATIO = 3;
const NAMED_MAXIMUM = 9;
const NOT_NAMED_RATIO = 0.75;
const EXISTED_MINIMUM = 0.005;
/**
 * What kind of trouble changes of a kind make, against what comes by itself. A configuration change seldom makes a user's
 * browser run out of storage or a key appear twice; it often makes hosts unknown and pools too small. Judgement.
 */
const SYMPTOM_RATIOS: Record<SuspectChange["kind"], Partial<Record<Category, number>>> = {
  configuration: {
    configuration: 2.5,
    network: 1.2,
    authentication: 1.2,
    dependency: 0.5,
    database: 0.6,
    validation: 0.4,
    frontend: 0.3,
    deployment: 0.3,
    storage: 0.6,
  },
  deployment: {
    deployment: 2.5,
    runtime: 1.5,
    frontend: 1.5,
    validation: 1.2,
    dependency: 0.3,
    network: 0.5,
  },
};
/** How much the label of the release says, when that many events bear it; and the least where others bear theirs. */
const RELEASE_RATIO = 6;
const RELEASE_EVENTS = 5;
const RELEASE_MINIMUM = 0.01;
/** A fault that shows only in later releases is seldom that of an earlier one. */
const RELEASE_LATER = 0.03;
/** Candidates below this are not worth a reader's time. */
const PROBABILITY_MINIMUM = 0.02;
const CHANGES_LIMIT = 5;

/**
 * The changes that may have caused the issue, most probable first, each with its posterior probability. The hypotheses
 * exclude each other: exactly one of the changes, or none of them; so the probabilities sum to at most 1, and what is
 * missing from 1 is the probability of "none of them".
 *
 *     P(i) = o_i r_i / (1 + sum_j o_j r_j)
 *
 * with o_i the prior odds of change i against "none" (the prior for some change, shared among the candidates) and r_i the
 * product of the likelihood ratios of what was observed: the lag, whether the error existed before, whether the error names
 * what was changed, whether the value moved in a suspicious way, whether it was still in force, what fixes have shown about it,
 * and whether such changes make such errors.
 *
 * @param onset when the errors began, ISO 8601
 */
export function suspectChanges(
  changes: readonly Change[],
  onset: string,
  context: ChangeContext,
): SuspectChange[] {
  const onsetMs = Date.parse(onset);
  const uncertaintyMs = Math.max(CLOCK_SKEW_MS, context.onsetUncertaintyMs ?? 0);
  const candidates = changes.filter(({ changedAt }) => {
    const lagMs = onsetMs - Date.parse(changedAt);
    return lagMs >= -uncertaintyMs && lagMs <= CHANGE_WINDOW_MS;
  });
  if (candidates.length === 0) return [];

  const existed = existedBefore(onsetMs, context);
  const prior = existed.isSudden ? PRIOR_SOME_CHANGE : PRIOR_GRADUAL;
  const priorOdds = prior / (1 - prior) / candidates.length;
  const words = textTokens(context.errorText);
  const weighed = candidates.map((change) => {
    const lagMs = onsetMs - Date.parse(change.changedAt);
    const signs = [
      lagSign(lagMs, uncertaintyMs),
      existed,
      nameSign(change, words),
      valueSign(change, changes),
      inForceSign(change, candidates, onsetMs, uncertaintyMs),
      recordSign(change),
      symptomSign(change, context),
      releaseSign(change, context),
    ];
    return { change, odds: signs.reduce((odds, sign) => odds * sign.ratio, priorOdds), signs };
  });
  const total = 1 + weighed.reduce((sum, { odds }) => sum + odds, 0);
  return weighed
    .map(({ change, odds, signs }) => ({
      kind: change.kind,
      subject: change.subject,
      version: change.version,
      previousVersion: change.previousVersion,
      changedAt: change.changedAt,
      probability: Math.floor((odds / total) * 10_000) / 10_000,
      why: sentence(change, signs.map((sign) => sign.why)),
      ...(change.deployment && { deployment: change.deployment }),
    }))
    .filter(({ probability }) => probability >= PROBABILITY_MINIMUM)
    .sort((a, b) =>
      b.probability - a.probability || compare(b.changedAt, a.changedAt) || compare(a.subject, b.subject)
    )
    .slice(0, CHANGES_LIMIT);
}

/** Density of the lag if the change is the cause, against an onset at any moment of the window. */
function lagSign(lagMs: number, uncertaintyMs: number): Sign {
  const background = 1 / CHANGE_WINDOW_MS;
  const caused = lagDensity(lagMs, uncertaintyMs);
  const ratio = caused / ((1 - UNRECORDED_COMPANION) * background + UNRECORDED_COMPANION * caused);
  const distance = duration(Math.abs(lagMs));
  return {
    ratio,
    why: lagMs >= 0
      ? `it was made ${distance} before the errors began`
      : `it was made ${distance} after the first error, which the clocks may explain`,
  };
}

/** Density per millisecond, averaged over what the onset is uncertain by. */
export function lagDensity(lagMs: number, uncertaintyMs: number): number {
  return (lagProbability(lagMs + uncertaintyMs) - lagProbability(lagMs - uncertaintyMs)) /
    (2 * uncertaintyMs);
}

/** Probability that the first error comes within this lag of the change that causes it. */
function lagProbability(lagMs: number): number {
  if (lagMs <= 0) return 0;
  const prompt = 1 - Math.exp(-lagMs / PROMPT.meanMs);
  const delayed = lagMs / (lagMs + DELAYED.scaleMs);
  const anytime = Math.min(1, lagMs / CHANGE_WINDOW_MS);
  return PROMPT.weight * prompt + DELAYED.weight * delayed + ANYTIME_WEIGHT * anytime;
}

/** An error that was there before, at nearly the same rate, did not begin with the change. */
function existedBefore(onsetMs: number, context: ChangeContext): Sign & { isSudden: boolean } {
  const { rateBefore, rateAfter, firstSeenAt } = context;
  const seenBefore =
    Date.parse(firstSeenAt) < onsetMs - Math.max(CLOCK_SKEW_MS, context.onsetUncertaintyMs ?? 0);
  if (!seenBefore || rateBefore === 0) {
    return {
      ratio: 1,
      isSudden: true,
      why: seenBefore ? "the error had been quiet before" : "the error was never seen before",
    };
  }
  if (rateBefore === null || rateAfter === null) {
    // It is known from earlier, but not how often: that speaks against the change, without saying how much.
    return { ratio: 0.3, isSudden: true, why: "the error had been seen before" };
  }
  const increase = rateAfter / rateBefore;
  const ratio = increase <= 1 ? EXISTED_MINIMUM : Math.max(EXISTED_MINIMUM, (1 - 1 / increase) ** 2);
  return {
    ratio,
    isSudden: increase >= 2,
    why: `the error came ${rounded(rateBefore)} times a minute before, and ${rounded(rateAfter)} times since`,
  };
}

/** Does the error name what was changed? `app.db.pool_size` and "pool exhausted" share a word. */
function nameSign(change: Change, errorWords: Set<string>): Sign {
  const shared = sharedTokens(keyTokens(change.subject), errorWords);
  if (shared.length === 0) return { ratio: NOT_NAMED_RATIO, why: null };
  const ratio = Math.min(NAMED_MAXIMUM, NAMED_RATIO ** shared.length);
  return { ratio, why: `the error names “${shared.join("”, “")}”` };
}

function symptomSign({ kind }: Change, { category }: ChangeContext): Sign {
  const ratio = (category && SYMPTOM_RATIOS[kind][category]) ?? 1;
  if (ratio >= 1 || category === null) return { ratio, why: null };
  return { ratio, why: `${category} errors seldom come from a ${kind} change` };
}

/**
 * Events of a faulty release bear its label: with share s of the traffic, they all would by chance with probability s each, so a release
 * that has all the traffic anyway proves nothing by it. Events of releases without the change speak against it; so does a calm release
 * of its own when only later ones have the errors. Where nothing is labelled nothing is said.
 */
function releaseSign(
  { release, otherReleases = [], laterReleases = [] }: Change,
  { releases = {}, releaseTraffic = {} }: ChangeContext,
): Sign {
  if (!release) return { ratio: 1, why: null };
  const sum = (counts: Readonly<Record<string, number>>, labels: readonly string[]) =>
    labels.reduce((total, label) => total + (counts[label] ?? 0), 0);
  const [own, others, later] = [[release], otherReleases, laterReleases].map((labels) =>
    sum(releases, labels)
  );
  if (own === 0 && others === 0) {
    return later === 0 ? { ratio: 1, why: null } : {
      ratio: RELEASE_LATER ** certaintyOf(later!),
      why: "its own release had none of the errors, only later ones have",
    };
  }
  const errors = own! + others!;
  const against = others! / errors;
  if (against > 0.1) {
    return {
      ratio: Math.max(RELEASE_MINIMUM, 1 - against * certaintyOf(errors)),
      why: `${Math.round(against * 100)} % of the events come from releases without it`,
    };
  }
  const [ownTraffic, otherTraffic] = [
    sum(releaseTraffic, [release]),
    sum(releaseTraffic, otherReleases),
  ];
  if (ownTraffic + otherTraffic === 0) return { ratio: 1, why: null };
  const share = (ownTraffic + 1) / (ownTraffic + otherTraffic + 1);
  return {
    ratio: Math.min(RELEASE_RATIO, (1 / share) ** Math.min(own!, RELEASE_EVENTS)),
    why: `its events come from release ${release}, which had ${Math.round(share * 100)} % of the requests`,
  };
}

/** 0 to 1: how far the labels of so many events can be relied on. */
function certaintyOf(events: number): number {
  return Math.min(1, events / RELEASE_EVENTS);
}

function sentence(change: Change, whys: (string | null)[]): string {
  const told = whys.filter((why): why is string => why !== null);
  return `${change.subject}, version ${change.version}: ${told.join("; ")}.`;
}

function duration(ms: number): string {
  if (ms < 2 * MINUTE_MS) return `${Math.round(ms / SECOND_MS)} s`;
  return ms < 120 * MINUTE_MS
    ? `${Math.round(ms / MINUTE_MS)} min`
    : `${Math.round(ms / (60 * MINUTE_MS))} h`;
}

function rounded(rate: number): string {
  return rate >= 10 ? String(Math.round(rate)) : String(Math.round(rate * 10) / 10);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
