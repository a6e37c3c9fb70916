import { isFact } from "../support/facts.ts";
import { maintenanceAction, proposedRelation, SCHEDULED_RECOVERY_MS } from "./relation.ts";

/** Guarded: building it again loads the disk and needs room for a second copy. Concurrently: nobody is locked out. */
export const reindex = maintenanceAction({
  name: "postgres.reindex",
  title: "Build the index again",
  description: "Runs REINDEX CONCURRENTLY on one invalid or corrupt index.",
  risk: "guarded",
  kinds: ["index"],
  expectedRecoveryMs: SCHEDULED_RECOVERY_MS,
  propose: (diagnosis) => isFact(diagnosis, "index_invalid") ? proposedRelation(diagnosis, "index") : null,
  run: (postgres, key, { schema, name }) => postgres.reindex(key, schema, name),
});
