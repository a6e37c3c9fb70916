import type { Pattern } from "../pattern.ts";

export const postgrestColumnOrTableNotFound: Pattern = {
  slug: "postgrest-column-or-table-not-found",
  category: "deployment",
  severity: "high",
  title: "The REST API knows no such table or column",
  explanation:
    "The schema cache has no such table or column: the migration is missing, was rolled back, or the " +
    "cache has not been reloaded since.",
  documentationUrl: "https://docs.postgrest.org/en/stable/references/errors.html#group-2-schema-cache",
  match: {
    anyOf: [{ codes: ["PGRST204", "PGRST205"] }, {
      messages: [
        "Could not find the table * in the schema cache",
        "Could not find the * column of * in the schema cache",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.set-flag",
      prior: { alpha: 5, beta: 4 },
      reason: "Switches off the feature that needs it.",
    },
    {
      action: "configuration.revert",
      prior: { alpha: 3, beta: 5 },
      reason: "A changed exposed schema or project URL also does this.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Deploy the migration and reload the cache.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgrestError",
      message: "Could not find the 'nickname' column of 'users' in the schema cache",
      extra: { code: "PGRST204" },
    }, {
      type: "PostgrestError",
      message: "Could not find the table 'public.invoices' in the schema cache",
      extra: { code: "PGRST205" },
    }],
    negative: [{
      type: "PostgrestError",
      message: "Could not find the function public.place_order(p_cart) in the schema cache",
      extra: { code: "PGRST202" },
    }, { type: "Error", message: "Could not find the table of contents" }],
  },
};
