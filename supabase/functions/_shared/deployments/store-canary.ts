import { z } from "zod";
import { callRpc, type RpcClient } from "../platform/rpc.ts";
import type { Json } from "../platform/json.ts";

const countsSchema = z.array(
  z.tuple([
    z.string(),
    z.string(),
    z.string(),
    z.number(),
    z.number(),
    z.number(),
    z.number(),
    z.number(),
    z.number(),
  ]),
);
/** [minute, release, environment, requests, failures, sum of durations in ms, sessions, crashed sessions, reported errors]. */
export type CanaryCounts = z.output<typeof countsSchema>;

const rolloutSchema = z.object({
  id: z.number(),
  project_id: z.number(),
  key: z.string(),
  version: z.number(),
  previous_version: z.number().nullable(),
  stages: z.array(z.number()),
  share: z.number(),
  started_at: z.string(),
  stage_started_at: z.string(),
});
export type ConfigRollout = z.output<typeof rolloutSchema>;

const savedSchema = z.object({
  id: z.number(),
  verdict: z.enum(["hold", "pass", "roll_back"]),
  stage_started_at: z.string(),
  reasons: z.array(z.string()),
  harm_e_value: z.number(),
  issue_id: z.number().nullable(),
  advance_state: z.string().nullable(),
});
export type SavedJudgement = z.output<typeof savedSchema>;

const begunSchema = z.object({
  begun: z.boolean(),
  reason: z.string().nullable(),
  resumes: z.boolean().optional(),
});

/** What a project may say about the judging of its rollouts: the key `deployments.canary`. Wrong values count as not given. */
export const canarySettingsSchema = z.object({
  /** A stage that passed leads to the next one without a human. */
  approve_stage: z.boolean().catch(false),
  /** Seconds after which a stage is decided by what was seen, where nothing was certain before. */
  step_seconds: z.number().min(60).max(86_400).optional().catch(undefined),
  /** Requests that the new version must have served in a stage. */
  least_requests: z.number().min(10).max(1_000_000).optional().catch(undefined),
  /** Percent of the score for each group of metrics: errors, crashes, latency. */
  weights: z.record(z.string(), z.number().min(0).max(100)).optional().catch(undefined),
});
export type CanarySettings = z.output<typeof canarySettingsSchema>;

export function loadCanarySettings(client: RpcClient, projectId: number): Promise<CanarySettings> {
  return callRpc(client, "canary_settings", { p_project_id: projectId }, canarySettingsSchema);
}

export function loadCanaryCounts(
  client: RpcClient,
  projectId: number,
  since: Date,
  until: Date,
): Promise<CanaryCounts> {
  return callRpc(client, "canary_counts", {
    p_project_id: projectId,
    p_since: since.toISOString(),
    p_until: until.toISOString(),
  }, countsSchema);
}

export function loadConfigRollouts(client: RpcClient, projectId: number): Promise<ConfigRollout[]> {
  return callRpc(client, "active_config_rollouts", { p_project_id: projectId }, z.array(rolloutSchema));
}

export function saveJudgement(
  client: RpcClient,
  projectId: number,
  judgement: Record<string, Json>,
  now: Date,
): Promise<SavedJudgement> {
  return callRpc(client, "save_canary_judgement", {
    p_project_id: projectId,
    p_judgement: judgement,
    p_now: now.toISOString(),
  }, savedSchema);
}

export function raiseCanaryIssue(
  client: RpcClient,
  judgementId: number,
  about: { title: string; occurrences: number; candidate: string; probability: number },
  now: Date,
): Promise<number | null> {
  return callRpc(client, "raise_canary_issue", {
    p_judgement_id: judgementId,
    p_title: about.title,
    p_occurrences: about.occurrences,
    p_candidate: about.candidate,
    p_probability: about.probability,
    p_now: now.toISOString(),
  }, z.number().nullable());
}

export function beginAdvance(
  client: RpcClient,
  judgementId: number,
  targetKey: string,
  now: Date,
): Promise<z.output<typeof begunSchema>> {
  return callRpc(client, "begin_canary_advance", {
    p_judgement_id: judgementId,
    p_target_key: targetKey,
    p_now: now.toISOString(),
  }, begunSchema);
}

export function endAdvance(
  client: RpcClient,
  judgementId: number,
  state: "advanced" | "withheld",
  reason: string | null,
  now: Date,
): Promise<boolean> {
  return callRpc(client, "end_canary_advance", {
    p_judgement_id: judgementId,
    p_state: state,
    p_reason: reason,
    p_now: now.toISOString(),
  }, z.boolean());
}

export async function advanceConfigRollout(client: RpcClient, rollout: ConfigRollout): Promise<void> {
  await callRpc(client, "advance_config_rollout", {
    p_project_id: rollout.project_id,
    p_key: rollout.key,
    p_version: rollout.version,
    p_share: rollout.share,
  }, z.unknown());
}
