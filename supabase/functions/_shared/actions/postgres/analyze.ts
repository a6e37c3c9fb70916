import { SECOND_MS } from "../support/context.ts";
import { isFact } from "../support/facts.ts";
import { maintenanceAction, proposedRelation } from "./relation.ts";

/** Safe: autovacuum does the same, only later. */
export const analyze = maintenanceAction({
  name: "postgres.analyze",
  title: "Refresh the planner's statistics",
  description: "Runs ANALYZE on one table, so that the planner chooses by what is in it now.",
  risk: "safe",
  kinds: ["table", "partitioned_table", "materialized_view"],
  expectedRecoveryMs: 5 * SECOND_MS,
  propose: (diagnosis) =>
    isFact(diagnosis, "statistics_stale") ? proposedRelation(diagnosis, "relation") : null,
  run: (postgres, key, { schema, name }) => postgres.analyze(key, schema, name),
});
