import { clampWeight, type EvidenceRule, nearness, plural, seconds } from "./finding.ts";

/** Statements of an application that serves people end long before this. */
const RUNAWAY_MS = 30_000;
/** From here on its duration alone says enough. */
const CERTAIN_MS = 5 * 60_000;

/** Active statements that run far too long or for which others wait. One that itself waits is a victim, not a cause. */
export const longRunningQuery: EvidenceRule = ({ long_running_queries, blocking }, context) => {
  const victims = new Set(blocking.map(({ blocked_pid }) => blocked_pid));
  return long_running_queries
    .filter((query) =>
      query.state === "active" && query.wait_event_type !== "Lock" && !victims.has(query.pid)
    )
    .map((query) => {
      const waiting = blocking.filter(({ blocking_pid }) => blocking_pid === query.pid).length;
      return { query, blocked: Math.max(query.blocked_count, waiting) };
    })
    .filter(({ query, blocked }) => blocked > 0 || query.duration_ms >= RUNAWAY_MS)
    .sort((a, b) =>
      b.blocked - a.blocked || b.query.duration_ms - a.query.duration_ms || a.query.pid - b.query.pid
    )
    .map(({ query, blocked }) => ({
      rule: "long-running-query",
      weight: clampWeight(
        (blocked > 0 ? 0.8 + 0.02 * blocked : query.duration_ms >= CERTAIN_MS ? 0.7 : 0.5) +
          nearness(context, query.schema, query.relation),
      ),
      evidence: {
        kind: "database",
        statement: `Session ${query.pid} has been running one statement for ${seconds(query.duration_ms)}` +
          (blocked > 0 ? ` and ${plural(blocked, "other session")} wait for it` : "") +
          `: ${query.query_shape.slice(0, 200)}`,
        data: { ...query, blocked_count: blocked },
      },
      facts: {
        pid: query.pid,
        backend_started_at: query.backend_started_at,
        session_state: "active",
        application_name: query.application_name,
        blocked_count: blocked,
        duration_ms: query.duration_ms,
      },
      action: "postgres.cancel-query",
    }));
};
