import type { Pattern } from "../pattern.ts";

export const postgresSyntaxError: Pattern = {
  slug: "postgres-syntax-error",
  category: "runtime",
  severity: "medium",
  title: "A statement is not valid SQL",
  explanation:
    "The text of a statement cannot be parsed. It is built by joining strings, or written for another " +
    "version or database. Where user input takes part in the text, it is also a hole for injection.",
  documentationUrl: "https://www.postgresql.org/docs/current/errcodes-appendix.html",
  match: {
    anyOf: [{ codes: ["42601"] }, { messages: ["syntax error at or near", "syntax error at end of input"] }],
  },
  actions: [
    {
      action: "configuration.set-flag",
      prior: { alpha: 4, beta: 5 },
      reason: "Switches off the feature with the broken statement.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The statement has to be corrected.",
    },
  ],
  examples: {
    positive: [
      { type: "PostgresError", message: 'syntax error at or near "form"', extra: { code: "42601" } },
      { message: "ERROR: syntax error at end of input" },
    ],
    negative: [{ type: "SyntaxError", message: "Unexpected end of JSON input" }, {
      type: "PostgresError",
      message: "column users.nickname does not exist",
      extra: { code: "42703" },
    }],
  },
};
