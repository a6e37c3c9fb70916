import { DEFAULT_VERIFICATION_POLICY } from "../heal/verification/policy.ts";
import { explain } from "./explain.ts";
import type { DecisionRecord } from "./types.ts";

/** While a first handful of errors comes in, one is looked at this often; later looks are rarer. */
const LOOKS_MS = [500, 1_000, 2_000, 5_000, 15_000, 60_000, 300_000, 1_800_000] as const;

/**
 * A fix whose success could not be shown is not applied alone: with fewer errors than verification needs, even perfect silence
 * afterwards proves nothing. The decision then waits for more errors, or, when they stay away, leaves the fix to a human.
 *
 * @param errorCount errors of the present episode
 * @param decisionCount decisions made in this episode before this one
 */
export function withholdUntilVerifiable(
  record: DecisionRecord,
  errorCount: number,
  decisionCount: number,
  now: Date,
): DecisionRecord {
  const needed = DEFAULT_VERIFICATION_POLICY.minimumErrorsBefore;
  if (record.verdict !== "apply" || errorCount >= needed) return record;
  const waits = decisionCount < LOOKS_MS.length;
  const reason = `Only ${errorCount} of the ${needed} errors that verification needs have come: ` +
    (waits ? "waiting for more." : "a human decides.");
  const withheld: DecisionRecord = {
    ...record,
    verdict: waits ? "observe" : "review",
    reasons: [reason, ...record.reasons],
    retryAt: waits ? nextLook(decisionCount, now) : null,
  };
  return { ...withheld, explanation: explain(withheld) };
}

/** When an issue about which nothing could be done is looked at again; null after the last look: then only new trouble counts. */
export function nextLook(decisionCount: number, now: Date): string | null {
  const delay = LOOKS_MS[decisionCount];
  return delay === undefined ? null : new Date(now.getTime() + delay).toISOString();
}
