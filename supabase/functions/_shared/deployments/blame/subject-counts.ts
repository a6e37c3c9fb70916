import type { RateBin } from "./counts.ts";
import type { Scene } from "./factors/factor.ts";
import { reportedTroubles, troublesOf } from "./troubles.ts";
import { isUsual, rateOf, usualBefore } from "./usual.ts";

/** A rate nobody has measured yet is half an event in what is assumed. */
const BASELINE_EVENTS = 0.5;

/**
 * Events and requests per interval of a subject; a rate reads those failures of its service that issues in trouble do not explain.
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
  const reported = subject.kind === "rate" ? reportedTroubles(scene.state, subject.service) : null;
  const usual = new Map<string, number>();
  return [...new Set([...traffic.keys(), ...own.keys()])].sort((a, b) => a - b).map((t) => {
    const [served, events] = [traffic.get(t) ?? {}, subject.kind === "issue" ? own.get(t) ?? {} : {}];
    const cells = [...new Set([...Object.keys(served), ...Object.keys(events)])].map((version) => {
      const [requests, failures] = served[version] ?? [0, 0];
      const count = reported
        ? Math.max(0, failures - (reported.get(t)?.[version] ?? 0))
        : events[version]?.[0] ?? 0;
      if (requests > 0) usual.set(version, requests);
      const assumed = requests > 0 ? requests : usual.get(version) ?? 0;
      return { version, events: count, requests: Math.max(assumed, count) };
    });
    return { t, cells };
  });
}

/** Events per request before the episode: the decayed past and the part of the window before the rise. */
export function baselineRate({ state, subject }: Scene, bins: readonly RateBin[], riseAt: number): number {
  const troubles = troublesOf(state, subject);
  const sums = { ...usualBefore(subject) };
  for (const bin of bins) {
    if (bin.t >= riseAt) break;
    if (!isUsual(subject, troubles, bin.t)) continue;
    for (const cell of bin.cells) {
      sums.events += cell.events;
      sums.requests += cell.requests;
    }
  }
  return rateOf(sums, BASELINE_EVENTS);
}
