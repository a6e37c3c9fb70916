import type { Pattern } from "../pattern.ts";

export const postgresInvalidTextRepresentation: Pattern = {
  slug: "postgres-invalid-text-representation",
  category: "validation",
  severity: "low",
  title: "A value has the wrong form for its type",
  explanation:
    "Text that was sent for a number, uuid, enum, date or json column cannot be read as that type; " +
    "frequently the words undefined or an empty string where an id was meant.",
  documentationUrl: "https://www.postgresql.org/docs/current/errcodes-appendix.html",
  match: {
    anyOf: [{ codes: ["22P02", "22007", "22008"] }, {
      messages: ["invalid input syntax for type", "invalid input value for enum"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 3, beta: 5 },
      reason: "Only where the value comes from a setting.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Validate the input where it enters.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: 'invalid input syntax for type uuid: "undefined"',
      extra: { code: "22P02" },
    }, { message: 'invalid input value for enum order_status: "shiped"' }],
    negative: [{ type: "SyntaxError", message: "Unexpected token < in JSON at position 0" }, {
      type: "PostgresError",
      message: 'syntax error at or near "form"',
      extra: { code: "42601" },
    }],
  },
};
