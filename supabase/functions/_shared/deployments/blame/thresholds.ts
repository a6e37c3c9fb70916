/**
 * How sure blame must be to name a change, by the time since the first event. Other witnesses (health of dependencies, other
 * services, second events) come some seconds after the first error: until they had time to speak, only near certainty is said. Once
 * they have spoken, more likely than not has to do for a while, provided that the rise is beyond doubt: a person looks at it either way,
 * and a name that may be wrong is worth more than none. What is still in doubt after that is less urgent. The less sure the
 * name, the further beyond chance the rise must be: a slow leak looks like a small step until it has grown.
 */
const NAMED: readonly Bar[] = [
  { afterMs: 50_000, untilMs: 100_000, probability: 0.65, eValue: 1e4 },
  { afterMs: 50_000, untilMs: Infinity, probability: 0.8, eValue: 1e4 },
  { afterMs: 40_000, untilMs: Infinity, probability: 0.85, eValue: 1e4 },
  { afterMs: 30_000, untilMs: Infinity, probability: 0.97, eValue: 1e4 },
  { afterMs: 40_000, untilMs: Infinity, probability: 0.98, eValue: 0 },
  { afterMs: 0, untilMs: Infinity, probability: 0.995, eValue: 0 },
];
/**
 * When it was a change beyond doubt and only the question is which, the likelier one is named: whoever takes it back sees at once whether
 * it was the other one.
 */
const WHICH_ONE: readonly (Bar & { someChange: number })[] = [
  { afterMs: 50_000, untilMs: 100_000, probability: 0.52, someChange: 0.95, eValue: 1e10 },
  { afterMs: 50_000, untilMs: Infinity, probability: 0.8, someChange: 0.98, eValue: 1e10 },
];
/** No name without corroboration before this. */
const PATIENCE_MS = 40_000;
/**
 * After this a name has to be nearly certain, unless the episode had one before: slow drifts fit whatever came before them, and what
 * went on for so long can wait for better evidence.
 */
const TOO_LATE_MS = 12 * 60_000;
const LATE: Bar = { afterMs: TOO_LATE_MS, untilMs: Infinity, probability: 0.98, eValue: 1e4 };
/** Early words also need this much evidence besides the moment. */
const EARLY_CORROBORATION_NATS = 3;
/**
 * No blame below this e-value: with nothing changed, one look-for-ever in twenty would reach it. Issues that always happened are
 * looked at by the dozen, so they need more.
 */
export const BLAME_E_VALUE = { newIssue: 20, known: 200 };
/** A bare rate knows neither stack nor message, and its issues may be on their way: it is never judged earlier. */
export const RATE_PATIENCE_MS = 45_000;
/** It is taken back without a human from this one on: one wrong rollback in a hundred is the most that is bearable. */
const ROLLBACK_PROBABILITY = 0.99;
/** And from this time on: health of dependencies is known within a minute, and a name costs less to take back than a release. */
const ROLLBACK_AFTER_MS = 60_000;
/** A rollback also needs this e-value: with nothing changed, fewer than one look-for-ever in a hundred reaches it. */
const ROLLBACK_E_VALUE = 100;
/**
 * And it needs evidence besides the moment: files, novelty, messages, the calm of everything else must together favour the
 * change over every cause that is none. Two things that happen at once are the commonest way to be wrong.
 */
const ROLLBACK_CORROBORATION_NATS = 0.5;
/** "No change did it" is said from this probability on, and after this long: other witnesses are slower than errors. */
export const NONE_PROBABILITY = 0.9;
export const NONE_AFTER_MS = 60_000;

/** How the leading change stands. */
export interface Standing {
  /** ms since the first event. */
  waited: number;
  /** Of the leading change, and of all changes together. */
  probability: number;
  someChange: number;
  /** Evidence besides the moment for it against the best cause that is no change, in nats. */
  support: number;
  eValue: number;
}

interface Bar {
  /** From when on it holds, and until when. */
  afterMs: number;
  untilMs: number;
  probability: number;
  eValue: number;
}

/** What was named in the episode before: anything, and whether the leading change is what is named now. */
export interface Names {
  any: boolean;
  isNamed: boolean;
}

/** Whether it is named. What is named stays so for as long as it is as likely. */
export function isSure(standing: Standing, before: Names): boolean {
  const { waited, someChange, support } = standing;
  if (waited < PATIENCE_MS && support < EARLY_CORROBORATION_NATS) return false;
  const isOver = (bar: Bar) =>
    waited >= bar.afterMs && (waited <= bar.untilMs || before.isNamed) &&
    standing.probability >= bar.probability && standing.eValue >= bar.eValue;
  if (WHICH_ONE.some((bar) => someChange >= bar.someChange && isOver(bar))) return true;
  const bars = waited > TOO_LATE_MS && !before.any ? [LATE] : NAMED;
  return bars.some(isOver);
}

/** Whether it is taken back without a human. */
export function mayRollBack({ waited, probability, support, eValue }: Standing): boolean {
  return waited >= ROLLBACK_AFTER_MS && probability >= ROLLBACK_PROBABILITY && eValue >= ROLLBACK_E_VALUE &&
    support >= ROLLBACK_CORROBORATION_NATS;
}
