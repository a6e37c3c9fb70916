import { logCountRatio, logSum } from "./counts.ts";
import { closeEpisode } from "./episode.ts";
import { unlearnTrouble } from "./hazard.ts";
import { BIN_MS, type BlameState, type Fate, type Question, type SubjectState, sumOf } from "./state.ts";
import { troubleOf } from "./trouble.ts";
import type { Change, ChangeKind, Hypothesis, Verdict } from "./types.ts";
import { pastRate } from "./usual.ts";

/** A change that is taken back stops harming within this long: instances are replaced, settings are picked up. */
const TAKES_EFFECT_MS = 30_000;
/** The question whether it ended the errors is open for this long: where few come, silence takes its time to tell. */
const ASKED_MS = 20 * 60_000;
/** The errors before it are measured over this long at most. */
const BEFORE_MS = 20 * 60_000;
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
/** What is not taken back ends this much seldomer than what ends by itself: by a fix that nobody reported. */
const MENDED = 0.1;
/** A trouble that has only begun is treated as this old. */
const YOUNG_MS = 2 * 60_000;
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
/** Taken back at once and asked about at most, per subject: the latest. */
const QUESTION_LIMIT = 4;

export function fateOf(state: BlameState, changeId: string): Fate {
  return state.fates[changeId] ??= { namedAt: null, askedAt: null };
}

/** When a change was just taken back, asks of every rise that it is suspected of whether that ended it. */
export function askAfterTakingBack(state: BlameState): void {
  const known = new Set(state.changes.map(({ id }) => id));
  for (const id of Object.keys(state.fates)) if (!known.has(id)) delete state.fates[id];
  for (const change of state.changes) {
    const { id, revertedAt } = change;
    if (revertedAt === null || revertedAt > state.now) continue;
    const fate = fateOf(state, id);
    if (fate.askedAt === revertedAt) continue;
    fate.askedAt = revertedAt;
    if (state.now - revertedAt > ASKED_MS) continue;
    for (const subject of Object.values(state.subjects)) ask(subject, id, revertedAt);
  }
}

function ask(subject: SubjectState, changeId: string, takenBackAt: number): void {
  const verdict = subject.episode?.verdict;
  const trouble = verdict ? troubleOf(verdict, null) : subject.unexplained;
  if (!trouble || takenBackAt < trouble.firstEventAt) return;
  if (!trouble.hypotheses.some((hypothesis) => hypothesis.changeId === changeId)) return;
  subject.questions.push({ ...trouble, changeId, takenBackAt });
  if (subject.questions.length > QUESTION_LIMIT) subject.questions.shift();
}

/** Verdicts on rises that ended when a suspect was taken back, by whomever. */
export function lookBack(state: BlameState): Verdict[] {
  const answers: Answer[] = [];
  for (const subject of Object.values(state.subjects)) {
    const { unexplained } = subject;
    if (unexplained && state.now - unexplained.firstEventAt > REMEMBERED_MS) subject.unexplained = null;
    if (subject.questions.length === 0) continue;
    subject.questions = subject.questions.filter(({ takenBackAt }) => state.now - takenBackAt <= ASKED_MS);
    answers.push(...subject.questions.flatMap((question) => answer(state, subject, question) ?? []));
  }
  const innocentOfAll = new Map<string, number>();
  for (const { question: { changeId }, probability } of answers) {
    innocentOfAll.set(changeId, (innocentOfAll.get(changeId) ?? 1) * (1 - probability));
  }
  return answers.flatMap((one) => {
    const { subject, question: { changeId }, probability } = one;
    const isNamed = probability >= OWN_PROBABILITY && 1 - innocentOfAll.get(changeId)! >= SOME_PROBABILITY;
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

/** What is believed of a rise that ended when a change was taken back; the probability is that change's. */
interface Answer {
  subject: SubjectState;
  question: Question;
  hypotheses: Hypothesis[];
  probability: number;
}

/** Null while the errors have not clearly ended. */
function answer(state: BlameState, subject: SubjectState, question: Question): Answer | null {
  const change = state.changes.find(({ id }) => id === question.changeId);
  const named = subject.episode?.verdict?.decision === "blame" ? subject.episode.verdict.changeId : null;
  if (!change || named === change.id) return null;
  const ends = endsOf(state, subject, question);
  const [withIt, goesOn] = [endedWith(ends, question.takenBackAt), ends.at(-1)?.logLikelihood ?? 0];
  if (!(withIt - goesOn >= ENDED_NATS)) return null;
  const mixed = (parts: [number, number][]) => logSum(parts.map(([share, value]) => Math.log(share) + value));
  const byItself = endedByItself(ends, question.firstEventAt);
  const ofEnd = {
    cause: mixed([[1 - OUTLASTED, withIt], [OUTLASTED, goesOn]]),
    other: byItself,
    otherChange: mixed([[MENDED, byItself], [1 - MENDED, goesOn]]),
  };
  const wasNamed = (state.fates[change.id]?.namedAt ?? null) !== null;
  const hypotheses = afterwards(question, change, ofEnd, wasNamed);
  const own = hypotheses.find(({ changeId }) => changeId === change.id);
  return { subject, question, hypotheses, probability: own?.probability ?? 0 };
}

function verdictOf(state: BlameState, { subject, question, hypotheses, probability }: Answer): Verdict {
  const { changeId, firstEventAt, onsetAt, eValue } = question;
  const before = question.hypotheses.find((hypothesis) => hypothesis.changeId === changeId)!.probability;
  const logOdds = (value: number) => Math.log(value / Math.max(1e-9, 1 - value));
  return {
    subject: subject.key,
    service: subject.service,
    decision: "blame",
    changeId,
    other: null,
    probability,
    rollback: false,
    hypotheses,
    factors: [{
      name: "hindsight",
      nats: logOdds(probability) - logOdds(before),
      statement: `the errors ended when it was taken back; until then it had been ${
        (before * 100).toFixed(before < 0.1 ? 1 : 0)
      } % likely`,
    }],
    firstEventAt,
    onsetAt,
    eValue,
    decidedAt: state.now,
  };
}

/** What is believed once `change` was taken back, best first; `ofEnd` is ln P(what came of the errors | each kind of cause). */
function afterwards(
  question: Question,
  change: Change,
  ofEnd: { cause: number; other: number; otherChange: number },
  wasNamed: boolean,
): Hypothesis[] {
  const scored = question.hypotheses.map((hypothesis) => {
    const isCause = hypothesis.changeId === change.id;
    const takenBack = wasNamed ? 1 : isCause ? TAKEN_BACK.cause : TAKEN_BACK.innocent[change.kind];
    const end = isCause ? ofEnd.cause : hypothesis.changeId === null ? ofEnd.other : ofEnd.otherChange;
    return { hypothesis, score: Math.log(hypothesis.probability * takenBack) + end };
  });
  const all = logSum(scored.map(({ score }) => score));
  return scored.map(({ hypothesis, score }) => ({ ...hypothesis, probability: Math.exp(score - all) }))
    .filter(({ probability }) => probability >= 0.001)
    .sort((a, b) => b.probability - a.probability);
}

/** That the errors ended at the start of the interval of `t`, and ln P(counts | that) against "all was as usual". */
interface End {
  t: number;
  logLikelihood: number;
}

/** Every moment at which the errors can have ended; the last one says that they go on. Until then their rate is what was seen. */
function endsOf(state: BlameState, subject: SubjectState, { firstEventAt, takenBackAt }: Question): End[] {
  const own = new Map(subject.bins.map((bin) => [bin.t, sumOf(bin)[0]]));
  const from = Math.max(firstEventAt, takenBackAt - BEFORE_MS);
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

/** ln P(counts | they ended as soon as the taking back took effect), which is at any moment within it alike. */
function endedWith(ends: readonly End[], takenBackAt: number): number {
  const then = ends.slice(0, -1).filter(({ t }) =>
    t > takenBackAt - BIN_MS && t <= takenBackAt + TAKES_EFFECT_MS
  );
  return logSum(then.map(({ logLikelihood }) => logLikelihood)) - Math.log(then.length);
}

/** ln P(counts | they end by themselves): what has gone on for a while goes on for about as long again. */
function endedByItself(ends: readonly End[], firstEventAt: number): number {
  const lasting = (t: number) => YOUNG_MS / (YOUNG_MS + Math.max(0, t - firstEventAt));
  const goingOn = lasting(ends[0]!.t);
  return logSum(ends.map(({ t, logLikelihood }, index) => {
    const next = ends[index + 1]?.t;
    const share = (lasting(t) - (next === undefined ? 0 : lasting(next))) / goingOn;
    return Math.log(share) + logLikelihood;
  }));
}
