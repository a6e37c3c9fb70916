import {
  clampWeight,
  type EvidenceContext,
  type EvidenceRule,
  nearness,
  plural,
  seconds,
} from "./finding.ts";

/** A session that does nothing inside a transaction for this long was forgotten, unless it blocks somebody already. */
const FORGOTTEN_MS = 30_000;

/**
 * Sessions that keep a transaction open and do nothing, worst those for which others wait. Statements with a short lock time-out give
 * up before anybody looks: for an error about a lock, holding the table that the statement wanted is as good as being seen to block.
 */
export const idleInTransaction: EvidenceRule = ({ idle_in_transaction, blocking }, context) =>
  idle_in_transaction
    .map((session) => {
      const waiting = blocking.filter(({ blocking_pid }) => blocking_pid === session.pid).length;
      const holdsWanted = isAboutLocks(context) && nearness(context, session.schema, session.relation) > 0;
      return { session, blocked: Math.max(session.blocked_count, waiting), holdsWanted };
    })
    .filter(({ session, blocked, holdsWanted }) =>
      blocked > 0 || holdsWanted || session.idle_ms >= FORGOTTEN_MS
    )
    .sort((a, b) =>
      b.blocked - a.blocked || Number(b.holdsWanted) - Number(a.holdsWanted) ||
      b.session.idle_ms - a.session.idle_ms || a.session.pid - b.session.pid
    )
    .map(({ session, blocked, holdsWanted }) => ({
      rule: "idle-in-transaction",
      weight: clampWeight(blocked > 0 ? 0.85 + 0.02 * blocked : holdsWanted ? 0.85 : 0.3),
      evidence: {
        kind: "database",
        statement:
          `Session ${session.pid}${
            session.application_name ? ` of ${session.application_name}` : ""
          } has been idle ` +
          `in a transaction for ${seconds(session.idle_ms)}` +
          (blocked > 0
            ? ` and ${plural(blocked, "other session")} wait for it.`
            : holdsWanted
            ? ` and holds a lock on ${session.relation}, which the failing statement wanted.`
            : "."),
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

/** lock_not_available; drivers without codes say it in words. */
function isAboutLocks({ facts, texts }: EvidenceContext): boolean {
  return facts.sqlstate === "55P03" || texts.some((text) => text.includes("lock timeout"));
}
