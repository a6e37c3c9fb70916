import type { Scene } from "./factors/factor.ts";
import { HALF_LIFE_MS } from "./state.ts";
import type { OtherCause } from "./types.ts";

const HOUR_MS = 3_600_000;
/** Further rises per hour of a trouble that has begun to rise: leaks and growing queues come in steps to a detector. */
const CONTINUATION_PER_HOUR = 2;

/**
 * Onsets per hour of a cause that is no change. For errors of their own it is the project's own count of them, decayed, pooled with
 * the public prior: the mean of a gamma posterior whose prior weighs as much as `hazardPriorHours` hours of watching.
 */
export function hazardPerHour(other: OtherCause, scene: Scene, isNew: boolean): number {
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
