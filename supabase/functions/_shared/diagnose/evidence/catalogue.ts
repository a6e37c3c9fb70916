import { blockingChain } from "./blocking-chain.ts";
import { connections } from "./connections.ts";
import { deadJobs } from "./dead-jobs.ts";
import type { EvidenceContext, EvidenceRule, Finding } from "./finding.ts";
import { idleInTransaction } from "./idle-in-transaction.ts";
import type { DatabaseInspection } from "./inspection.ts";
import { invalidIndex } from "./invalid-index.ts";
import { longRunningQuery } from "./long-running-query.ts";
import { missingIndex } from "./missing-index.ts";
import { staleStatistics } from "./stale-statistics.ts";
import { staleView } from "./stale-view.ts";
import { unindexedForeignKey } from "./unindexed-foreign-key.ts";

export const EVIDENCE_RULES: readonly EvidenceRule[] = [
  idleInTransaction,
  longRunningQuery,
  blockingChain,
  missingIndex,
  unindexedForeignKey,
  invalidIndex,
  staleStatistics,
  staleView,
  deadJobs,
  connections,
];

/** What the snapshot shows, weightiest first. Ties keep the order of the rules. */
export function interpretInspection(inspection: DatabaseInspection, context: EvidenceContext): Finding[] {
  return EVIDENCE_RULES.flatMap((rule) => rule(inspection, context)).sort((a, b) => b.weight - a.weight);
}
