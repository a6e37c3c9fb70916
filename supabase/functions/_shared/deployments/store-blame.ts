import { z } from "zod";
import { callRpc, type RpcClient } from "../platform/rpc.ts";
import type { Json } from "../platform/json.ts";
import { deploymentSchema } from "./store.ts";

const keptSchema = z.object({ state: z.unknown(), version: z.number(), observed_at: z.string() }).nullable();

export const blameRowsSchema = z.object({
  /** [minute, release, environment, requests, failures]: totals of the minute so far. */
  traffic: z.array(z.tuple([z.string(), z.string(), z.string(), z.number(), z.number()])),
  /** [issue, start of ten seconds, release, environment, events]. */
  events: z.array(z.tuple([z.number(), z.string(), z.string(), z.string(), z.number()])),
  /** [issue, received, release, environment, user, address of the page or request, flags, breadcrumb of the last call]. */
  samples: z.array(z.tuple([
    z.number(),
    z.string(),
    z.string(),
    z.string(),
    z.string().nullable(),
    z.string().nullable(),
    z.record(z.string(), z.boolean()).nullable(),
    z.record(z.string(), z.json()).nullable(),
  ])),
  issues: z.array(z.object({
    id: z.number(),
    first_seen_at: z.string(),
    category: z.string(),
    title: z.string(),
    type: z.string().nullable(),
    release: z.string().nullable(),
    environment: z.string().nullable(),
    exceptions: z.array(z.object({
      type: z.string().nullish(),
      value: z.string().nullish(),
      frames: z.array(
        z.object({
          filename: z.string().nullish(),
          function: z.string().nullish(),
          inApp: z.boolean().nullish(),
          contextLine: z.string().nullish(),
          preContext: z.array(z.string()).nullish().catch(null),
          postContext: z.array(z.string()).nullish().catch(null),
        }),
      ).catch([]),
    })).catch([]),
    message: z.string().nullable(),
  })),
  configuration: z.array(z.object({
    key: z.string(),
    version: z.number(),
    at: z.string(),
    /** What it was turned to; null for what is not on or off. */
    flag: z.boolean().nullable(),
    steps: z.array(z.object({ at: z.string(), share: z.number() })),
    replaced_at: z.string().nullable(),
  })),
  breakers: z.array(
    z.object({ name: z.string(), state: z.enum(["closed", "open", "half_open"]), at: z.string() }),
  ),
  /** The first traffic of the project; its first error where it reports none. */
  first_signal_at: z.string().nullable(),
});
/** What came in between two looks, as the database tells it. */
export type BlameRows = z.output<typeof blameRowsSchema>;

const suspectsSchema = z.object({
  lines: z.array(deploymentSchema),
  verdicts: z.array(z.object({
    candidate: z.string(),
    probability: z.number(),
    verdict: z.enum(["blame", "wait", "none", "acquitted"]),
    rollback: z.boolean(),
    factors: z.array(z.object({ name: z.string(), nats: z.number(), statement: z.string() })).catch([]),
    episode_at: z.string(),
    decided_at: z.string(),
  })),
  /** Events of the issue and requests of the project around the onset, by release label. */
  releases: z.record(z.string(), z.number()),
  traffic: z.record(z.string(), z.number()),
});
/** What diagnosis needs to know of deployments around one issue. */
export type SuspectRows = z.output<typeof suspectsSchema>;

/** One candidate's share in the cause of one rise. */
export interface CorrelationRow {
  subject: string;
  episode_at: string;
  candidate: string;
  probability: number;
  verdict: "blame" | "wait" | "none" | "acquitted";
  rollback: boolean;
  factors: Json;
  e_value: number | null;
  onset_at: string | null;
}

export function loadBlame(client: RpcClient, projectId: number): Promise<z.output<typeof keptSchema>> {
  return callRpc(client, "load_blame", { p_project_id: projectId }, keptSchema);
}

export function observedSince(
  client: RpcClient,
  projectId: number,
  { since, until, knownIssues }: { since: Date; until: Date; knownIssues: readonly number[] },
): Promise<BlameRows> {
  return callRpc(client, "blame_observation", {
    p_project_id: projectId,
    p_since: since.toISOString(),
    p_until: until.toISOString(),
    p_known_issues: knownIssues,
  }, blameRowsSchema);
}

/** False when another look was quicker: then that one counts. */
export function saveBlame(
  client: RpcClient,
  projectId: number,
  state: object,
  expectedVersion: number,
  observedAt: Date,
): Promise<boolean> {
  return callRpc(client, "save_blame", {
    p_project_id: projectId,
    p_state: state,
    p_expected_version: expectedVersion,
    p_now: observedAt.toISOString(),
  }, z.boolean());
}

/** `queue`: an issue whose cause is newly known is diagnosed at once. */
export async function saveCorrelations(
  client: RpcClient,
  projectId: number,
  rows: readonly CorrelationRow[],
  { now, queue }: { now: Date; queue: boolean },
): Promise<void> {
  if (rows.length === 0) return;
  await callRpc(client, "save_correlations", {
    p_project_id: projectId,
    p_rows: rows,
    p_now: now.toISOString(),
    p_queue: queue,
  }, z.object({ blamed_issues: z.array(z.number()) }));
}

/** Tells people of failures that nobody reported as errors; false when they know. */
export function raiseRateIssue(
  client: RpcClient,
  projectId: number,
  deploymentId: number,
  episodeAt: Date,
  now: Date,
): Promise<boolean> {
  return callRpc(client, "raise_rate_issue", {
    p_project_id: projectId,
    p_deployment_id: deploymentId,
    p_episode_at: episodeAt.toISOString(),
    p_now: now.toISOString(),
  }, z.boolean());
}

export function loadSuspects(client: RpcClient, issueId: number, now: Date): Promise<SuspectRows | null> {
  return callRpc(
    client,
    "deployment_suspects",
    { p_issue_id: issueId, p_now: now.toISOString() },
    suspectsSchema.nullable(),
  );
}
