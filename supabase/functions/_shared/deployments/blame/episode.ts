import { calmDetector } from "./detector.ts";
import { learnTrouble } from "./hazard.ts";
import {
  BIN_MS,
  type BlameState,
  type Episode,
  seenSince,
  type SubjectState,
  type Taught,
  type Trouble,
} from "./state.ts";
import type { Change, Verdict } from "./types.ts";
import { pastRate, setApart } from "./usual.ts";

/** An episode is watched this long after it opened, then closed undecided; longer while a change is suspected. */
const EPISODE_MS = 15 * 60_000;
/** Nothing is judged anew this long after the first event: the window no longer shows what came before it. */
const JUDGED_MS = 25 * 60_000;
/** A blamed episode ends when this long brought no more errors than usual, or after BLAMED_LIMIT_MS. */
const QUIET_MS = 5 * 60_000;
const BLAMED_LIMIT_MS = 2 * 3_600_000;
/** An episode settled as "none" is closed after this long, so that a further rise is a new one. */
const AFTER_DECISION_MS = 5 * 60_000;
/** An open episode is judged at every step for this long, later every REVIEW_MS. */
const FRESH_MS = 3 * 60_000;
const REVIEW_MS = 60_000;
/** An episode with suspects this likely is not given up for a newer change, nor for a further rise. */
const LIKELY = 0.5;
/** Suspects that are remembered of a rise without a culprit. */
const SUSPECTS_KEPT = 20;
/** A change this long after the first event cannot have caused it, whatever the clocks say. */
const CLEAR_MS = 20_000;

/** Whether some change, whichever, is more likely the cause than everything else together. */
export function isSuspected({ verdict }: Episode): boolean {
  const changes = verdict?.hypotheses.filter(({ changeId }) => changeId !== null) ?? [];
  return changes.reduce((sum, { probability }) => sum + probability, 0) >= LIKELY;
}

/** Judged at every step while it is fresh and something is still to be said, then once a minute. */
export function isDue(episode: Episode, now: number): boolean {
  const last = episode.verdict;
  if (last === null) return true;
  const isOpen = last.decision !== "none" && !last.rollback;
  if (isOpen && now - episode.openedAt <= FRESH_MS) return true;
  return now - episode.firstEventAt <= JUDGED_MS && now - last.decidedAt >= REVIEW_MS;
}

/** A blamed episode lasts until the errors stop; any other one until it is settled or too old to be decided. */
export function isOver(state: BlameState, subject: SubjectState, episode: Episode): boolean {
  const openFor = state.now - episode.openedAt;
  if (!episode.blamed) {
    return openFor > (isSuspected(episode) ? JUDGED_MS : EPISODE_MS) ||
      (episode.settledAt !== null && state.now - episode.settledAt > AFTER_DECISION_MS);
  }
  if (openFor > BLAMED_LIMIT_MS) return true;
  if (openFor < QUIET_MS) return false;
  const { events, requests } = seenSince(state, subject, state.now - QUIET_MS);
  return events <= 1 + 2 * pastRate(subject) * requests;
}

/**
 * An old rise that no change explained must not hide a new one: when a change comes, such episodes of its service end, and
 * their level is what the next rise is measured against.
 */
export function closeStaleEpisodes(state: BlameState, change: Change): void {
  for (const subject of Object.values(state.subjects)) {
    const episode = subject.episode;
    if (!episode || episode.blamed || (change.service !== null && subject.service !== change.service)) {
      continue;
    }
    if (!isSuspected(episode) && change.at > episode.firstEventAt + CLEAR_MS) {
      closeEpisode(state, subject, episode);
    }
  }
}

/** What is remembered of a rise without a culprit. */
export function troubleOf(verdict: Verdict, taught: Taught | null): Trouble {
  const { firstEventAt, onsetAt, eValue, hypotheses } = verdict;
  return { firstEventAt, onsetAt, eValue, hypotheses: hypotheses.slice(0, SUSPECTS_KEPT), taught };
}

export function closeEpisode(state: BlameState, subject: SubjectState, episode: Episode): void {
  if (!episode.blamed) {
    // A new issue that is watched once more is the same trouble.
    const known = subject.unexplained?.firstEventAt === episode.firstEventAt ? subject.unexplained : null;
    const taught = known ? known.taught : learnTrouble(state, subject, episode);
    subject.lastBurstAt = state.now;
    if (episode.verdict) subject.unexplained = troubleOf(episode.verdict, taught);
  }
  const span = { from: episode.firstEventAt - BIN_MS, to: state.now };
  setAside(subject);
  setApart(state, subject, span, episode.blamed ? null : state.now - QUIET_MS);
}

/** Ends an episode that others tell better. */
export function setAside(subject: SubjectState): void {
  subject.episode = null;
  subject.detector = calmDetector();
}
