import { logMix, logSum } from "./counts.ts";
import { endedByItself, endedWith, endsOf, YOUNG_MS } from "./ends.ts";
import { closeEpisode, troubleOf } from "./episode.ts";
import { unlearnTrouble } from "./hazard.ts";
import { type BlameState, CANDIDATE_MS, type Fate, type Question, type SubjectState } from "./state.ts";
import { type Change, type ChangeKind, type Hypothesis, isCode, type Verdict } from "./types.ts";

/** The question whether it ended the errors is open for this long: where few come, silence takes its time to tell. */
const ASKED_MS = 20 * 60_000;
/**
 * P(somebody takes it back while errors go on | it is their cause), and where it is innocent: people who look into an incident are seldom
 * wrong, though a setting is replaced for many reasons. Of one that blame itself had named it tells nothing.
 */
const TAKEN_BACK: { cause: number; innocent: Record<ChangeKind, number> } = {
  cause: 0.5,
  innocent: { deployment: 0.05, edge_function: 0.05, configuration: 0.1, flag: 0.1 },
};
/** P(the errors outlast it | it is their cause): what it spoilt can stay spoilt. */
const OUTLASTED = 0.1;
/** P(people deploy a fix while the errors go on | their cause is older code of that service). */
const FIXED_FORWARD = 0.4;
/** P(the fix touches a file that the cause had touched): what is mended is mended where it was broken. */
const FIX_MEETS_CAUSE = 0.85;
/** Files that a service is assumed to have besides those of the two changes, and how likely they meet by chance at least and at most. */
const OTHER_FILES = 80;
const MEET_BY_CHANCE: readonly [number, number] = [0.02, 0.6];
/** What is not taken back ends this much seldomer than what ends by itself: by a fix that nobody reported. */
const MENDED = 0.1;
/** That the errors ended then is this much likelier than that they go on, in nats. */
const ENDED_NATS = 3;
/**
 * A name in hindsight takes this probability that it was the cause of some error at least, since nothing is urgent any more, and this one
 * of the error that it is named for. Errors that end with one change speak for each other.
 */
const SOME_PROBABILITY = 0.97;
const OWN_PROBABILITY = 0.9;
/** A rise without a culprit is remembered this long. */
const REMEMBERED_MS = 12 * 3_600_000;
/** Asked at once at most, per subject: the latest. */
const QUESTION_LIMIT = 4;

export function fateOf(state: BlameState, changeId: string): Fate {
  return state.fates[changeId] ??= { namedAt: null, askedAt: { came: null, takenBack: null } };
}

/** When code just came or a change was just taken back, asks of every rise whether that ended it. */
export function askWhatEnded(state: BlameState): void {
  const known = new Set(state.changes.map(({ id }) => id));
  for (const id of Object.keys(state.fates)) if (!known.has(id)) delete state.fates[id];
  for (const change of state.changes) {
    const { askedAt } = fateOf(state, change.id);
    for (const [about, at] of [["came", change.at], ["takenBack", change.revertedAt]] as const) {
      if (at === null || at > state.now || askedAt[about] === at) continue;
      // What comes a second time serves again because something else was taken back.
      const again = about === "came" && askedAt.came !== null;
      askedAt[about] = at;
      if (again || state.now - at > ASKED_MS) continue;
      for (const subject of Object.values(state.subjects)) ask(state, subject, { about, change, at });
    }
  }
}

function ask(
  state: BlameState,
  subject: SubjectState,
  { about, change, at }: { about: Question["about"]; change: Change; at: number },
): void {
  const verdict = subject.episode?.verdict;
  const trouble = verdict ? troubleOf(verdict, null) : subject.unexplained;
  if (!trouble || at < trouble.firstEventAt) return;
  const isConcerned = trouble.hypotheses.some(({ changeId }) =>
    about === "takenBack" ? changeId === change.id : mayMend(change, changeOf(state, changeId))
  );
  if (!isConcerned) return;
  subject.questions.push({ ...trouble, about, changeId: change.id, at });
  if (subject.questions.length > QUESTION_LIMIT) subject.questions.shift();
}

function changeOf(state: BlameState, changeId: string | null): Change | null {
  return changeId === null ? null : state.changes.find(({ id }) => id === changeId) ?? null;
}

/** Whether it can be told if this code mends that one: both of one service, with files, one after the other. */
function mayMend(fix: Change, cause: Change | null): boolean {
  return cause !== null && isCode(fix.kind) && isCode(cause.kind) && fix.service === cause.service &&
    cause.at < fix.at &&
    (fix.files?.length ?? 0) > 0 && (cause.files?.length ?? 0) > 0;
}

/** Deployments of its service that are expected within so many ms, whatever happens. */
function deploymentsWithin(state: BlameState, fix: Change, duration: number): number {
  const before = state.changes.filter((one) =>
    isCode(one.kind) && one.service === fix.service && one.at < fix.at
  );
  return ((before.length + 1) / CANDIDATE_MS) * Math.max(duration, YOUNG_MS);
}

/** Verdicts on rises that ended when a suspect was taken back, by whomever, or mended. */
export function lookBack(state: BlameState): Verdict[] {
  const answers: Answer[] = [];
  for (const subject of Object.values(state.subjects)) {
    const { unexplained } = subject;
    if (unexplained && state.now - unexplained.firstEventAt > REMEMBERED_MS) subject.unexplained = null;
    if (subject.questions.length === 0) continue;
    subject.questions = subject.questions.filter(({ at }) => state.now - at <= ASKED_MS);
    answers.push(...subject.questions.flatMap((question) => answer(state, subject, question) ?? []));
  }
  const innocentOfAll = new Map<string, number>();
  for (const { culprit, probability } of answers) {
    innocentOfAll.set(culprit, (innocentOfAll.get(culprit) ?? 1) * (1 - probability));
  }
  return answers.flatMap((one) => {
    const { subject, culprit, probability } = one;
    const isNamed = probability >= OWN_PROBABILITY && 1 - innocentOfAll.get(culprit)! >= SOME_PROBABILITY;
    // Of two questions about one rise the first that is answered counts.
    if (!isNamed || subject.questions.length === 0) return [];
    explain(state, subject);
    return [verdictOf(state, one)];
  });
}

/** The rise has its culprit, and is over. */
function explain(state: BlameState, subject: SubjectState): void {
  const { episode, unexplained } = subject;
  subject.questions = [];
  subject.unexplained = null;
  if (episode) {
    episode.blamed = true;
    closeEpisode(state, subject, episode);
  } else unlearnTrouble(state, subject, unexplained?.taught ?? null);
}

/** What is believed of a rise since it ended; the probability is that of the likeliest change that its end points at. */
interface Answer {
  subject: SubjectState;
  question: Question;
  hypotheses: Hypothesis[];
  culprit: string;
  probability: number;
}

/** Null while the errors have not clearly ended. */
function answer(state: BlameState, subject: SubjectState, question: Question): Answer | null {
  const change = changeOf(state, question.changeId);
  if (!change) return null;
  const ends = endsOf(state, subject, question);
  const [withIt, goesOn] = [endedWith(ends, question.at), ends.at(-1)?.logLikelihood ?? 0];
  if (!(withIt - goesOn >= ENDED_NATS)) return null;
  const byItself = endedByItself(ends, question.firstEventAt);
  const end: Outcome = {
    withIt,
    goesOn,
    byItself,
    unmended: logMix([MENDED, byItself], [1 - MENDED, goesOn]),
  };
  const judge = question.about === "takenBack"
    ? takenBack(state, change, end)
    : came(state, change, end, question.at - question.firstEventAt);
  const judged = question.hypotheses.map((hypothesis) => ({ hypothesis, ...judge(hypothesis.changeId) }));
  const scores = judged.map(({ hypothesis, nats }) => Math.log(hypothesis.probability) + nats);
  const all = logSum(scores);
  const after = judged.map((one, index) => ({ ...one, probability: Math.exp(scores[index]! - all) }))
    .sort((a, b) => b.probability - a.probability);
  const leader = after.find(({ isMeant }) => isMeant);
  const culprit = leader?.hypothesis.changeId ?? null;
  const named = subject.episode?.verdict?.decision === "blame" ? subject.episode.verdict.changeId : null;
  if (!leader || culprit === null || culprit === named) return null;
  const hypotheses = after.map(({ hypothesis, probability }) => ({ ...hypothesis, probability }))
    .filter(({ probability }) => probability >= 0.001);
  return { subject, question, hypotheses, culprit, probability: leader.probability };
}

/** ln P(counts | ...): the errors ended with it, go on, ended by themselves, or are those of a change that is still there. */
interface Outcome {
  withIt: number;
  goesOn: number;
  byItself: number;
  unmended: number;
}

/** Of a hypothesis: ln P(what was done and what came of the errors | it), and whether the end points at it. */
type Judge = (changeId: string | null) => { nats: number; isMeant: boolean };

function takenBack(
  state: BlameState,
  change: Change,
  { withIt, goesOn, byItself, unmended }: Outcome,
): Judge {
  const wasNamed = fateOf(state, change.id).namedAt !== null;
  return (changeId) => {
    const isMeant = changeId === change.id;
    const taken = wasNamed ? 1 : isMeant ? TAKEN_BACK.cause : TAKEN_BACK.innocent[change.kind];
    const ended = logMix([1 - OUTLASTED, withIt], [OUTLASTED, goesOn]);
    return { nats: Math.log(taken) + (isMeant ? ended : changeId === null ? byItself : unmended), isMeant };
  };
}

/** `lasted`: ms from the first error until the code came. */
function came(
  state: BlameState,
  fix: Change,
  { withIt, byItself, unmended }: Outcome,
  lasted: number,
): Judge {
  const anyway = deploymentsWithin(state, fix, lasted);
  return (changeId) => {
    const cause = changeOf(state, changeId);
    if (!cause || !mayMend(fix, cause)) {
      return { nats: Math.log(anyway) + (changeId === null ? byItself : unmended), isMeant: false };
    }
    return { nats: logMix([FIXED_FORWARD * meeting(fix, cause), withIt], [anyway, unmended]), isMeant: true };
  };
}

/** How much likelier it is that the files of a fix meet those of its cause as they do than that those of two changes do. */
function meeting(fix: Change, cause: Change): number {
  const [fixed, broken] = [new Set(fix.files), new Set(cause.files)];
  const both = new Set([...fixed, ...broken]).size;
  const [least, most] = MEET_BY_CHANCE;
  const chance = Math.min(most, Math.max(least, fixed.size * broken.size / (both + OTHER_FILES)));
  const meet = [...fixed].some((path) => broken.has(path));
  return meet ? FIX_MEETS_CAUSE / chance : (1 - FIX_MEETS_CAUSE) / (1 - chance);
}

function verdictOf(state: BlameState, answer: Answer): Verdict {
  const { subject, question, hypotheses, culprit, probability } = answer;
  const { about, changeId, firstEventAt, onsetAt, eValue } = question;
  const before = question.hypotheses.find((hypothesis) => hypothesis.changeId === culprit)!.probability;
  const logOdds = (value: number) => Math.log(value / Math.max(1e-9, 1 - value));
  const end = about === "takenBack"
    ? "the errors ended when it was taken back"
    : `the errors ended when ${
      changeOf(state, changeId)?.version ?? changeId
    } came, which may have mended it`;
  const percent = (before * 100).toFixed(before < 0.1 ? 1 : 0);
  return {
    subject: subject.key,
    service: subject.service,
    decision: "blame",
    changeId: culprit,
    other: null,
    probability,
    rollback: false,
    hypotheses,
    factors: [{
      name: "hindsight",
      nats: logOdds(probability) - logOdds(before),
      statement: `${end}; until then it had been ${percent} % likely`,
    }],
    firstEventAt,
    onsetAt,
    eValue,
    decidedAt: state.now,
  };
}
