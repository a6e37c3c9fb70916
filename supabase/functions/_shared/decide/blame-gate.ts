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

/**
 * A deployment is not taken back while blame, which watches the whole project, is not sure of it: the next seconds often show that a
 * vendor failed at the same moment, or that it was the other one of two deployments. Where blame does not know the project yet
 * (`standing` null), the threshold on the decision's own confidence has to do.
 *
 * @param takesDeploymentBack whether the chosen fix is one that answers a suspected deployment
 */
export function withholdUntilBlamed(
  record: DecisionRecord,
  standing: BlameStanding | null,
  takesDeploymentBack: boolean,
  now: Date,
): DecisionRecord {
  if (!takesDeploymentBack || standing === null || standing.rollback || record.verdict === "observe") {
    return record;
  }
  const waitedMs = now.getTime() - Date.parse(standing.episodeAt);
  const waits = standing.decision === "wait" || record.verdict === "apply" ? waitedMs < PATIENCE_MS : false;
  const reason = standing.decision === "none"
    ? "Blame says that no change did this."
    : "Blame is not sure enough of this deployment to take it back alone.";
  if (!waits && record.verdict === "review") return record;
  const withheld: DecisionRecord = {
    ...record,
    verdict: waits ? "observe" : "review",
    reasons: [waits ? `${reason} Looking again in some seconds.` : reason, ...record.reasons],
    retryAt: waits ? new Date(now.getTime() + LOOK_AGAIN_MS).toISOString() : record.retryAt,
  };
  return { ...withheld, explanation: explain(withheld) };
}
