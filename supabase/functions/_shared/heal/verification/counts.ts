import { z } from "zod";
import type { BeforeBucket, BeforeWindow, ExposureUnit } from "./types.ts";

/** Running totals at one moment. Differences of two are exact to the event and the request. */
export const countsSchema = z.object({
  at: z.string(),
  errors: z.number(),
  requests: z.number(),
  sessions: z.number(),
});
export type Counts = z.infer<typeof countsSchema>;

/** When the issue's present life began, and the totals at that moment. */
export const episodeSchema = z.object({
  episode_started_at: z.string(),
  episode_event_count: z.number(),
  episode_request_count: z.number(),
  episode_session_count: z.number(),
});
export type Episode = z.infer<typeof episodeSchema>;

/** What the counts are read from; the context of a fix has it. */
export interface CountsSource {
  now: string;
  issue: Episode & { event_count: number };
  totals: { request_count: number; session_count: number };
  /** The ten whole minutes before the fix. */
  recent: { errors: number; requests: number; sessions: number };
  error_seconds: readonly { second_at: string; event_count: number }[];
  relapse_count: number;
}

const SECOND_MS = 1000;
/** An episode that is older than this is judged by its last minutes: its rate may have changed since it began. */
const FRESH_EPISODE_MS = 10 * 60 * SECOND_MS;
const RECENT_SECONDS = 10 * 60;

export function countsNow(source: CountsSource): Counts {
  return {
    at: source.now,
    errors: source.issue.event_count,
    requests: source.totals.request_count,
    sessions: source.totals.session_count,
  };
}

export function episodeOf({ issue }: CountsSource): Episode {
  const { episode_started_at, episode_event_count, episode_request_count, episode_session_count } = issue;
  return { episode_started_at, episode_event_count, episode_request_count, episode_session_count };
}

/**
 * The issue before the fix: from its onset to the moment of applying, or its last ten minutes. Errors are counted over requests
 * where the application reports them, else over sessions, else over seconds.
 *
 * @param episode the one that the fix was applied in; the issue may have begun another meanwhile
 */
export function beforeWindow(
  source: CountsSource,
  atApply: Counts,
  episode: Episode = source.issue,
): BeforeWindow & { exposureOf: ExposureOf } {
  const startedAt = Date.parse(episode.episode_started_at);
  const lastedMs = Date.parse(atApply.at) - startedAt;
  const isFresh = lastedMs < FRESH_EPISODE_MS;
  const errors = isFresh ? Math.max(0, atApply.errors - episode.episode_event_count) : source.recent.errors;
  const requests = isFresh ? atApply.requests - episode.episode_request_count : source.recent.requests;
  const sessions = isFresh ? atApply.sessions - episode.episode_session_count : source.recent.sessions;
  const exposureOf: ExposureOf = requests > 0 ? "requests" : sessions > 0 ? "sessions" : "seconds";
  const seconds = isFresh ? Math.max(1, lastedMs / SECOND_MS) : RECENT_SECONDS;
  const exposure = exposureOf === "requests" ? requests : exposureOf === "sessions" ? sessions : seconds;
  return {
    errors,
    exposure,
    unit: unitOf(exposureOf),
    exposureOf,
    buckets: bucketsBefore(source, startedAt, Date.parse(atApply.at), exposure / seconds),
    recentRelapses: source.relapse_count,
  };
}

/** What is counted as exposure; sessions are requests of another grain. */
export type ExposureOf = "requests" | "sessions" | "seconds";

function unitOf(exposureOf: ExposureOf): ExposureUnit {
  return exposureOf === "seconds" ? "seconds" : "requests";
}

/** The exposure between two readings. */
export function exposureBetween(from: Counts, to: Counts, exposureOf: ExposureOf): number {
  if (exposureOf === "requests") return Math.max(0, to.requests - from.requests);
  if (exposureOf === "sessions") return Math.max(0, to.sessions - from.sessions);
  return Math.max(0, (Date.parse(to.at) - Date.parse(from.at)) / SECOND_MS);
}

/** Whole seconds from the onset to the fix, those without errors included. Traffic is known per minute only: it is taken as even. */
function bucketsBefore(
  source: CountsSource,
  startMs: number,
  endMs: number,
  exposurePerSecond: number,
): BeforeBucket[] {
  const counts = new Map(
    source.error_seconds.map(({ second_at, event_count }) => [Date.parse(second_at), event_count]),
  );
  const first = Math.max(
    ...[startMs, endMs - 300 * SECOND_MS].map((at) => Math.ceil(at / SECOND_MS) * SECOND_MS),
  );
  const buckets: BeforeBucket[] = [];
  // The first and the last second are cut by the window, so they are left out.
  for (let at = first; at + SECOND_MS <= endMs; at += SECOND_MS) {
    buckets.push({ errors: counts.get(at) ?? 0, exposure: exposurePerSecond, durationMs: SECOND_MS });
  }
  return buckets;
}
