import type { Pattern } from "../pattern.ts";

export const postgresNumericOutOfRange: Pattern = {
  slug: "postgres-numeric-out-of-range",
  category: "validation",
  severity: "medium",
  title: "A number does not fit its column",
  explanation:
    "The value is larger than the column's type can hold. When it is an identifier, the integer sequence " +
    "of the table has run out of 32-bit numbers and every insert fails.",
  documentationUrl: "https://www.postgresql.org/docs/current/datatype-numeric.html",
  match: {
    anyOf: [{ codes: ["22003", "2200H"] }, {
      messages: ["integer out of range", "numeric field overflow", "reached maximum value of sequence"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 3, beta: 5 },
      reason: "Only where a factor or limit from configuration made the number large.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The column needs a wider type: a migration.",
    },
  ],
  examples: {
    positive: [{ type: "PostgresError", message: "integer out of range", extra: { code: "22003" } }, {
      message: 'nextval: reached maximum value of sequence "orders_id_seq" (2147483647)',
    }],
    negative: [{ type: "RangeError", message: "Invalid array length" }, {
      type: "RangeError",
      message: "toFixed() digits argument must be between 0 and 100",
    }],
  },
};
