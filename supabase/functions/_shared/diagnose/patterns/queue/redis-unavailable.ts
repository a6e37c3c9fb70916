import type { Pattern } from "../pattern.ts";

export const queueRedisUnavailable: Pattern = {
  slug: "queue-redis-unavailable",
  category: "dependency",
  severity: "high",
  title: "Redis is out of reach or full",
  explanation:
    "The cache or queue in Redis cannot be used: it is down, still loading, read-only after a failover, " +
    "or its memory limit is reached.",
  documentationUrl: "https://redis.io/docs/latest/develop/clients/error-handling/",
  match: {
    anyOf: [{ types: ["MaxRetriesPerRequestError"] }, {
      messages: [
        "Reached the max retries per request limit",
        "OOM command not allowed when used memory",
        "READONLY You can't write against a read only replica",
        "LOADING Redis is loading the dataset",
        "Redis connection lost",
        "NOAUTH Authentication required",
        "WRONGPASS invalid username-password",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 7, beta: 3 },
      reason: "Address, password and memory limit are configuration.",
    },
    {
      action: "configuration.enable-fallback",
      prior: { alpha: 6, beta: 4 },
      reason: "A fallback that the team has prepared serves people until the dependency is back.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 5, beta: 4 },
      reason: "Doing without the cache keeps the application alive.",
    },
    {
      action: "configuration.set-flag",
      prior: { alpha: 4, beta: 5 },
      reason: "Switches over to working without it.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "Redis may need memory or a restart." },
  ],
  examples: {
    positive: [{
      type: "MaxRetriesPerRequestError",
      message:
        'Reached the max retries per request limit (which is 20). Refer to "maxRetriesPerRequest" option for details.',
    }, { type: "ReplyError", message: "OOM command not allowed when used memory > 'maxmemory'." }],
    negative: [{
      type: "Error",
      message: "connect ECONNREFUSED 10.0.3.7:6379",
      extra: { code: "ECONNREFUSED" },
    }, {
      type: "Error",
      message: "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
    }],
  },
};
