import { describe, type Scene } from "./factors/factor.ts";
import type { Factor, Verdict } from "./types.ts";
import { weigh, type Weighed } from "./weigh.ts";

/** A change is named from this probability on. */
export const BLAME_PROBABILITY = 0.86;
/**
 * Other witnesses (health of dependencies, other services, second events) come some seconds after the first error. Until they
 * had this long to speak, only near certainty is said.
 */
export const PATIENCE_MS = 40_000;
export const EARLY_PROBABILITY = 0.995;
/** From this age on a change is named even if a second one is not ruled out, provided that it was a change at all. */
export const CHOICE_MS = 60_000;
export const CHOICE_PROBABILITY = 0.78;
export const SOME_CHANGE_PROBABILITY = 0.96;
/** What could not be said after this long asks for more: slow drifts of noise are easier to mistake than a sharp start. */
export const LATE_MS = 4 * 60_000;
export const LATE_PROBABILITY = 0.95;
/** After this nothing new is named: what took so long to become visible rose slowly, and fits whatever came before it. */
export const TOO_LATE_MS = 12 * 60_000;
/** Early words also need this much evidence besides the moment. */
export const EARLY_CORROBORATION_NATS = 3;
/**
 * No blame below this e-value: with nothing changed, one look-for-ever in twenty would reach it. Issues that always happened are
 * looked at by the dozen, so they need more.
 */
export const BLAME_E_VALUE = { newIssue: 20, known: 200 };
/** A bare rate knows neither stack nor message, and its issues may be on their way: it is never judged earlier. */
export const RATE_PATIENCE_MS = 45_000;
/** It is taken back without a human from this one on: one wrong rollback in a hundred is the most that is bearable. */
export const ROLLBACK_PROBABILITY = 0.985;
/** A rollback also needs this e-value: with nothing changed, fewer than one look-for-ever in a hundred reaches it. */
export const ROLLBACK_E_VALUE = 100;
/**
 * And it needs evidence besides the moment: files, novelty, messages, the calm of everything else must together favour the
 * change over every cause that is none. Two things that happen at once are the commonest way to be wrong.
 */
export const ROLLBACK_CORROBORATION_NATS = 0.5;
/** "No change did it" is said from this probability on, and after this long: other witnesses are slower than errors. */
export const NONE_PROBABILITY = 0.9;
export const NONE_AFTER_MS = 60_000;

/** Factors that matter for the choice, as sentences. Smaller ones would only hide them. */
const LEAST_NATS = 0.1;

/** Decides one subject's episode. Also returns each suspect's evidence, for the other subjects of the incident. */
export function decide(scene: Scene): { verdict: Verdict; scores: Record<string, number> } {
  const { weighed, views, anyChangeNats } = weigh(scene);
  const leader = weighed[0]!;
  const total = weighed.reduce((sum, one) => sum + Math.exp(one.score - leader.score), 0);
  const probabilityOf = (one: Weighed) => Math.exp(one.score - leader.score) / total;
  const innocent = weighed.reduce((sum, one) => one.suspect.change ? sum : sum + probabilityOf(one), 0);

  const change = leader.suspect.change;
  const probability = change ? probabilityOf(leader) : innocent;
  const waited = scene.now - scene.firstEventAt;
  let decision: Verdict["decision"] = "wait";
  const eValue = Math.exp(Math.min(700, change ? leader.rateNats : anyChangeNats));
  const support = corroboration(leader, weighed);
  const isNew = scene.subject.facts !== null && scene.subject.facts.firstSeenAt >= scene.firstEventAt;
  const leastE = isNew ? BLAME_E_VALUE.newIssue : BLAME_E_VALUE.known;
  const heard = scene.subject.kind === "issue" || waited >= RATE_PATIENCE_MS;
  if (
    change && heard && eValue >= leastE && isSure(scene, waited, probability, 1 - innocent, support)
  ) {
    decision = "blame";
  } else if (innocent >= NONE_PROBABILITY && waited >= NONE_AFTER_MS) decision = "none";

  const rival = weighed.find((one) => one !== leader && (change !== null || one.suspect.change !== null)) ??
    null;
  const factors = explain(scene, leader, rival, views);
  const verdict: Verdict = {
    subject: scene.subject.key,
    service: scene.subject.service,
    decision,
    changeId: change?.id ?? null,
    other: leader.suspect.other,
    probability,
    rollback: decision === "blame" && probability >= ROLLBACK_PROBABILITY && eValue >= ROLLBACK_E_VALUE &&
      waited >= PATIENCE_MS && support >= ROLLBACK_CORROBORATION_NATS,
    hypotheses: weighed.map((one) => ({
      changeId: one.suspect.change?.id ?? null,
      other: one.suspect.other,
      probability: probabilityOf(one),
    })).filter((one) => one.probability >= 0.001),
    factors,
    firstEventAt: scene.firstEventAt,
    onsetAt: leader.onsetAt,
    eValue,
    decidedAt: scene.now,
  };
  return { verdict, scores: Object.fromEntries(weighed.map((one) => [one.suspect.key, one.evidence])) };
}

/** The thresholds on the way from first error to too late. */
function isSure(
  scene: Scene,
  waited: number,
  probability: number,
  someChange: number,
  support: number,
): boolean {
  if (waited < PATIENCE_MS) return probability >= EARLY_PROBABILITY && support >= EARLY_CORROBORATION_NATS;
  if (waited > TOO_LATE_MS) return scene.subject.episode?.blamed === true && probability >= LATE_PROBABILITY;
  if (waited > LATE_MS) return probability >= LATE_PROBABILITY;
  if (probability >= BLAME_PROBABILITY) return true;
  return waited >= CHOICE_MS && probability >= CHOICE_PROBABILITY && someChange >= SOME_CHANGE_PROBABILITY;
}

/** How far everything but the moment favours the leader over the best cause that is no change. */
function corroboration(leader: Weighed, weighed: readonly Weighed[]): number {
  const other = weighed.find((one) => one.suspect.change === null);
  if (!other) return Infinity;
  return leader.evidence - leader.rateNats - (other.evidence - other.rateNats);
}

function explain(
  scene: Scene,
  leader: Weighed,
  rival: Weighed | null,
  views: ReturnType<typeof weigh>["views"],
): Factor[] {
  const against = (name: string) => rival?.factors.find((factor) => factor.name === name)?.value ?? 0;
  const rate: Factor = {
    name: "time_and_rate",
    nats: leader.rateNats - (rival?.rateNats ?? 0),
    statement: timing(scene, leader, rival),
  };
  const others = leader.factors.map((factor, index): Factor => ({
    name: factor.name,
    nats: factor.value - against(factor.name),
    statement: views[index]!.statement(leader.suspect),
  }));
  return [rate, ...others]
    .filter((factor) => factor === rate || Math.abs(factor.nats) >= LEAST_NATS)
    .sort((a, b) => Math.abs(b.nats) - Math.abs(a.nats));
}

function timing(scene: Scene, leader: Weighed, rival: Weighed | null): string {
  const change = leader.suspect.change;
  const than = rival ? `, compared with ${describe(rival.suspect)}` : "";
  if (!change) return `the start and size of the rise fit ${describe(leader.suspect)}${than}`;
  const seconds = Math.round((scene.firstEventAt - change.at) / 1000);
  const moment = seconds < 0 ? `${-seconds} s before it was reported` : `${seconds} s after it`;
  return `the first event came ${moment}, on the traffic that it reached${than}`;
}
