import type { Pattern } from "../pattern.ts";

export const configurationPoolExhausted: Pattern = {
  slug: "configuration-pool-exhausted",
  category: "configuration",
  severity: "high",
  title: "The application's connection pool is exhausted",
  explanation:
    "All connections of the application's own pool are in use and callers wait in vain. The pool is too " +
    "small for the traffic, statements have become slow, or connections are not given back.",
  documentationUrl: "https://node-postgres.com/apis/pool",
  match: {
    anyOf: [{ codes: ["P2024", "POOL_EXHAUSTED", "ERR_POOL_EXHAUSTED"] }, {
      messages: [
        "timeout exceeded when trying to connect",
        "Timed out fetching a new connection from the connection pool",
        "Timeout acquiring a connection",
        "The pool is probably full",
        "ResourceRequest timed out",
        "QueuePool limit of size",
        "connection pool exhausted",
        "connection pool is exhausted",
        "pool exhausted",
        "pool is exhausted",
        "no free connection",
        "pool * exhausted",
        "Connection is not available, request timed out",
        "waiting for a free connection",
        "acquire a connection from the pool",
        "acquiring a connection from the pool",
        "acquiring connection from pool",
        "waiting for a connection",
        "no connection available",
        "no connections available",
        "pool is full",
        "connection pool timeout",
        "pool timeout",
        "acquire connection",
        "connections in the pool",
        "connection pool limit",
      ],
    }, { types: ["PoolTimeout*", "*PoolExhausted*", "*ConnectionAcquireTimeout*"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 1 },
      reason:
        "A pool size that was just lowered, or concurrency that was raised, is by far the most common sudden cause, and going back restores it at once.",
    },
    {
      action: "postgres.end-idle-session",
      prior: { alpha: 6, beta: 4 },
      reason: "Sessions that idle in a transaction hold the pool's connections.",
    },
    {
      action: "postgres.cancel-query",
      prior: { alpha: 5, beta: 4 },
      reason: "One runaway statement can hold several.",
    },
    {
      action: "configuration.raise-limit",
      prior: { alpha: 5, beta: 4 },
      reason: "A larger pool serves more callers at once, as long as the database has slots for it.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 4, beta: 5 },
      reason: "Less concurrency makes the pool suffice.",
    },
    { action: "github.open-issue", prior: { alpha: 1, beta: 9 }, reason: "A leak has to be found." },
  ],
  examples: {
    positive: [{ type: "Error", message: "timeout exceeded when trying to connect" }, {
      type: "TimeoutError",
      message: "ResourceRequest timed out",
    }, {
      type: "KnexTimeoutError",
      message:
        "Knex: Timeout acquiring a connection. The pool is probably full. Are you missing a .transacting(trx) call?",
    }, { type: "PoolExhaustedError", message: "connection pool exhausted: 2 of 2 in use, 14 waiting" }],
    negative: [{
      type: "PostgrestError",
      message: "Timed out acquiring connection from connection pool.",
      extra: { code: "PGRST003" },
    }, { type: "Error", message: "swimming pool closed" }],
  },
};
