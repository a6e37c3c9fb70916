import type { Pattern } from "../pattern.ts";

export const postgresProgramLimitExceeded: Pattern = {
  slug: "postgres-program-limit-exceeded",
  category: "database",
  severity: "medium",
  title: "A value or statement is larger than Postgres can handle",
  explanation:
    "A fixed limit of Postgres was passed: an index entry over about 2.7 kB, too many columns or " +
    "parameters, or recursion deeper than the stack. Long texts in a btree index are the usual case.",
  documentationUrl: "https://www.postgresql.org/docs/current/limits.html",
  match: {
    anyOf: [{ codes: ["54000", "54001", "54011", "54023"] }, {
      messages: [
        "index row size * exceeds",
        "index row requires * maximum size is",
        "stack depth limit exceeded",
        "bind message has * parameter formats",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 3, beta: 5 },
      reason: "A raised batch size explains too many parameters.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 3, beta: 5 },
      reason: "Smaller batches stay below the limit.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the index or statement has to change.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: 'index row size 2888 exceeds btree version 4 maximum 2704 for index "pages_body_idx"',
      extra: { code: "54000" },
    }, { message: "ERROR: stack depth limit exceeded" }],
    negative: [{ type: "RangeError", message: "Maximum call stack size exceeded" }, {
      type: "Error",
      message: "maximum size is 10 items",
    }],
  },
};
