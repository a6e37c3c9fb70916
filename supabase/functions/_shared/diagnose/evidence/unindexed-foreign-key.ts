import { clampWeight, type EvidenceRule, nearness } from "./finding.ts";

/** Checking a foreign key on fewer rows costs nothing that anybody feels. */
const LARGE_ROWS = 10_000;

/** Foreign keys of large tables whose referring columns no index begins with. */
export const unindexedForeignKey: EvidenceRule = ({ foreign_keys_without_index }, context) =>
  foreign_keys_without_index
    .filter(({ row_estimate }) => row_estimate >= LARGE_ROWS)
    .map((key) => ({
      rule: "unindexed-foreign-key",
      weight: clampWeight(0.45 + nearness(context, key.schema, key.relation)),
      evidence: {
        kind: "database" as const,
        statement:
          `The foreign key ${key.schema}.${key.relation} (${
            key.columns.join(", ")
          }) has no index: deleting or ` +
          `changing what it refers to reads about ${key.row_estimate} rows.`,
        data: { ...key },
      },
      facts: { schema: key.schema, relation: key.relation, columns: key.columns },
      action: "postgres.create-index",
    }))
    .sort((a, b) => b.weight - a.weight);
