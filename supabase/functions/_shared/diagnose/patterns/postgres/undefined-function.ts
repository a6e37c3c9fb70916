import type { Pattern } from "../pattern.ts";

export const postgresUndefinedFunction: Pattern = {
  slug: "postgres-undefined-function",
  category: "deployment",
  severity: "high",
  title: "A database function does not exist with these arguments",
  explanation:
    "No function has this name with these argument types. A migration is missing, an extension is not " +
    "enabled in this database, or an argument lacks a cast.",
  documentationUrl: "https://www.postgresql.org/docs/current/typeconv-func.html",
  match: {
    anyOf: [{ codes: ["42883"] }, {
      messages: ["function * does not exist HINT: No function matches", "operator does not exist"],
    }],
  },
  actions: [
    {
      action: "configuration.set-flag",
      prior: { alpha: 4, beta: 4 },
      reason: "Switches off the feature that calls it.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the migration or extension has to be deployed.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: "function public.place_order(uuid, text) does not exist",
      extra: { code: "42883" },
    }, { message: "ERROR: operator does not exist: uuid = text" }],
    negative: [{ type: "TypeError", message: "placeOrder is not a function" }, {
      type: "PostgresError",
      message: 'relation "orders" does not exist',
      extra: { code: "42P01" },
    }],
  },
};
