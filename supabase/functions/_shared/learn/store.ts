import { z } from "zod";
import { callRpc, type RpcClient } from "../platform/rpc.ts";
import { type Lesson, lesson, type Outcome } from "./lesson.ts";
import { loadStats, patternsOf, patternUpdates } from "./patterns/standing.ts";
import type { CauseBelief, CauseKey, TrackRecord } from "./track-record.ts";

const recordSchema = z.object({
  project_id: z.number().nullable(),
  cause_key: z.string(),
  action: z.string(),
  success_weight: z.number(),
  failure_weight: z.number(),
  project_count: z.number(),
  version: z.number(),
  updated_at: z.string(),
});

interface VersionedRecord extends TrackRecord {
  version: number;
}

/** The outcomes of actions on these causes, the project's own and the pool's. */
export async function loadRecords(
  client: RpcClient,
  projectId: number,
  causeKeys: readonly CauseKey[],
): Promise<VersionedRecord[]> {
  const rows = await callRpc(
    client,
    "track_records",
    { p_project_id: projectId, p_cause_keys: causeKeys },
    z.array(recordSchema),
  );
  return rows.map((row) => ({
    scope: row.project_id === null ? "pool" : "project",
    causeKey: row.cause_key as CauseKey,
    action: row.action,
    evidence: {
      successes: row.success_weight,
      failures: row.failure_weight,
      updatedAt: row.updated_at,
      projects: row.project_count,
    },
    version: row.version,
  }));
}

/** What a decision's record keeps of the candidate that was chosen. */
export const choiceSchema = z.object({
  action: z.string(),
  rawProbability: z.number(),
  sources: z.array(z.looseObject({
    causeKey: z.templateLiteral([z.enum(["pattern", "change", "category"]), ":", z.string()]),
    alpha: z.number(),
    beta: z.number(),
    causeProbability: z.number(),
    backgroundProbability: z.number(),
  })),
});
export interface Choice {
  action: string;
  rawProbability: number;
  sources: CauseBelief[];
}

/**
 * Learns one outcome of one fix: once, however often it is called. Every record is changed by compare-and-set; if another outcome came
 * between, the call fails with `retry` and the job runs again.
 *
 * @returns the lesson, or null when it had been learnt before
 */
export async function learn(
  client: RpcClient,
  fix: { id: number; projectId: number; choice: Choice },
  outcome: Outcome,
  now: Date,
): Promise<Lesson | null> {
  const records = await loadRecords(
    client,
    fix.projectId,
    fix.choice.sources.map(({ causeKey }) => causeKey),
  );
  const learnt = lesson({ now, outcome, candidate: fix.choice, records });
  const slugs = patternsOf(fix.choice.sources);
  const stats = slugs.length === 0 ? [] : await loadStats(client, slugs, fix.projectId);
  const { weights, counts } = patternUpdates({ lesson: learnt, outcome, records, stats, now });
  const stored = await callRpc(client, "store_lesson", {
    p_fix_id: fix.id,
    p_lesson: {
      outcome,
      explanation: learnt.sentence,
      forecast: learnt.forecast,
      patterns: counts,
      ...(weights.length > 0 && { pattern_weights: weights }),
      updates: learnt.updates.map((update) => ({
        scope: update.scope,
        cause_key: update.causeKey,
        action: update.action,
        successes: update.evidence.successes,
        failures: update.evidence.failures,
        projects: projectsOf(update, records),
        updated_at: update.evidence.updatedAt,
        expected_version: find(records, update)?.version ?? 0,
      })),
    },
  }, z.boolean());
  return stored ? learnt : null;
}

function find(records: readonly VersionedRecord[], like: TrackRecord): VersionedRecord | undefined {
  return records.find(({ scope, causeKey, action }) =>
    scope === like.scope && causeKey === like.causeKey && action === like.action
  );
}

/** A project that brings its first outcome of this kind to the pool is one more. */
function projectsOf(update: TrackRecord, records: readonly VersionedRecord[]): number {
  if (update.scope === "project") return 1;
  const isFirst = !find(records, { ...update, scope: "project" });
  return (find(records, update)?.evidence.projects ?? 0) + (isFirst ? 1 : 0);
}

const relapseSchema = z.object({
  fix: z.object({ id: z.number(), project_id: z.number() }),
  chosen: choiceSchema.nullable(),
});

/** The issue is back soon after this fix had been verified: the fix hid it. */
export async function storeRelapse(client: RpcClient, fixId: number, now: Date): Promise<void> {
  const context = await callRpc(client, "fix_context", { p_fix_id: fixId }, relapseSchema.nullable());
  if (!context?.chosen) return;
  const { fix, chosen } = context;
  await learn(client, { id: fix.id, projectId: fix.project_id, choice: chosen }, "relapsed", now);
}

const forecastsSchema = z.array(z.object({ confidence: z.number(), success: z.boolean() }));

/** The latest outcomes of stated confidences, oldest first. */
export function loadForecasts(client: RpcClient): Promise<z.output<typeof forecastsSchema>> {
  return callRpc(client, "calibration_forecasts", {}, forecastsSchema);
}
