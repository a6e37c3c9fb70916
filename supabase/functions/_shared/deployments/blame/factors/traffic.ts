import { BIN_MS, type ServiceState, sumOf } from "../state.ts";
import type { FactorRule } from "./factor.ts";

/** Seconds before the first event from which the level of a spike is measured. */
const SPIKE_LEAD_MS = 60_000;
/** The level before ends this long before the first event, so that the ramp of a spike does not raise it. */
const QUIET_GAP_MS = 5 * 60_000;
/** Fewer requests than this tell nothing of a level. */
const LEAST_REQUESTS = 30;

/** [ratio from, P(ratio this high | load is the cause), P(... | anything else)]. Load must be high to be a cause. */
const LEVELS: readonly [number, number, number][] = [
  [2.5, 0.5, 0.005],
  [1.7, 0.3, 0.012],
  [1.35, 0.13, 0.04],
  [1.15, 0.05, 0.12],
  [0, 0.02, 0.823],
];
/** From this ratio on one can tell whether the spike had just begun: load hurts within minutes, spikes last a quarter of an hour. */
const SPIKE_RATIO = 1.7;
/** P(traffic was still as usual some minutes before | load is the cause), and when the spike is a coincidence. */
const JUST_BEGUN = { load: 0.85, otherwise: 0.3 };
const JUST_MS = 3 * 60_000;

/**
 * Requests per interval since shortly before the first event, over those from before; or over the highest minute on record
 * where that is the larger surprise. Null when there is too little traffic to say.
 */
export function trafficRatio(
  service: ServiceState | undefined,
  firstEventAt: number,
  until = Infinity,
): number | null {
  if (!service) return null;
  let [recent, recentBins, before, beforeBins] = [0, 0, 0, 0];
  for (const bin of service.bins) {
    const [requests] = sumOf(bin);
    if (bin.t >= until) break;
    if (bin.t >= firstEventAt - SPIKE_LEAD_MS) {
      recent += requests;
      recentBins++;
    } else if (bin.t < firstEventAt - QUIET_GAP_MS) {
      before += requests;
      beforeBins++;
    }
  }
  // The last interval is still filling up.
  const last = service.bins.at(-1);
  if (last && last.t < until && recentBins > 1) {
    recent -= sumOf(last)[0];
    recentBins--;
  }
  if (recentBins === 0 || beforeBins * BIN_MS < QUIET_GAP_MS || before < LEAST_REQUESTS) return null;
  const expected = before / beforeBins;
  if (expected * recentBins < LEAST_REQUESTS / 3) return null;
  return recent / recentBins / expected;
}

/** The level of traffic. */
export const traffic: FactorRule = ({ state, subject, firstEventAt }) => {
  const ratio = trafficRatio(state.services[subject.service], firstEventAt);
  const level = LEVELS.find(([from]) => (ratio ?? 0) >= from)!;
  const begun = ratio !== null && ratio >= SPIKE_RATIO
    ? (trafficRatio(state.services[subject.service], firstEventAt - JUST_MS, firstEventAt - JUST_MS) ??
      ratio) < SPIKE_RATIO
    : null;
  const moment = (share: number) => begun === null ? 1 : begun ? share : 1 - share;
  return {
    name: "traffic",
    logLikelihood(suspect) {
      if (ratio === null) return 0;
      return suspect.kind === "traffic"
        ? Math.log(level[1] * moment(JUST_BEGUN.load))
        : Math.log(level[2] * moment(JUST_BEGUN.otherwise));
    },
    statement: () =>
      ratio === null
        ? "too little traffic to judge its level"
        : `traffic is ${ratio.toFixed(1)} times its level before`,
  };
};
