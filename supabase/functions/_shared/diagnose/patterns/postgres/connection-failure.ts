import type { Pattern } from "../pattern.ts";

export const postgresConnectionFailure: Pattern = {
  slug: "postgres-connection-failure",
  category: "network",
  severity: "high",
  title: "The connection to the database broke",
  explanation:
    "The network connection to Postgres could not be made or was cut in the middle: a restart, a " +
    "failover, a pooler that closes idle connections, or a firewall. A pool that does not check its " +
    "connections hands out dead ones.",
  documentationUrl: "https://www.postgresql.org/docs/current/errcodes-appendix.html",
  match: {
    anyOf: [{
      codes: [
        "08006",
        "08001",
        "08003",
        "08000",
        "08004",
        "CONNECTION_CLOSED",
        "CONNECTION_ENDED",
        "CONNECT_TIMEOUT",
        "P1001",
        "P1002",
        "P1017",
      ],
    }, {
      messages: [
        "Connection terminated unexpectedly",
        "Can't reach database server",
        "SSL connection has been closed unexpectedly",
        "Server has closed the connection",
        "server closed the connection unexpectedly",
        "connection to server * failed",
        "Client has encountered a connection error and is not queryable",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 7, beta: 3 },
      reason: "A changed host, port, pool mode or idle time-out explains a sudden onset.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 3, beta: 5 },
      reason: "Failing fast keeps callers from piling up until the database is back.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "The database itself may be down." },
  ],
  examples: {
    positive: [{ type: "Error", message: "Connection terminated unexpectedly" }, {
      type: "PostgresError",
      message: "write CONNECTION_CLOSED db.example.com:5432",
      extra: { code: "CONNECTION_CLOSED" },
    }, {
      message:
        "server closed the connection unexpectedly. This probably means the server terminated abnormally (SQLSTATE 08006)",
    }],
    negative: [{
      type: "PostgresError",
      message: "terminating connection due to administrator command",
      extra: { code: "57P01" },
    }, { type: "Error", message: "WebSocket connection closed" }],
  },
};
