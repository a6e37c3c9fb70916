import type { Pattern } from "../pattern.ts";

export const postgrestSchemaNotExposed: Pattern = {
  slug: "postgrest-schema-not-exposed",
  category: "configuration",
  severity: "high",
  title: "The REST API does not expose this schema",
  explanation:
    "The request asks for a schema that is not in the list of exposed schemas. The setting was changed, " +
    "or a client sends another schema than it should.",
  documentationUrl: "https://docs.postgrest.org/en/stable/references/errors.html#group-1-api-request",
  match: {
    anyOf: [{ codes: ["PGRST106"] }, {
      messages: ["The schema must be one of the following", "Invalid schema:"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 8, beta: 2 },
      reason: "The list is a setting; when it was just shortened, putting it back is the cure.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the client names the wrong schema.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgrestError",
      message: "The schema must be one of the following: public, graphql_public",
      extra: { code: "PGRST106" },
    }, { type: "PostgrestError", message: "Invalid schema: billing", extra: { code: "PGRST106" } }],
    negative: [{
      type: "PostgrestError",
      message: "Could not find the table 'public.invoices' in the schema cache",
      extra: { code: "PGRST205" },
    }, { type: "Error", message: "Invalid schema version 3 in JSON file" }],
  },
};
