import type { Pattern } from "../pattern.ts";

export const postgrestMalformedRequest: Pattern = {
  slug: "postgrest-malformed-request",
  category: "validation",
  severity: "low",
  title: "The REST API cannot read the request",
  explanation:
    "A filter, column list, range or body does not follow the API's grammar. Typical: unescaped commas or " +
    "quotes in a filter value, and empty values after eq.",
  documentationUrl: "https://docs.postgrest.org/en/stable/references/errors.html#group-1-api-request",
  match: {
    anyOf: [{
      codes: [
        "PGRST100",
        "PGRST101",
        "PGRST102",
        "PGRST103",
        "PGRST105",
        "PGRST107",
        "PGRST108",
        "PGRST111",
        "PGRST114",
        "PGRST115",
        "PGRST117",
        "PGRST118",
        "PGRST120",
        "PGRST121",
        "PGRST122",
      ],
    }, {
      messages: [
        "failed to parse filter",
        "failed to parse logic tree",
        "failed to parse select parameter",
        "Requested range not satisfiable",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.set-flag",
      prior: { alpha: 2, beta: 6 },
      reason: "Only where a new search form is behind a flag.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The client builds the request wrongly.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgrestError",
      message: '"failed to parse logic tree ((name.eq.O\'Brien, Jr))" (line 1, column 4)',
      extra: { code: "PGRST100" },
    }, { type: "PostgrestError", message: "Requested range not satisfiable", extra: { code: "PGRST103" } }],
    negative: [{
      type: "PostgrestError",
      message: "JSON object requested, multiple (or no) rows returned",
      extra: { code: "PGRST116" },
    }, { type: "Error", message: "failed to parse configuration" }],
  },
};
