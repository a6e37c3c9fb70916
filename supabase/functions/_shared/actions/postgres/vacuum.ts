import { isFact } from "../support/facts.ts";
import { maintenanceAction, proposedRelation, SCHEDULED_RECOVERY_MS } from "./relation.ts";

/** Safe: what autovacuum does, without its thresholds. It takes no lock that readers or writers wait for. */
export const vacuum = maintenanceAction({
  name: "postgres.vacuum",
  title: "Vacuum the table",
  description: "Runs VACUUM (ANALYZE) on one table: dead rows are freed and its statistics renewed.",
  risk: "safe",
  kinds: ["table", "partitioned_table", "materialized_view"],
  expectedRecoveryMs: SCHEDULED_RECOVERY_MS,
  propose(diagnosis) {
    // Stale statistics come from many changed rows, and changed rows leave dead ones behind.
    const isDue = isFact(diagnosis, "vacuum_due") || isFact(diagnosis, "statistics_stale");
    return isDue ? proposedRelation(diagnosis, "relation") : null;
  },
  run: (postgres, key, { schema, name }) => postgres.vacuum(key, schema, name),
});
