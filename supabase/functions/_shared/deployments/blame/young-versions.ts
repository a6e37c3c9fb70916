import { ALARM_LEVEL } from "./detector.ts";
import { type Rise, sharpestRise } from "./levels.ts";
import { BIN_MS, type BlameState, type SubjectState } from "./state.ts";
import { RATE_PATIENCE_MS } from "./thresholds.ts";

/** A version that went out this long ago at most. */
const YOUNG_MS = 2 * 3_600_000;
/** Its share of its service's traffic is that of the last minute; above the limit, all of the traffic tells as much. */
const SHARE_MS = 60_000;
const PARTIAL_SHARE = 0.9;
/** A rise in its traffic alone is looked at from here on: the odds of the detectors' alarm. */
const ALARM_NATS = Math.log(ALARM_LEVEL);

/** By service the versions that serve a part of its traffic since lately: rollouts that are under way. */
export function youngVersions(state: BlameState): Map<string, string[]> {
  const young = new Map<string, string[]>();
  for (const { service, version, at, revertedAt } of state.changes) {
    if (service === null || version === null || revertedAt !== null || at < state.now - YOUNG_MS) continue;
    const share = shareOf(state, service, version);
    if (share > 0 && share < PARTIAL_SHARE) young.set(service, [...young.get(service) ?? [], version]);
  }
  return young;
}

function shareOf(state: BlameState, service: string, version: string): number {
  let [own, all] = [0, 0];
  const bins = state.services[service]?.bins ?? [];
  for (let index = bins.length - 1; index >= 0 && bins[index]!.t > state.now - SHARE_MS - BIN_MS; index--) {
    for (const [label, [requests]] of Object.entries(bins[index]!.cells)) {
      all += requests;
      if (label === version) own += requests;
    }
  }
  return all === 0 ? 0 : own / all;
}

/**
 * The rise of errors within the traffic of one of these versions. What one request in twenty suffers from is lost in the errors of all the
 * others; among its own it is plain.
 */
export function riseWithin(
  state: BlameState,
  subject: SubjectState,
  versions: readonly string[],
  rate: number,
): Rise | null {
  for (const version of versions) {
    const rise = sharpestRise(state, subject, rate, version);
    if (!rise || rise.nats < ALARM_NATS) continue;
    // Of failures that somebody reports the issues are on their way.
    if (subject.kind === "issue" || state.now - rise.at >= RATE_PATIENCE_MS) return rise;
  }
  return null;
}
