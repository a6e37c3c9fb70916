import { DEFAULT_VERIFICATION_POLICY } from "../heal/verification/policy.ts";
import { explain } from "./explain.ts";
import type { DecisionRecord } from "./types.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** Errors that come so slowly are a human's to judge: nobody waits longer for the handful that verification needs. */
const PATIENCE_MS = 10 * MINUTE_MS;
/** A young issue is looked at often, an old one rarely: the next look comes after half of its age, within these bounds. */
const SOONEST_MS = 250;
const LATEST_MS = MINUTE_MS;
/**
 * Where nothing can be done, the next look comes after the age once more, within these bounds. The first comes soon: what is
 * wrong with a database (a session that does nothing, a query that does not end) shows only after a few seconds.
 */
const SOONEST_IDLE_MS = 3 * SECOND_MS;
const LATEST_IDLE_MS = 30 * MINUTE_MS;

/**
 * A fix whose success could not be shown is not applied alone: with fewer errors than verification needs, even perfect silence
 * afterwards proves nothing. The decision then waits for more errors, or, when they stay away, leaves the fix to a human.
 *
 * @param errorCount errors of the present episode
 * @param ageMs milliseconds since the episode began
 */
export function withholdUntilVerifiable(
  record: DecisionRecord,
  errorCount: number,
  ageMs: number,
  now: Date,
): DecisionRecord {
  const needed = DEFAULT_VERIFICATION_POLICY.minimumErrorsBefore;
  if (record.verdict !== "apply" || errorCount >= needed) return record;
  const waits = ageMs < PATIENCE_MS;
  const reason = `Only ${errorCount} of the ${needed} errors that verification needs have come: ` +
    (waits ? "waiting for more." : "a human decides.");
  const withheld: DecisionRecord = {
    ...record,
    verdict: waits ? "observe" : "review",
    reasons: [reason, ...record.reasons],
    retryAt: waits ? after(now, ageMs / 2, SOONEST_MS, LATEST_MS) : null,
  };
  return { ...withheld, explanation: explain(withheld) };
}

/** When an issue about which nothing could be done is looked at again. */
export function nextLook(ageMs: number, now: Date): string {
  return after(now, ageMs, SOONEST_IDLE_MS, LATEST_IDLE_MS);
}

function after(now: Date, delayMs: number, soonestMs: number, latestMs: number): string {
  return new Date(now.getTime() + Math.min(latestMs, Math.max(soonestMs, delayMs))).toISOString();
}

/** What was decided last about an issue. */
export interface LastDecision {
  verdict: string;
  action: string | null;
  target_key: string | null;
  probable_cause: string | null;
}

/** True when a decision to do nothing says what the last one said: it would only fill the audit log. */
export function repeats(record: DecisionRecord, last: LastDecision | null): boolean {
  return last !== null && record.verdict === "observe" && record.inform === null &&
    last.verdict === record.verdict && last.action === (record.chosen?.action ?? null) &&
    last.target_key === (record.chosen?.targetKey ?? null) &&
    last.probable_cause === record.context.probableCause;
}
