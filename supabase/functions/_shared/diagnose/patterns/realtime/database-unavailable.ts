import type { Pattern } from "../pattern.ts";

export const realtimeDatabaseUnavailable: Pattern = {
  slug: "realtime-database-unavailable",
  category: "database",
  severity: "high",
  title: "Realtime cannot reach or follow the database",
  explanation:
    "Realtime needs connections and a replication slot of the database and did not get them. The database " +
    "has no free connections, restarts, or the slot is held by somebody else.",
  documentationUrl: "https://supabase.com/docs/guides/realtime/error_codes",
  match: {
    anyOf: [{
      codes: [
        "UnableToConnectToTenantDatabase",
        "DatabaseLackOfConnections",
        "DatabaseConnectionIssue",
        "IncreaseConnectionPool",
        "IncreaseSubscriptionConnectionPool",
        "ReplicationSlotBeingUsed",
        "UnableToConnectToProject",
      ],
    }, {
      messages: [
        "UnableToConnectToTenantDatabase",
        "DatabaseLackOfConnections",
        "DatabaseConnectionIssue",
        "IncreaseConnectionPool",
        "ReplicationSlotBeingUsed",
        "Realtime was unable to connect to the project database",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 5, beta: 4 },
      reason: "A raised pool elsewhere takes the connections that realtime needs.",
    },
    {
      action: "postgres.end-idle-session",
      prior: { alpha: 4, beta: 5 },
      reason: "Ending idle transactions frees connections.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "The database may be too small or restarting.",
    },
  ],
  examples: {
    positive: [{
      message: "DatabaseLackOfConnections: Database can't accept more connections, Realtime won't connect",
    }, { message: "Realtime was unable to connect to the project database" }],
    negative: [{ message: "ConnectionRateLimitReached: Too many connected users" }, {
      type: "Error",
      message: "Database migration issue",
    }],
  },
};
