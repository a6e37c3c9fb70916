import { z } from "zod";
import type { Diagnosis } from "../diagnose/diagnosis.ts";
import type { Job } from "../platform/jobs.ts";
import { callRpc, type RpcClient } from "../platform/rpc.ts";
import type { Candidate, DecisionRecord } from "./types.ts";

const storedSchema = z.object({
  decision_id: z.number(),
  fix_ids: z.array(z.number()),
  /** True when an earlier worker had stored it and died before it could say so. */
  stored_before: z.boolean(),
});

/** Stores a decision, its diagnosis and its fixes in one transaction; once per job, however often it is called. */
export function storeDecision(
  client: RpcClient,
  { job, diagnosis, decision }: { job: Job; diagnosis: Diagnosis; decision: DecisionRecord },
): Promise<z.output<typeof storedSchema>> {
  const { chosen, verdict, inform } = decision;
  return callRpc(client, "store_decision", {
    p_decision: {
      issue_id: decision.issueId,
      job_id: job.id,
      verdict,
      action: chosen?.action ?? null,
      target_key: chosen?.targetKey ?? null,
      parameters: chosen?.parameters ?? null,
      confidence: decision.confidence,
      threshold: decision.threshold.effective,
      explanation: decision.explanation,
      record: decision,
      diagnosis,
      pattern_slug: diagnosis.patterns[0]?.slug ?? null,
      retry_at: decision.retryAt,
      fixes: [
        ...(chosen && verdict === "apply" ? [fixRow(chosen, "approved", true)] : []),
        ...(chosen && verdict === "review" ? [fixRow(chosen, "in_review", false)] : []),
        ...(inform ? [fixRow(inform, "approved", true)] : []),
      ],
    },
  }, storedSchema);
}

function fixRow(candidate: Candidate, state: "approved" | "in_review", automatic: boolean) {
  return {
    action: candidate.action,
    target_key: candidate.targetKey,
    parameters: candidate.parameters,
    risk: candidate.risk,
    reversible: candidate.reversible,
    informational: candidate.informational,
    automatic,
    confidence: candidate.probability,
    state,
  };
}

/** Asks the engine to look at an issue at this time. */
export async function queueDiagnosis(client: RpcClient, issueId: number, runAt: string): Promise<void> {
  await callRpc(client, "queue_diagnosis", { p_issue_id: issueId, p_run_at: runAt }, z.null());
}
