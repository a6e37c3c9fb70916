import { ALARM_LEVEL, calmDetector, detectorLevel, stepDetector } from "./detector.ts";
import { closeEpisode, isSuspected } from "./episode.ts";
import type { Added } from "./intake.ts";
import { episodeRate, quietRate, sharpestRise } from "./levels.ts";
import { binStart, type BlameState, EPISODE_LIMIT, type ServiceState, type SubjectState } from "./state.ts";
import { riseWithin, youngVersions } from "./young-versions.ts";

/** Within an episode only a rise beyond doubt is another fault: its counts are rarely as even as a detector assumes. */
const FURTHER_ALARM_LEVEL = 1e8;
/** An episode's level is known after this long. */
const LEVEL_MS = 60_000;
/** An issue that was first seen this long before its events reach us is no new one. */
const NEW_ISSUE_MS = 30 * 60_000;
/** A rise this soon after an unexplained one of the same subject is most likely more of the same. */
const CONTINUES_MS = 30 * 60_000;
/** Intervals with less than this share of their ordinary requests are some whose report is late. */
const LATE_REPORT_SHARE = 0.75;
/** No verdict before this much history: before it every issue is new. */
const WARM_UP_MS = 10 * 60_000;

/**
 * Runs the detectors of the subjects that had events, and opens episodes. A quiet subject needs no step: traffic without
 * events only lowers its detector, and is caught up with at the next event.
 */
export function watch(state: BlameState, added: Added): void {
  let open = Object.values(state.subjects).filter(({ episode }) => episode !== null).length;
  const warm = state.now - state.startedAt >= WARM_UP_MS;
  const young = youngVersions(state);
  // Issues first: a service's bare rate is for what nobody reports.
  const keys = Object.keys(added).sort((a, b) =>
    Number(a.startsWith("rate:")) - Number(b.startsWith("rate:"))
  );
  for (const key of keys) {
    const events = added[key]!;
    const subject = state.subjects[key];
    if (!subject) continue;
    subject.lastEventAt = state.now;
    const service = state.services[subject.service];
    const requestsEver = service?.requestsEver ?? 0;
    const requests = requestsBehind(requestsEver - subject.requestsSeen, events.intervals.size, service);
    subject.requestsSeen = requestsEver;
    const episode = subject.episode;
    // Before a project was watched for a while everything is new: what comes then is what is usual.
    if (!warm) continue;
    // An episode first has to find its own level; a rise above that level later is another fault.
    if (episode && (episode.blamed || state.now - episode.openedAt < LEVEL_MS)) continue;
    const rate = episode ? episodeRate(state, subject, episode) : quietRate(state, subject);
    subject.detector = stepDetector(
      subject.detector,
      events.count,
      rate * requests,
      binStart(events.firstAt),
    );
    if (episode === null && open >= EPISODE_LIMIT) continue;
    const facts = subject.facts;
    const isNew = facts !== null && episode === null && facts.firstSeenAt > state.now - NEW_ISSUE_MS &&
      subject.past.events === 0 && facts.firstSeenAt >= state.startedAt + WARM_UP_MS &&
      firstEventAt(subject) >= facts.firstSeenAt - 60_000;
    const suspected = episode !== null && isSuspected(episode);
    const alarm = episode ? FURTHER_ALARM_LEVEL : ALARM_LEVEL;
    const isRisen = !isNew && !suspected && detectorLevel(subject.detector) >= alarm;
    const partial = isNew || isRisen || episode
      ? null
      : riseWithin(state, subject, young.get(subject.service) ?? [], rate);
    if (isNew || isRisen || partial) {
      const rise = isNew ? facts.firstSeenAt : (partial ?? sharpestRise(state, subject, rate))?.at ?? null;
      // Failures that issues explain rise with them.
      if (rise === null && subject.kind === "rate") continue;
      const first = rise ?? events.firstAt;
      if (episode) closeEpisode(state, subject, episode);
      else open++;
      const continues = !isNew && state.now - subject.lastBurstAt < CONTINUES_MS;
      subject.detector = calmDetector();
      subject.episode = {
        openedAt: state.now,
        firstEventAt: first,
        shared: {},
        verdict: null,
        settledAt: null,
        blamed: false,
        continues,
      };
    }
  }
}

/**
 * Requests that a step's events are measured against. Reports of traffic come late or never more often than events do, and what comes
 * late comes with what is in time: where there are hardly any requests for the intervals that the events are of, ordinary ones stand
 * in, or a late report would look like a service whose every request fails. What comes late then counts in a later step as well, which
 * only makes the detector slower.
 */
function requestsBehind(reported: number, intervals: number, service: ServiceState | undefined): number {
  if (!service || service.bins.length === 0) return reported;
  const usual = (service.recent.requests / service.bins.length) * intervals;
  return reported < LATE_REPORT_SHARE * usual ? usual : reported;
}

function firstEventAt(subject: SubjectState): number {
  return subject.bins[0]?.t ?? Infinity;
}
