import type { Pattern } from "../pattern.ts";

export const postgrestFunctionNotFound: Pattern = {
  slug: "postgrest-function-not-found",
  category: "deployment",
  severity: "high",
  title: "The REST API knows no such database function",
  explanation:
    "No function with this name and these argument names is in the schema cache. A migration is missing " +
    "or newer than the cache, or the client sends other argument names.",
  documentationUrl: "https://docs.postgrest.org/en/stable/references/errors.html#group-2-schema-cache",
  match: {
    anyOf: [{ codes: ["PGRST202", "PGRST203"] }, {
      messages: [
        "Could not find the function * in the schema cache",
        "Could not choose the best candidate function",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.set-flag",
      prior: { alpha: 4, beta: 5 },
      reason: "Switches off the feature that calls it.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Deploy the migration, or correct the argument names.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgrestError",
      message: "Could not find the function public.place_order(p_cart) in the schema cache",
      extra: { code: "PGRST202" },
    }, {
      type: "PostgrestError",
      message:
        "Could not choose the best candidate function between: public.search(q => text), public.search(q => varchar)",
      extra: { code: "PGRST203" },
    }],
    negative: [{
      type: "PostgrestError",
      message: "Could not find the 'nickname' column of 'users' in the schema cache",
      extra: { code: "PGRST204" },
    }, {
      type: "PostgresError",
      message: "function public.place_order(uuid, text) does not exist",
      extra: { code: "42883" },
    }],
  },
};
