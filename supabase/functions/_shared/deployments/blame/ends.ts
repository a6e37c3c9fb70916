import { logCountRatio, logSum } from "./counts.ts";
import { BIN_MS, type BlameState, type Question, type SubjectState, sumOf } from "./state.ts";
import { pastRate } from "./usual.ts";

/** What is taken back or mended stops harming within this long: instances are replaced, settings are picked up. */
const TAKES_EFFECT_MS = 30_000;
/** The errors before it are measured over this long at most. */
const BEFORE_MS = 20 * 60_000;
/** A trouble that has only begun is treated as this old. */
export const YOUNG_MS = 2 * 60_000;

/** That the errors ended at the start of the interval of `t`, and ln P(counts | that) against "all was as usual". */
export interface End {
  t: number;
  logLikelihood: number;
}

/** Every moment at which the errors can have ended; the last one says that they go on. Until then their rate is what was seen. */
export function endsOf(state: BlameState, subject: SubjectState, { firstEventAt, at }: Question): End[] {
  const own = new Map(subject.bins.map((bin) => [bin.t, sumOf(bin)[0]]));
  const from = Math.max(firstEventAt, at - BEFORE_MS);
  const bins = (state.services[subject.service]?.bins ?? []).filter(({ t }) => t >= from).map((bin) => {
    const [served, failed] = sumOf(bin);
    const events = subject.kind === "rate" ? failed : own.get(bin.t) ?? 0;
    return { t: bin.t, events, requests: Math.max(served, events) };
  });
  const usual = pastRate(subject);
  let [events, requests] = [0, 0];
  return [...bins, { t: state.now, events: 0, requests: 0 }].map(({ t, ...bin }, end) => {
    const rate = Math.max(usual, requests > 0 ? events / requests : 0);
    let logLikelihood = 0;
    for (let index = 0; index < end; index++) {
      const one = bins[index]!;
      logLikelihood += logCountRatio(one.events, usual * one.requests, rate * one.requests);
    }
    events += bin.events;
    requests += bin.requests;
    return { t, logLikelihood };
  });
}

/** ln P(counts | they ended as soon as what was done took effect), which is at any moment within it alike. */
export function endedWith(ends: readonly End[], at: number): number {
  const then = ends.slice(0, -1).filter(({ t }) => t > at - BIN_MS && t <= at + TAKES_EFFECT_MS);
  return logSum(then.map(({ logLikelihood }) => logLikelihood)) - Math.log(then.length);
}

/** ln P(counts | they end by themselves): what has gone on for a while goes on for about as long again. */
export function endedByItself(ends: readonly End[], firstEventAt: number): number {
  const lasting = (t: number) => YOUNG_MS / (YOUNG_MS + Math.max(0, t - firstEventAt));
  const goingOn = lasting(ends[0]!.t);
  return logSum(ends.map(({ t, logLikelihood }, index) => {
    const next = ends[index + 1]?.t;
    const share = (lasting(t) - (next === undefined ? 0 : lasting(next))) / goingOn;
    return Math.log(share) + logLikelihood;
  }));
}
