import type { Bin, ServiceState } from "./state.ts";
import { UNLABELLED } from "./state.ts";
import type { Change } from "./types.ts";

/** After this long no rollout is under way any more, so the share in another service's calls need not be measured. */
const SETTLED_MS = 6 * 3_600_000;

/** Platforms report a step up to this long after its first request, and an undo takes this long to reach the last one. */
const REPORT_SKEW_MS = 30_000;

/** Share of its own service's traffic that a change without version labels reached at `t`, at most. */
export function plannedShare(change: Change, t: number): number {
  if (change.revertedAt !== null && t - REPORT_SKEW_MS >= change.revertedAt) return 0;
  let share = change.rollout.length === 0 ? 1 : 0;
  for (const step of change.rollout) if (step.at <= t + REPORT_SKEW_MS) share = step.share;
  return share;
}

/** One step of a rollout, and what it reaches beyond the one before it. */
export interface RolloutStep {
  at: number;
  share: Share;
}

/**
 * Steps after the first of a rollout that no label shows, until `now`. What a share suffers may not have been noticed, or have been taken
 * for usual, before the next step multiplies it.
 */
export function laterSteps(change: Change, now: number): RolloutStep[] {
  if (change.version !== null) return [];
  return change.rollout.slice(1).filter(({ at }) => at <= now).map(({ at }, index) => ({
    at,
    share: (t) => Math.max(0, plannedShare(change, t) - change.rollout[index]!.share),
  }));
}

/** When each version of one service went out, from the changes that announced them. */
export type Releases = ReadonlyMap<string, number>;

export function releasesOf(service: string | null, changes: readonly Change[]): Releases {
  const releases = new Map<string, number>();
  for (const change of changes) {
    if (change.version !== null && change.service === service) releases.set(change.version, change.at);
  }
  return releases;
}

/**
 * Whether traffic that bears `version` runs `change`: its own version does, and so does every later version of the same
 * service, which was built on top of it, unless the change had been taken back by then.
 */
export function versionContains(change: Change, version: string, releases: Releases): boolean {
  if (change.version === version) return true;
  const at = releases.get(version);
  return at !== undefined && at > change.at && (change.revertedAt === null || at < change.revertedAt);
}

/** Share of a cell's requests that a hypothesis affects, 0..1. */
export type Share = (t: number, version: string) => number;

/** What a cause that knows no version reaches. */
export const EVERYTHING: Share = () => 1;

/** What a change harms that spoils something which all share, a table or a cache: every request, until it is taken back. */
export function whileInPlace({ revertedAt }: Change): Share {
  return (t) => revertedAt !== null && t - REPORT_SKEW_MS >= revertedAt ? 0 : 1;
}

/** What a change reaches in the traffic of one service. */
export interface Reach {
  share: Share;
  /** True when it reaches everything from `windowStart` on: then it cannot be told from other causes by reach. */
  everything: boolean;
}

/**
 * The reach of `change` in the traffic of `serviceName` from `windowStart` (ms) on, over the `versions` that occur there. In
 * its own service version labels decide; traffic without a label, or with one that nobody announced, counts by the
 * planned share. Elsewhere the share of its own service's traffic is what calls of other services meet.
 */
export function reachOf(
  change: Change,
  serviceName: string,
  services: Record<string, ServiceState>,
  changes: readonly Change[],
  windowStart: number,
  versions: readonly string[],
): Reach {
  const planned: Reach = {
    share: (t) => plannedShare(change, t),
    everything: change.revertedAt === null && change.at <= windowStart &&
      lastShareBefore(change, windowStart) === 1,
  };
  const home = change.service ?? serviceName;
  if (change.version === null) return planned;
  const releases = releasesOf(change.service, changes);
  if (home === serviceName) {
    const decides = (version: string) => version !== UNLABELLED && releases.has(version);
    return {
      share: (t, version) =>
        decides(version) ? (versionContains(change, version, releases) ? 1 : 0) : plannedShare(change, t),
      everything: versions.every((version) =>
        decides(version) ? versionContains(change, version, releases) : planned.everything
      ),
    };
  }
  if (planned.everything && windowStart - change.at > SETTLED_MS) return planned;
  const homeBins = services[home]?.bins ?? [];
  const labelled = homeBins.some((bin) => Object.keys(bin.cells).some((version) => releases.has(version)));
  if (!labelled) return planned;
  const shares = sharesByTime(change, homeBins.filter((bin) => bin.t >= windowStart), releases);
  return {
    share: (t) => shares.get(t) ?? plannedShare(change, t),
    everything: [...shares.values()].every((share) => share === 1),
  };
}

function lastShareBefore(change: Change, t: number): number {
  let share = change.rollout.length === 0 ? 1 : 0;
  for (const step of change.rollout) if (step.at <= t) share = step.share;
  const later = change.rollout.some((step) => step.at > t);
  return later ? 0 : share;
}

function sharesByTime(change: Change, bins: readonly Bin[], releases: Releases): Map<number, number> {
  const shares = new Map<number, number>();
  for (const bin of bins) {
    let reached = 0;
    let all = 0;
    for (const [version, [requests]] of Object.entries(bin.cells)) {
      all += requests;
      if (versionContains(change, version, releases)) reached += requests;
    }
    if (all > 0) shares.set(bin.t, reached / all);
  }
  return shares;
}
