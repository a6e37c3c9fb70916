import type { Pattern } from "../pattern.ts";

export const poolerMaxClients: Pattern = {
  slug: "pooler-max-clients",
  category: "resource",
  severity: "high",
  title: "The connection pooler has no place left",
  explanation:
    "More clients than the pooler allows want a connection. In session mode each client keeps one for as " +
    "long as it lives, so every instance of a serverless application uses several up; in transaction mode " +
    "slow transactions do.",
  documentationUrl: "https://supabase.com/docs/guides/database/connection-management",
  match: {
    anyOf: [{
      codes: ["EMAXCONNSESSION", "EMAXCLIENTSESSION", "XX000"],
      messages: ["max clients reached", "MaxClientsInSessionMode"],
    }, {
      messages: [
        "MaxClientsInSessionMode",
        "max clients reached",
        "Max client connections reached",
        "no more connections allowed (max_client_conn)",
        "Unable to check out process from the pool due to timeout",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 1.5 },
      reason: "A raised pool size or a switch to session mode does this, and going back frees the places.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 6, beta: 4 },
      reason: "Smaller pools per instance fit.",
    },
    {
      action: "postgres.end-idle-session",
      prior: { alpha: 5, beta: 4 },
      reason: "Idle transactions keep their place.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "Somebody has to choose the mode or a larger pool.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message:
        "MaxClientsInSessionMode: max clients reached - in Session mode max clients are limited to pool_size",
      extra: { code: "XX000" },
    }, { message: "FATAL: Max client connections reached" }],
    negative: [{
      type: "PostgresError",
      message: "sorry, too many clients already",
      extra: { code: "53300" },
    }, { type: "Error", message: "timeout exceeded when trying to connect" }],
  },
};
