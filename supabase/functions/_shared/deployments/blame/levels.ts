import { risingSince } from "./detector.ts";
import {
  type Bin,
  BIN_MS,
  type BlameState,
  type Episode,
  type SubjectState,
  sumOf,
  sumSince,
} from "./state.ts";
import { pastTroubles, reportedTroubles, troublesOf, within } from "./troubles.ts";
import { isUsual, rateOf, usualBefore } from "./usual.ts";

/** A cautious rate of events per request within an episode, up to the rise that its detector may see. */
export function episodeRate(state: BlameState, subject: SubjectState, episode: Episode): number {
  const until = risingSince(subject.detector) ?? Infinity;
  const between = (bins: readonly Bin[]) => {
    const [all, later] = [sumSince(bins, episode.firstEventAt - BIN_MS), sumSince(bins, until)];
    return [all[0] - later[0], all[1] - later[1]] as const;
  };
  const [requests, failures] = between(state.services[subject.service]?.bins ?? []);
  const events = subject.kind === "rate" ? failures : between(subject.bins)[0];
  return (events + 1 + Math.sqrt(Math.max(0, events))) / Math.max(1, requests);
}

/** A cautious rate of events per request while nothing is wrong: one standard deviation above the mean. */
export function quietRate(state: BlameState, subject: SubjectState): number {
  const since = risingSince(subject.detector) ?? Infinity;
  const service = state.services[subject.service];
  const troubles = troublesOf(state, subject);
  let { events, requests } = usualBefore(subject);
  if (subject.level === null && troubles.length === 0) {
    // The rise itself must not raise what it is compared with.
    const risen = since === Infinity ? [0, 0] : sumSince(service?.bins ?? [], since);
    requests += (service?.recent.requests ?? 0) - risen[0]!;
    const own = since === Infinity || subject.kind === "rate" ? risen[1]! : sumSince(subject.bins, since)[0];
    events += subject.recent - own;
  } else {
    const add = (bins: readonly Bin[], take: (sum: [number, number]) => void) => {
      for (const bin of bins) if (bin.t < since && isUsual(subject, troubles, bin.t)) take(sumOf(bin));
    };
    add(service?.bins ?? [], (sum) => {
      requests += sum[0];
      if (subject.kind === "rate") events += sum[1];
    });
    if (subject.kind === "issue") add(subject.bins, (sum) => events += sum[0]);
  }
  return rateOf({ events, requests }, 1 + Math.sqrt(Math.max(0, events)));
}

/** Where a rise begins most likely, and how much likelier it is than none, in nats. */
export interface Rise {
  at: number;
  nats: number;
}

/**
 * The rise that an alarm is about: it begins in the interval with an event since which the counts speak loudest against the old rate
 * (generalised likelihood ratio). The CUSUM's own start may be a lone event long before, which tells nothing of this rise.
 *
 * @param version whose traffic and events alone are looked at
 */
export function sharpestRise(
  state: BlameState,
  subject: SubjectState,
  rate: number,
  version?: string,
): Rise | null {
  const bins = state.services[subject.service]?.bins ?? [];
  const inScope = (bin: Bin | undefined) =>
    version === undefined ? sumOf(bin) : bin?.cells[version] ?? [0, 0];
  const own = new Map(subject.bins.map((bin) => [bin.t, inScope(bin)[0]]));
  const over = pastTroubles(state, subject);
  const reported = subject.kind === "rate" ? reportedTroubles(state, subject.service) : null;
  const reportedAt = (t: number) => {
    const counts = reported?.get(t) ?? {};
    return version === undefined ? total(counts) : counts[version] ?? 0;
  };
  let [events, requests] = [0, 0];
  let best: Rise | null = null;
  for (let index = bins.length - 1; index >= 0; index--) {
    const bin = bins[index]!;
    // What was wrong before then and is over is no part of this rise.
    if (within(bin.t, over)) break;
    const [r, f] = inScope(bin);
    const count = reported ? Math.max(0, f - reportedAt(bin.t)) : own.get(bin.t) ?? 0;
    events += count;
    requests += r;
    const expected = rate * Math.max(requests, 1);
    if (count === 0 || events <= expected) continue;
    const nats = events * Math.log(events / expected) - (events - expected);
    if (nats > (best?.nats ?? 0)) best = { at: bin.t, nats };
  }
  return best;
}

function total(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
