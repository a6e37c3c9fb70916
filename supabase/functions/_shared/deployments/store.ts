import { z } from "zod";
import { callRpc, type RpcClient } from "../platform/rpc.ts";
import type { Json } from "../platform/json.ts";
import { MIGRATION_KINDS, STATUSES, TARGETS } from "./deployment.ts";
import type { Touched } from "./blame/types.ts";
import type { DeploymentReport } from "./deployment.ts";

const rolloutSchema = z.array(z.object({ at: z.string(), share: z.number() })).catch([]);

/** What the diff says; what another version of this code wrote is read anew. */
const touchedSchema = z.object({
  functions: z.record(z.string(), z.object({ names: z.array(z.string()), all: z.boolean() })),
  words: z.array(z.string()),
}).nullable().catch(null);

/** A row of `deployment_logs` with what the other tables know of it. */
export const deploymentSchema = z.object({
  id: z.number(),
  project_id: z.number(),
  target: z.enum(TARGETS),
  external_id: z.string(),
  service: z.string(),
  environment: z.string(),
  status: z.enum(STATUSES),
  release: z.string().nullable(),
  commit_sha: z.string().nullable(),
  content_hash: z.string().nullable(),
  branch: z.string().nullable(),
  author: z.string().nullable(),
  files: z.array(z.string()).nullable(),
  file_count: z.number().nullable(),
  line_count: z.number().nullable(),
  created_at: z.string(),
  promoted_at: z.string().nullable(),
  superseded_at: z.string().nullable(),
  previous_id: z.number().nullable(),
  rollout: rolloutSchema,
  migration: z.enum(MIGRATION_KINDS).nullable(),
  migration_evidence: z.looseObject({ before: z.string(), after: z.string() }).nullish(),
  touched: touchedSchema,
  risk: z.number().nullable(),
  rollback_capability: z.json().optional(),
  rolled_back_at: z.string().nullable(),
  repeats_id: z.number().nullable(),
  health_score: z.number().nullable(),
  body_stored: z.boolean().default(false),
  vercel_plan: z.string().nullish(),
  vercel_project_id: z.string().nullish(),
  rolling_release: z.json().optional(),
});
export type DeploymentRow = z.output<typeof deploymentSchema>;

const integrationRows = z.array(z.object({ kind: z.string(), name: z.string(), configuration: z.json() }));
const projectSchema = z.object({
  project_id: z.number(),
  time_zone: z.string(),
  integrations: integrationRows,
});
export type MonitoredProject = z.output<typeof projectSchema>;

const metricsSchema = z.object({
  deployment_id: z.number(),
  line: z.string(),
  at: z.string(),
  requests: z.number(),
  failures: z.number(),
  duration_ms_sum: z.number(),
  sessions: z.number(),
  crashed_sessions: z.number(),
  new_issues: z.number(),
  is_recent: z.boolean(),
});
export type MetricsRow = z.output<typeof metricsSchema>;

const historySchema = z.array(z.object({
  id: z.number(),
  author: z.string().nullable(),
  at: z.string(),
  folders: z.array(z.string()),
  failed: z.boolean(),
}));
export type HistoryRow = z.output<typeof historySchema>[number];

/** What was found out about one deployment; a field that is absent stays as it is. */
export interface Finding {
  id: number;
  health?: Json;
  health_score?: number | null;
  rollback_capability?: Json;
  risk?: number;
  risk_reasons?: Json;
  risk_features?: Json;
  files?: string[];
  file_count?: number;
  line_count?: number;
  touched?: Touched;
  migration?: DeploymentRow["migration"];
  migration_evidence?: object;
}

export function recordDeployment(
  client: RpcClient,
  projectId: number,
  report: DeploymentReport,
  now: Date,
): Promise<DeploymentRow> {
  return callRpc(client, "record_deployment", {
    p_project_id: projectId,
    p_deployment: report,
    p_now: now.toISOString(),
  }, deploymentSchema);
}

export async function recordVercelFields(
  client: RpcClient,
  deploymentId: number,
  fields: Record<string, Json>,
): Promise<void> {
  await callRpc(
    client,
    "record_vercel_deployment",
    { p_deployment_id: deploymentId, p_vercel: fields },
    z.unknown(),
  );
}

/** Every line's latest deployments, oldest first. */
export function loadDeployments(client: RpcClient, projectId: number, now: Date): Promise<DeploymentRow[]> {
  return callRpc(
    client,
    "deployment_lines",
    { p_project_id: projectId, p_now: now.toISOString() },
    z.array(deploymentSchema),
  );
}

export function loadMetrics(client: RpcClient, projectId: number, now: Date): Promise<MetricsRow[]> {
  return callRpc(
    client,
    "deployment_metrics",
    { p_project_id: projectId, p_now: now.toISOString() },
    z.array(metricsSchema),
  );
}

export function loadHistory(client: RpcClient, projectId: number, now: Date): Promise<HistoryRow[]> {
  return callRpc(
    client,
    "deployment_history",
    { p_project_id: projectId, p_now: now.toISOString() },
    historySchema,
  );
}

export async function saveFindings(
  client: RpcClient,
  projectId: number,
  findings: readonly Finding[],
  now: Date,
): Promise<void> {
  if (findings.length === 0) return;
  await callRpc(client, "save_deployment_findings", {
    p_project_id: projectId,
    p_findings: findings,
    p_now: now.toISOString(),
  }, z.number());
}

export function monitoredProjects(client: RpcClient, now: Date): Promise<MonitoredProject[]> {
  return callRpc(client, "deployment_monitor_projects", { p_now: now.toISOString() }, z.array(projectSchema));
}

/** Which projects' webhooks this may be, with the secrets that must have signed it. */
export function webhookSecrets(
  client: RpcClient,
  kind: "vercel" | "github",
  subject: string,
): Promise<{ project_id: number; secret: string }[]> {
  return callRpc(
    client,
    "webhook_secrets",
    { p_kind: kind, p_subject: subject },
    z.array(z.object({ project_id: z.number(), secret: z.string() })),
  );
}

/** Notes a signed body; false when it was worked on before. */
export function acceptDelivery(
  client: RpcClient,
  delivery: { projectId: number; source: "vercel" | "github"; digest: string; event: string },
  outcome: "recorded" | "ignored",
  now: Date,
): Promise<boolean> {
  return callRpc(client, "accept_delivery", {
    p_project_id: delivery.projectId,
    p_source: delivery.source,
    p_digest: delivery.digest,
    p_event: delivery.event,
    p_outcome: outcome,
    p_now: now.toISOString(),
  }, z.boolean());
}
