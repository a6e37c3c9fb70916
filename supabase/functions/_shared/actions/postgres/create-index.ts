import { z } from "zod";
import type { Action } from "../action.ts";
import { ActionError } from "../action-error.ts";
import { keyOf } from "../support/context.ts";
import { listFact } from "../support/facts.ts";
import type { Targets } from "../targets/targets.ts";
import {
  captureRelation,
  identifier,
  MAINTENANCE_WINDOW_MS,
  observeEffect,
  proposedRelation,
  relationBefore,
  relationParameters,
  SCHEDULED_RECOVERY_MS,
  settled,
} from "./relation.ts";

const MAX_COLUMNS = 4;
/** Building an index on more than this takes hours and much disk: a human plans it. */
const MAX_TABLE_BYTES = 100 * 1024 ** 3;

const parameters = relationParameters.extend({ columns: z.array(identifier).min(1).max(MAX_COLUMNS) });
type Parameters = z.infer<typeof parameters>;

/** Guarded: every later write pays for the index. Concurrently: nobody is locked out. Taken back by dropping it. */
export const createIndex: Action<Parameters, Targets> = {
  name: "postgres.create-index",
  title: "Create the missing index",
  description:
    "Runs CREATE INDEX CONCURRENTLY for columns that queries filter by. The rollback drops that index.",
  target: "postgres",
  risk: "guarded",
  reversible: true,
  parameters,
  expectedRecoveryMs: SCHEDULED_RECOVERY_MS,
  verificationWindowMs: MAINTENANCE_WINDOW_MS,
  targetKey: ({ schema, name }) => `postgres:relation:${schema}.${name}`,

  propose(diagnosis) {
    const relation = proposedRelation(diagnosis, "relation");
    const proposed = parameters.safeParse({ ...relation, columns: listFact(diagnosis, "columns") });
    return proposed.success ? proposed.data : null;
  },

  async capture(context, { schema, name, columns }) {
    const state = await captureRelation(context, schema, name, ["table"]);
    if ((state.size_bytes ?? 0) > MAX_TABLE_BYTES) {
      throw new ActionError("not_applicable", `${schema}.${name} is too large: plan this index by hand.`);
    }
    const present = state.indexes.find((index) =>
      index.valid && columns.every((column, position) => index.columns[position] === column)
    );
    if (present) {
      throw new ActionError("not_applicable", `The index ${present.name} covers these columns already.`);
    }
    return { ...relationBefore(state), indexes: state.indexes.map((index) => index.name) };
  },

  async apply(context, { schema, name, columns }) {
    const { postgres } = context.targets;
    return await settled(context, await postgres.createIndex(context.idempotencyKey, schema, name, columns));
  },

  observe: (context) => observeEffect(context),

  async rollback(context) {
    const { postgres } = context.targets;
    return await settled(context, await postgres.dropIndex(context.idempotencyKey, keyOf(context, "apply")));
  },
};
