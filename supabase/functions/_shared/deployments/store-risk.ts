import { z } from "zod";
import { callRpc, type RpcClient } from "../platform/rpc.ts";
import type { RiskModel } from "./risk/model.ts";
import type { RiskEvidence } from "./risk/pool.ts";

const weight = z.object({ mean: z.number(), variance: z.number() });
export const riskModelSchema = z.object({
  intercept: weight,
  weights: z.record(z.string(), weight),
  outcomes: z.number(),
});
const evidence = z.object({ precision: z.number(), shift: z.number() });
const stateSchema = z.object({
  /** Learnt from the project's outcomes alone, with nothing forgotten: its part of the pool. */
  model: riskModelSchema.nullable(),
  /** What the project's deployments are judged by; null before its first outcome. */
  effective: riskModelSchema.nullable(),
  version: z.number(),
  /** The evidence of all projects together, this one's included. */
  pool: z.object({
    intercept: evidence,
    weights: z.record(z.string(), evidence),
    outcomes: z.number(),
  }).nullable(),
  pool_version: z.number(),
});
export type RiskState = z.output<typeof stateSchema>;

const outcomesSchema = z.array(z.object({
  id: z.number(),
  failed: z.boolean(),
  reason: z.enum(["rolled_back", "blamed", "unhealthy", "healthy"]),
  features: z.record(z.string(), z.number()),
}));
export type RiskOutcome = z.output<typeof outcomesSchema>[number];

const lessonsSchema = z.array(z.object({ failed: z.boolean(), features: z.record(z.string(), z.number()) }));
export type Lesson = z.output<typeof lessonsSchema>[number];

/** The latest outcomes that were learnt from, oldest first. */
export function loadPast(client: RpcClient, projectId: number): Promise<Lesson[]> {
  return callRpc(client, "deployment_outcomes_past", { p_project_id: projectId }, lessonsSchema);
}

export function loadRiskState(client: RpcClient, projectId: number): Promise<RiskState> {
  return callRpc(client, "risk_state", { p_project_id: projectId }, stateSchema);
}

/** Deployments whose fate is known, and which nothing was learnt from yet; oldest first. */
export function loadOutcomes(client: RpcClient, projectId: number, now: Date): Promise<RiskOutcome[]> {
  return callRpc(
    client,
    "deployment_outcomes_due",
    { p_project_id: projectId, p_now: now.toISOString() },
    outcomesSchema,
  );
}

/** False when somebody was quicker: then nothing is written, and the next run sees what is left. */
export function saveLearning(
  client: RpcClient,
  projectId: number,
  learnt: {
    outcomes: { id: number; failed: boolean; reason: string }[];
    model: RiskModel;
    version: number;
    pool: RiskEvidence;
    poolVersion: number;
    effective: RiskModel;
  },
  now: Date,
): Promise<boolean> {
  return callRpc(client, "save_risk_learning", {
    p_project_id: projectId,
    p_outcomes: learnt.outcomes,
    p_model: learnt.model,
    p_effective: learnt.effective,
    p_expected_version: learnt.version,
    p_pool: learnt.pool,
    p_expected_pool_version: learnt.poolVersion,
    p_now: now.toISOString(),
  }, z.boolean());
}
