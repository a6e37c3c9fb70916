import type { Pattern } from "../pattern.ts";

export const postgresStringTooLong: Pattern = {
  slug: "postgres-string-too-long",
  category: "validation",
  severity: "low",
  title: "A text is longer than its column allows",
  explanation:
    "A varchar(n) or char(n) column refused a longer value. Input grew, for example by tokens, URLs or " +
    "translations, and nothing shortens or checks it before.",
  documentationUrl: "https://www.postgresql.org/docs/current/datatype-character.html",
  match: { anyOf: [{ codes: ["22001"] }, { messages: ["value too long for type character"] }] },
  actions: [
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Widen the column or check the length.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: "value too long for type character varying(255)",
      extra: { code: "22001" },
    }, { message: "ERROR: value too long for type character(2)" }],
    negative: [{ type: "Error", message: "URI too long" }, {
      type: "PostgresError",
      message: "integer out of range",
      extra: { code: "22003" },
    }],
  },
};
