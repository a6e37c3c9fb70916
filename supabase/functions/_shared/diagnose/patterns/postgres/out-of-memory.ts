import type { Pattern } from "../pattern.ts";

export const postgresOutOfMemory: Pattern = {
  slug: "postgres-out-of-memory",
  category: "resource",
  severity: "high",
  title: "Postgres could not allocate memory",
  explanation:
    "A backend asked the operating system for memory and was refused. work_mem is granted per sort or " +
    "hash and per worker, so a few heavy statements at once can use many times that value.",
  documentationUrl:
    "https://www.postgresql.org/docs/current/runtime-config-resource.html#RUNTIME-CONFIG-RESOURCE-MEMORY",
  match: {
    anyOf: [{ codes: ["53200"] }, { messages: ["out of shared memory", "Failed on request of size"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 6, beta: 3 },
      reason: "A raised work_mem or worker count explains a sudden onset.",
    },
    {
      action: "postgres.cancel-query",
      prior: { alpha: 5, beta: 4 },
      reason: "Cancelling the heaviest statement gives its memory back at once; it may come again.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 4, beta: 4 },
      reason: "Fewer statements at once need less.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "The instance may be too small." },
  ],
  examples: {
    positive: [{ type: "PostgresError", message: "out of memory", extra: { code: "53200" } }, {
      message: "ERROR: out of shared memory HINT: You might need to increase max_locks_per_transaction.",
    }],
    negative: [{ type: "RangeError", message: "Array buffer allocation failed" }, {
      type: "PostgresError",
      message: "sorry, too many clients already",
      extra: { code: "53300" },
    }],
  },
};
