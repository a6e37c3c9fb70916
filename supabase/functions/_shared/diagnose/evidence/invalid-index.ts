import { clampWeight, type EvidenceRule, nearness } from "./finding.ts";

/** Indexes that a failed concurrent build left behind: every write keeps them up, no read uses them. */
export const invalidIndex: EvidenceRule = ({ invalid_indexes }, context) =>
  invalid_indexes
    .map((index) => ({
      rule: "invalid-index",
      weight: clampWeight(
        (context.facts.index === index.index ? 0.9 : 0.4) + nearness(context, index.schema, index.relation),
      ),
      evidence: {
        kind: "database" as const,
        statement:
          `The index ${index.schema}.${index.index} is invalid: queries cannot use it, and writes still pay for it.`,
        data: { ...index },
      },
      facts: { schema: index.schema, index: index.index, index_invalid: true },
      action: "postgres.reindex",
    }))
    .sort((a, b) => b.weight - a.weight);
