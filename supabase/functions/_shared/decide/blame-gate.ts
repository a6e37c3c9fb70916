import { explain } from "./explain.ts";
import type { DecisionRecord } from "./types.ts";

/** What blame says of the rise that the issue is part of. */
export interface BlameStanding {
  decision: "blame" | "wait" | "none";
  /** Sure enough to take the change back without a human. */
  rollback: boolean;
  episodeAt: string;
}

/** Blame becomes surer with every interval of ten seconds. */
const LOOK_AGAIN_MS = 10_000;
/** What blame could not say of a rise after this long, it will not say soon: then a human is asked. */
const PATIENCE_MS = 4 * 60_000;

/** With fewer events their release labels say little, and a question asked too early is not asked again. */
const TELLING_EVENTS = 10;
const MORE_EVENTS_MS = 60_000;
const SOON_MS = 1_000;

export interface BlameGate {
  standing: BlameStanding | null;
  /** Whether the chosen fix is one that answers a suspected deployment. */
  takesDeploymentBack: boolean;
  /** Of the present episode. */
  errorCount: number;
  ageMs: number;
}

/**
 * A deployment is not taken back while blame, which watches the whole project, is not sure of it: the next seconds often show that a
 * vendor failed at the same moment, or that it was the other one of two deployments. Where blame does not know the project yet
 * (`standing` null), the threshold on the decision's own confidence has to do, and a human is asked only when some more events were seen.
 */
export function withholdUntilBlamed(record: DecisionRecord, gate: BlameGate, now: Date): DecisionRecord {
  const { standing, takesDeploymentBack, errorCount, ageMs } = gate;
  if (!takesDeploymentBack || record.verdict === "observe") return record;
  if (standing === null) {
    const isEarly = record.verdict === "review" && errorCount < TELLING_EVENTS && ageMs < MORE_EVENTS_MS;
    return isEarly
      ? wait(record, "More events will tell more about the release that they come from.", SOON_MS, now)
      : record;
  }
  if (standing.rollback) return record;
  const reason = standing.decision === "none"
    ? "Blame says that no change did this."
    : "Blame is not sure enough of this deployment to take it back alone.";
  const waitedMs = now.getTime() - Date.parse(standing.episodeAt);
  if ((standing.decision === "wait" || record.verdict === "apply") && waitedMs < PATIENCE_MS) {
    return wait(record, reason, LOOK_AGAIN_MS, now);
  }
  return record.verdict === "review" ? record : withVerdict(record, "review", reason, record.retryAt);
}

function wait(record: DecisionRecord, reason: string, delayMs: number, now: Date): DecisionRecord {
  return withVerdict(record, "observe", reason, new Date(now.getTime() + delayMs).toISOString());
}

function withVerdict(
  record: DecisionRecord,
  verdict: DecisionRecord["verdict"],
  reason: string,
  retryAt: string | null,
): DecisionRecord {
  const changed: DecisionRecord = { ...record, verdict, retryAt, reasons: [reason, ...record.reasons] };
  return { ...changed, explanation: explain(changed) };
}
