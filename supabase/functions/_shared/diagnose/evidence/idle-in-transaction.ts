import { clampWeight, type EvidenceRule, plural, seconds } from "./finding.ts";

/** A session that does nothing inside a transaction for this long was forgotten, unless it blocks somebody already. */
const FORGOTTEN_MS = 30_000;

/** Sessions that keep a transaction open and do nothing, worst those for which others wait. */
export const idleInTransaction: EvidenceRule = ({ idle_in_transaction, blocking }) =>
  idle_in_transaction
    .map((session) => {
      const waiting = blocking.filter(({ blocking_pid }) => blocking_pid === session.pid).length;
      return { session, blocked: Math.max(session.blocked_count, waiting) };
    })
    .filter(({ session, blocked }) => blocked > 0 || session.idle_ms >= FORGOTTEN_MS)
    .sort((a, b) =>
      b.blocked - a.blocked || b.session.idle_ms - a.session.idle_ms || a.session.pid - b.session.pid
    )
    .map(({ session, blocked }) => ({
      rule: "idle-in-transaction",
      weight: clampWeight(blocked > 0 ? 0.85 + 0.02 * blocked : 0.3),
      evidence: {
        kind: "database",
        statement:
          `Session ${session.pid}${
            session.application_name ? ` of ${session.application_name}` : ""
          } has been idle ` +
          `in a transaction for ${seconds(session.idle_ms)}` +
          (blocked > 0 ? ` and ${plural(blocked, "other session")} wait for it.` : "."),
        data: { ...session, blocked_count: blocked },
      },
      facts: {
        pid: session.pid,
        backend_started_at: session.backend_started_at,
        session_state: "idle in transaction",
        application_name: session.application_name,
        blocked_count: blocked,
        duration_ms: session.idle_ms,
      },
      action: "postgres.end-idle-session",
    }));
