import type { Scene } from "./factors/factor.ts";
import type { BlamePriors } from "./priors.ts";
import {
  type BlameState,
  type Episode,
  isNewIssue,
  OWN_TROUBLES,
  type OwnTrouble,
  type SubjectState,
  type Taught,
} from "./state.ts";
import type { DependencyHealth, OtherCause } from "./types.ts";

const HOUR_MS = 3_600_000;
/** What happened longer ago counts less: projects change, but how often a vendor fails or an issue flares up is known only after days. */
const EXPERIENCE_HALF_LIFE_MS = 7 * 24 * HOUR_MS;
/** Further rises per hour of a trouble that has begun to rise: leaks and growing queues come in steps to a detector. */
const CONTINUATION_PER_HOUR = 2;
/** What all services or issues together tell is weighed against this many times the prior's hours of watching. */
const POOL_WEIGHT = 5;
/** Rises of one cause that are no further apart than this are one trouble. */
const SAME_TROUBLE_MS = 60 * 60_000;

/** Onsets per hour of each cause that is no change. */
export type Hazards = Record<OtherCause, number>;

/**
 * Onsets per hour, learnt from the project itself: the mean of a gamma posterior. Its prior is the mean of all services (for flares of a
 * known issue: of all issues), which in turn is pooled with the public one; each prior weighs as much as `hazardPriorHours` of watching.
 */
export function hazardsOf(scene: Scene, isNew: boolean): Hazards {
  const { state, subject, priors } = scene;
  const services = Object.values(state.services);
  const watched = watchedHours(state, state.startedAt);
  const ofService = (trouble: OwnTrouble) =>
    learnt(
      { seen: state.services[subject.service]?.troubles[trouble] ?? 0, hours: watched },
      { seen: sum(services, (one) => one.troubles[trouble]), hours: watched * services.length },
      priors.hazardPerHour[trouble],
      priors,
    );
  const continued = subject.episode?.continues ? CONTINUATION_PER_HOUR : 0;
  return {
    external: ofService("external"),
    traffic: ofService("traffic"),
    leak: ofService("leak") + continued,
    organic: (isNew ? ofService("newIssue") : flares(scene)) + continued,
  };
}

function flares({ state, subject, priors }: Scene): number {
  if (subject.kind === "rate") {
    return learnt(
      { seen: subject.bursts, hours: watchedHours(state, state.startedAt) },
      null,
      priors.hazardPerHour.burst,
      priors,
    );
  }
  const hoursOf = (issue: SubjectState) =>
    watchedHours(state, Math.max(state.startedAt, issue.facts?.firstSeenAt ?? state.startedAt));
  const issues = Object.values(state.subjects).filter(({ kind }) => kind === "issue");
  const all = { seen: sum(issues, (issue) => issue.bursts), hours: sum(issues, hoursOf) };
  return learnt({ seen: subject.bursts, hours: hoursOf(subject) }, all, priors.hazardPerHour.burst, priors);
}

interface Experience {
  seen: number;
  hours: number;
}

function learnt(
  own: Experience,
  all: Experience | null,
  prior: number,
  { hazardPriorHours }: BlamePriors,
): number {
  const mean = (experience: Experience, expected: number, hours: number) =>
    (experience.seen + expected * hours) / (experience.hours + hours);
  const pooled = all ? mean(all, prior, POOL_WEIGHT * hazardPriorHours) : prior;
  return mean(own, pooled, hazardPriorHours);
}

const isSeenByCalls = ({ source }: DependencyHealth) => source === "calls";

/** Share of the time in which some dependency is in trouble here, as that witness sees it; `prior` is the share elsewhere. */
export function troubledShare(scene: Scene, witness: "calls" | "independent", prior: number): number {
  const { state, priors } = scene;
  const own = { seen: state.troubledHours[witness], hours: watchedHours(state, state.startedAt) };
  return learnt(own, null, prior, priors);
}

/** Hours since `from` at the weight that decay left them, like the counts. */
function watchedHours(state: BlameState, from: number): number {
  const fading = EXPERIENCE_HALF_LIFE_MS / Math.LN2;
  return (fading / HOUR_MS) * (1 - Math.exp(-Math.max(0, state.now - from) / fading));
}

/** Learns from an episode without a culprit how often such things happen here; returns what it counted, if anything. */
export function learnTrouble(state: BlameState, subject: SubjectState, episode: Episode): Taught | null {
  const other = episode.verdict?.other ?? null;
  const service = state.services[subject.service];
  if (other === null || !service) return null;
  const isNew = isNewIssue(subject, episode.firstEventAt);
  if (other === "organic" && !isNew) {
    if (episode.openedAt - subject.lastBurstAt <= SAME_TROUBLE_MS) return null;
    subject.bursts++;
    return "burst";
  }
  const trouble: OwnTrouble = other === "organic" ? "newIssue" : other;
  if (trouble !== "newIssue" && episode.openedAt - service.lastTroubleAt[trouble] <= SAME_TROUBLE_MS) {
    return null;
  }
  service.troubles[trouble]++;
  service.lastTroubleAt[trouble] = state.now;
  return trouble;
}

/** Takes back what was learnt from an episode whose culprit was found after all. */
export function unlearnTrouble(state: BlameState, subject: SubjectState, taught: Taught | null): void {
  const service = state.services[subject.service];
  if (taught === "burst") subject.bursts = Math.max(0, subject.bursts - 1);
  else if (taught && service) service.troubles[taught] = Math.max(0, service.troubles[taught] - 1);
}

export function fadeExperience(state: BlameState, elapsed: number): void {
  const decay = 0.5 ** (elapsed / EXPERIENCE_HALF_LIFE_MS);
  const troubled = Object.values(state.dependencies).filter((one) => one.state !== "up");
  const lately = {
    calls: troubled.some(isSeenByCalls),
    independent: troubled.some((one) => !isSeenByCalls(one)),
  };
  for (const witness of ["calls", "independent"] as const) {
    state.troubledHours[witness] = state.troubledHours[witness] * decay +
      (lately[witness] ? elapsed / HOUR_MS : 0);
  }
  for (const subject of Object.values(state.subjects)) subject.bursts *= decay;
  for (const service of Object.values(state.services)) {
    for (const trouble of OWN_TROUBLES) service.troubles[trouble] *= decay;
  }
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
