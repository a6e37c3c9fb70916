import { ActionError } from "../action-error.ts";
import { isFact } from "../support/facts.ts";
import { maintenanceAction, proposedRelation, SCHEDULED_RECOVERY_MS } from "./relation.ts";

/**
 * Safe: readers see the old rows until the new ones are complete, and old rows are worth nothing to go back to. A view that was never
 * filled has no readers, so it is filled without further conditions.
 */
export const refreshView = maintenanceAction({
  name: "postgres.refresh-view",
  title: "Refresh the materialised view",
  description: "Runs REFRESH MATERIALIZED VIEW on one view, CONCURRENTLY unless it was never filled.",
  risk: "safe",
  kinds: ["materialized_view"],
  expectedRecoveryMs: SCHEDULED_RECOVERY_MS,
  propose: (diagnosis) => isFact(diagnosis, "view_stale") ? proposedRelation(diagnosis, "view") : null,
  check(state, label) {
    if (state.unique_index === true || state.populated === false) return;
    throw new ActionError(
      "not_applicable",
      `${label} has no unique index, and refreshing it would lock its readers out. Create a unique index on it.`,
    );
  },
  run: (postgres, key, { schema, name }) => postgres.refreshView(key, schema, name),
});
