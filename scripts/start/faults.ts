import type { Json } from "../../supabase/functions/_shared/platform/json.ts";
import type { Platform } from "../platform/start.ts";

/** What the shop runs well with; its payment service's address comes on top. */
export const GOOD_CONFIGURATION: Record<string, Json> = {
  "app.database.pool_size": 10,
  "app.catalogue.cache_ttl_ms": 5_000,
  "app.payments.timeout_ms": 1_000,
  "app.flags.ranked_search": false,
};

export const DECLARATIONS: Json = {
  "app.database.pool_size": { kind: "limit", min: 2, max: 50 },
  "app.flags.ranked_search": { kind: "flag", safe: false },
};

/** A change that somebody might make on a Friday afternoon. */
export interface BadChange {
  key: string;
  value: Json;
  reason: string;
}

export const BAD_CHANGES: readonly BadChange[] = [
  { key: "app.database.pool_size", value: 1, reason: "Save database connections" },
  { key: "app.payments.timeout_ms", value: 20, reason: "Fail faster" },
  { key: "app.flags.ranked_search", value: true, reason: "Launch the ranked search" },
];

/**
 * The one whose key has been left alone the longest: a target that was just healed cools down for five minutes, and one with a
 * proposal that nobody has answered gets no second one.
 */
export async function chooseBadChange(platform: Platform, projectId: number): Promise<BadChange> {
  const touched = await platform.sql(
    `select target_key, max(applied_at) as applied_at, bool_or(state in ('proposed', 'in_review')) as waits
     from public.auto_fixes where project_id = $1 group by target_key`,
    [projectId],
  );
  const at = (change: BadChange) => {
    const row = touched.find(({ target_key }) => target_key === `configuration:${change.key}`);
    if (row?.waits === true) return Infinity;
    return row?.applied_at ? Date.parse(String(row.applied_at)) : 0;
  };
  const [first, ...others] = BAD_CHANGES;
  return others.reduce((best, change) => at(change) < at(best) ? change : best, first!);
}
