import { decide } from "./decide.ts";
import { closeEpisode, isDue, isOver, setAside } from "./episode.ts";
import type { BlamePriors } from "./priors.ts";
import { type BlameState, type Episode, type SubjectState, sumSince } from "./state.ts";
import type { Verdict } from "./types.ts";

/** A service's failures are left to its issues when these make up this share of them. */
const EXPLAINED_SHARE = 0.5;
const EXPLAINED_LEAD_MS = 60_000;

/** Judges every open episode whose turn it is, and closes those that are over. */
export function judge(state: BlameState, priors: BlamePriors): Verdict[] {
  const verdicts: Verdict[] = [];
  for (const subject of Object.values(state.subjects)) {
    const episode = subject.episode;
    if (!episode) continue;
    if (isOver(state, subject, episode)) {
      closeEpisode(state, subject, episode);
      continue;
    }
    if (!isDue(episode, state.now)) continue;
    if (subject.kind === "rate" && !episode.blamed && isExplained(state, subject, episode)) {
      setAside(subject);
      continue;
    }
    const scene = { state, subject, priors, firstEventAt: episode.firstEventAt, now: state.now };
    const { verdict, shared } = decide(scene);
    episode.shared = shared;
    episode.verdict = verdict;
    if (verdict.decision !== "none") episode.settledAt = null;
    else episode.settledAt ??= state.now;
    if (verdict.decision === "blame") episode.blamed = true;
    verdicts.push(verdict);
  }
  return verdicts;
}

/**
 * True when issues that are in trouble account for most failures since the rise. They know stacks and messages;
 * the bare rate is for failures that nobody reported.
 */
function isExplained(state: BlameState, subject: SubjectState, episode: Episode): boolean {
  const since = episode.firstEventAt - EXPLAINED_LEAD_MS;
  const failures = sumSince(state.services[subject.service]?.bins ?? [], since)[1];
  let explained = 0;
  for (const other of Object.values(state.subjects)) {
    if (other.kind !== "issue" || other.service !== subject.service || !(other.episode || other.level)) {
      continue;
    }
    explained += sumSince(other.bins, since)[0];
  }
  return explained >= failures * EXPLAINED_SHARE;
}
