import { z } from "zod";
import { callRpc, type RpcClient } from "../../platform/rpc.ts";
import type { Lesson, Outcome } from "../lesson.ts";
import { missingForPromotion, type PatternStanding, patternStanding } from "../pattern-confidence.ts";
import { decayedEvidence, type TrackRecord } from "../track-record.ts";

const statsSchema = z.object({
  slug: z.string(),
  source: z.enum(["builtin", "learnt", "imported"]),
  status: z.enum(["candidate", "active", "deprecated"]),
  held: z.boolean(),
  success_weight: z.number(),
  failure_weight: z.number(),
  weighed_at: z.string(),
  last_used_at: z.string().nullable(),
  created_at: z.string(),
  confidence: z.number(),
  success_count: z.number(),
  failure_count: z.number(),
  project_count: z.number(),
  actions: z.array(z.looseObject({ action: z.string() })),
});

/** What is known of a stored pattern. */
export type StoredStats = z.output<typeof statsSchema>;

/** Of the named patterns, or of all that are not built in; `projectId` counts as one of their projects. */
export function loadStats(
  client: RpcClient,
  slugs: readonly string[] | null,
  projectId: number | null = null,
): Promise<StoredStats[]> {
  return callRpc(
    client,
    "pattern_stats",
    { p_slugs: slugs, p_project_id: projectId },
    z.array(statsSchema),
  );
}

/** The start of the cause keys under which a model's proposals are recorded: they are about no stored pattern. */
export const MODEL_CAUSE = "pattern:model:";

/** The slugs of the patterns that a choice rested on, the strongest first. */
export function patternsOf(sources: readonly { causeKey: string }[]): string[] {
  return [
    ...new Set(
      sources.filter(({ causeKey }) => causeKey.startsWith("pattern:") && !causeKey.startsWith(MODEL_CAUSE))
        .map(({ causeKey }) => causeKey.slice("pattern:".length)),
    ),
  ];
}

/**
 * The standing after an outcome or a while. What a person or a split has decided stays; an imported pattern waits for somebody to put
 * it in force.
 */
export function nextStanding(stats: StoredStats, now: Date): PatternStanding {
  const standing = patternStanding({
    source: stats.source,
    successes: stats.success_weight,
    failures: stats.failure_weight,
    updatedAt: stats.weighed_at,
    projectCount: stats.project_count,
    lastUsedAt: stats.last_used_at,
    createdAt: stats.created_at,
  }, now);
  const waits = stats.source === "imported" && stats.status === "candidate";
  if (stats.held || waits) return { ...standing, status: stats.status };
  // Agreement once reached is not lost because the weights of its outcomes have faded: the plain counts keep it.
  const missing = missingForPromotion({
    successes: stats.success_count,
    failures: stats.failure_count,
    projectCount: stats.project_count,
  });
  return standing.status === "candidate" && missing.length === 0
    ? { ...standing, status: "active" }
    : standing;
}

/** One pattern in `store_lesson`: how it weighs after the outcome, if nothing came between. */
export interface PatternWeight {
  slug: string;
  success_weight: number;
  failure_weight: number;
  confidence: number;
  status: StoredStats["status"];
  reason: string;
  expected_weighed_at: string;
}

/** One pattern in `store_lesson`: the outcome as a plain count. */
export interface PatternCount {
  slug: string;
  success: boolean;
  confidence: number;
  project_count: number;
  status: StoredStats["status"];
}

const COUNTED: Partial<Record<Outcome, boolean>> = { succeeded: true, not_resolved: false, relapsed: false };

/**
 * What an outcome changes in the patterns that the fix rested on. Each is moved as far as the lesson credits or blames it; the
 * strongest one counts the outcome.
 */
export function patternUpdates(
  { lesson, outcome, records, stats, now }: {
    lesson: Lesson;
    outcome: Outcome;
    records: readonly TrackRecord[];
    stats: readonly StoredStats[];
    now: Date;
  },
): { weights: PatternWeight[]; counts: PatternCount[] } {
  const weights: PatternWeight[] = [];
  const counts: PatternCount[] = [];
  for (const update of lesson.updates) {
    const [slug] = patternsOf([update]);
    const known = stats.find((each) => each.slug === slug);
    if (update.scope !== "pool" || slug === undefined || !known) continue;
    const record = records.find(({ scope, causeKey, action }) =>
      scope === "pool" && causeKey === update.causeKey && action === update.action
    );
    const before = decayedEvidence(record?.evidence ?? null, now);
    const old = decayedEvidence({
      successes: known.success_weight,
      failures: known.failure_weight,
      updatedAt: known.weighed_at,
    }, now);
    const next: StoredStats = {
      ...known,
      success_weight: old.successes + Math.max(0, update.evidence.successes - before.successes),
      failure_weight: old.failures + Math.max(0, update.evidence.failures - before.failures),
      weighed_at: now.toISOString(),
      last_used_at: now.toISOString(),
    };
    const success = COUNTED[outcome];
    if (success !== undefined && counts.length === 0) {
      next.success_count += success ? 1 : 0;
      next.failure_count += success ? 0 : 1;
    }
    const { confidence, status, reasons } = nextStanding(next, now);
    weights.push({
      slug,
      success_weight: next.success_weight,
      failure_weight: next.failure_weight,
      confidence,
      status,
      reason: reasons.join(" "),
      expected_weighed_at: known.weighed_at,
    });
    if (success !== undefined && counts.length === 0) {
      counts.push({ slug, success, confidence, project_count: known.project_count, status });
    }
  }
  return { weights, counts };
}

/** Confidence changes by itself as outcomes fade; smaller moves are not worth a write. */
const WORTH_WRITING = 0.005;

/** Brings confidence and standing of patterns up to date. Returns the slugs of those whose standing changed. */
export async function refreshStandings(
  client: RpcClient,
  stats: readonly StoredStats[],
  now: Date,
): Promise<string[]> {
  const changed: string[] = [];
  for (const known of stats) {
    const { confidence, status, reasons } = nextStanding(known, now);
    if (status === known.status && Math.abs(confidence - known.confidence) < WORTH_WRITING) continue;
    const stored = await callRpc(client, "change_pattern", {
      p_slug: known.slug,
      p_changes: { status, confidence, expected_status: known.status },
      p_reason: reasons.join(" "),
    }, z.boolean());
    if (stored && status !== known.status) changed.push(known.slug);
  }
  return changed;
}
