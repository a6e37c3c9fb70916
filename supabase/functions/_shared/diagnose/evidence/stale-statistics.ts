import { clampWeight, type EvidenceRule, nearness } from "./finding.ts";

/** Share of the rows that changed since the last analysis; autovacuum's own threshold is 0.1 (plus 50 rows). */
const STALE_SHARE = 0.2;
/** Fewer changed rows never turn a plan. */
const CHANGED_MINIMUM = 1_000;

/** Tables of which much has changed since the planner last looked. */
export const staleStatistics: EvidenceRule = ({ stale_statistics }, context) =>
  stale_statistics
    .map((table) => ({ table, share: table.changed_rows / Math.max(1, table.row_estimate) }))
    .filter(({ table, share }) =>
      table.changed_rows >= CHANGED_MINIMUM && (share >= STALE_SHARE || table.analyzed_at === null)
    )
    .map(({ table, share }) => ({
      rule: "stale-statistics",
      weight: clampWeight(
        (table.analyzed_at === null || share >= 1 ? 0.6 : 0.45) +
          nearness(context, table.schema, table.relation),
      ),
      evidence: {
        kind: "database" as const,
        statement:
          `${table.changed_rows} rows of ${table.schema}.${table.relation} (estimated at ${table.row_estimate}) changed ` +
          (table.analyzed_at === null
            ? "and it was never analyzed."
            : `since it was analyzed at ${table.analyzed_at}.`),
        data: { ...table },
      },
      facts: { schema: table.schema, relation: table.relation, statistics_stale: true },
      action: "postgres.analyze",
    }))
    .sort((a, b) => b.weight - a.weight);
