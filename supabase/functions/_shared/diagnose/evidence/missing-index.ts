import { type StatementFilter, statementFilters } from "../statement.ts";
import type { DatabaseInspection } from "./inspection.ts";
import { clampWeight, type EvidenceRule, type Finding, nearness, seconds } from "./finding.ts";

type Scan = DatabaseInspection["sequential_scans"][number];

/** Reading a smaller table as a whole is fast, and the planner does it even where an index exists. */
const LARGE_ROWS = 10_000;
/** Statements that take this long on average are worth an index. In milliseconds. */
const SLOW_MS = 50;
/** More columns seldom filter better, and cost every write. */
const COLUMNS_MAXIMUM = 3;

/**
 * Slow statements that filter a large, fully scanned table by columns that no index begins with. The columns come from the
 * text of the statement: those compared by equality first, then one that is compared by order.
 */
export const missingIndex: EvidenceRule = (inspection, context) => {
  const statements = [
    ...(context.statement === null ? [] : [{ query_shape: context.statement, mean_ms: null, failed: true }]),
    ...inspection.slow_statements
      .filter(({ mean_ms }) => mean_ms >= SLOW_MS)
      .map(({ query_shape, mean_ms }) => ({ query_shape, mean_ms, failed: false })),
    ...inspection.long_running_queries.map(({ query_shape, duration_ms }) => ({
      query_shape,
      mean_ms: duration_ms,
      failed: false,
    })),
  ];
  const found = new Map<string, Finding>();
  for (const statement of statements) {
    for (const filter of statementFilters(statement.query_shape)) {
      const scan = inspection.sequential_scans.find((scan) =>
        isSameTable(scan, filter) && scan.row_estimate >= LARGE_ROWS
      );
      const columns = scan ? missingColumns(scan, filter) : null;
      if (!scan || columns === null) continue;
      const key = JSON.stringify([scan.schema, scan.relation, columns]);
      if (found.has(key)) continue;
      const took = statement.mean_ms === null
        ? "The failing statement"
        : `A statement of ${seconds(statement.mean_ms)}`;
      found.set(key, {
        rule: "missing-index",
        weight: clampWeight((statement.failed ? 0.9 : 0.8) + nearness(context, scan.schema, scan.relation)),
        evidence: {
          kind: "database",
          statement:
            `${took} filters ${scan.schema}.${scan.relation} (about ${scan.row_estimate} rows, scanned ` +
            `${scan.seq_scan} times) by ${columns.join(", ")}, and no index begins with ${
              columns.length === 1 ? "it" : "them"
            }.`,
          data: { ...scan, columns, query_shape: statement.query_shape.slice(0, 500) },
        },
        facts: { schema: scan.schema, relation: scan.relation, columns },
        action: "postgres.create-index",
      });
    }
  }
  return [...found.values()].sort((a, b) => b.weight - a.weight);
};

function isSameTable(scan: Scan, filter: StatementFilter): boolean {
  return scan.relation === filter.relation && (filter.schema === null || filter.schema === scan.schema);
}

/** Columns for an index, or null when one exists that begins with any column that is compared by equality. */
function missingColumns(scan: Scan, { equal, ordered }: StatementFilter): string[] | null {
  const columns = [...equal, ...ordered.filter((name) => !equal.includes(name)).slice(0, 1)].slice(
    0,
    COLUMNS_MAXIMUM,
  );
  const leading = equal.length > 0 ? equal : columns;
  const isServed = scan.indexed_columns.some(([first]) => first !== undefined && leading.includes(first));
  return columns.length === 0 || isServed ? null : columns;
}
