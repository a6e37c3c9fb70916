import type { DatabaseInspection } from "./inspection.ts";
import { clampWeight, type EvidenceRule, plural, seconds } from "./finding.ts";

type Link = DatabaseInspection["blocking"][number];

/**
 * The session at the root of a chain of waiting sessions, when neither the list of idle sessions nor that of long queries
 * has it (it may have begun only just now).
 */
export const blockingChain: EvidenceRule = ({ blocking, idle_in_transaction, long_running_queries }) => {
  const known = new Set([...idle_in_transaction, ...long_running_queries].map(({ pid }) => pid));
  const blocked = new Set(blocking.map(({ blocked_pid }) => blocked_pid));
  const roots = new Map<number, Link>();
  for (const link of blocking) {
    if (!blocked.has(link.blocking_pid) && !known.has(link.blocking_pid)) roots.set(link.blocking_pid, link);
  }
  return [...roots.values()]
    .map((link) => ({ link, victims: victimsOf(link.blocking_pid, blocking) }))
    .sort((a, b) => b.victims.size - a.victims.size || a.link.blocking_pid - b.link.blocking_pid)
    .map(({ link, victims }) => {
      const isIdle = link.blocking_state.startsWith("idle in transaction");
      const waitedMs = Math.max(
        ...blocking.filter(({ blocked_pid }) => victims.has(blocked_pid)).map(({ blocked_ms }) => blocked_ms),
      );
      const on = link.relation === null ? "" : ` on ${link.schema ?? "public"}.${link.relation}`;
      return {
        // The same names as for sessions that are listed: the cause and the action are the same.
        rule: isIdle ? "idle-in-transaction" : "long-running-query",
        weight: clampWeight(0.8 + 0.02 * victims.size),
        evidence: {
          kind: "database" as const,
          statement: `Session ${link.blocking_pid} (${link.blocking_state}) holds a lock${on} for which ` +
            `${plural(victims.size, "session")} wait, up to ${seconds(waitedMs)}.`,
          data: { ...link, blocked_count: victims.size },
        },
        facts: {
          pid: link.blocking_pid,
          backend_started_at: link.blocking_backend_started_at,
          session_state: isIdle ? "idle in transaction" : link.blocking_state,
          blocked_count: victims.size,
        },
        action: isIdle ? "postgres.end-idle-session" : "postgres.cancel-query",
      };
    });
};

/** Everybody who waits for the session, directly or through others. */
function victimsOf(pid: number, blocking: readonly Link[]): Set<number> {
  const victims = new Set<number>();
  const open = [pid];
  while (open.length > 0) {
    const blocker = open.pop()!;
    for (const { blocked_pid, blocking_pid } of blocking) {
      if (blocking_pid === blocker && blocked_pid !== pid && !victims.has(blocked_pid)) {
        victims.add(blocked_pid);
        open.push(blocked_pid);
      }
    }
  }
  return victims;
}
