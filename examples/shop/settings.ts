/** What the shop can be told while it runs. Every key is one of Prunella's configuration, under `app.`. */
export interface Settings {
  /** Connections that requests may hold at once. */
  poolSize: number;
  /** How long a request waits for a connection, in milliseconds. */
  poolWaitMs: number;
  /** How long the catalogue is kept before it is read again, in milliseconds. */
  cacheTtlMs: number;
  paymentsUrl: string;
  paymentsTimeoutMs: number;
  /** How often the shop asks the payment service for settled payments. */
  pollsPerSecond: number;
  /** True: payments are not called; orders wait until it is closed again. */
  paymentsBreakerOpen: boolean;
  /** The new search, which ranks by popularity. */
  rankedSearch: boolean;
}

export const DEFAULTS: Settings = {
  poolSize: 10,
  poolWaitMs: 100,
  cacheTtlMs: 5_000,
  paymentsUrl: "",
  paymentsTimeoutMs: 1_000,
  pollsPerSecond: 2,
  paymentsBreakerOpen: false,
  rankedSearch: false,
};

/** Values as Prunella hands them out: whatever somebody wrote there. */
export type Values = Record<string, unknown>;

/**
 * The settings that the values give. Like most applications, the shop believes what its configuration says: only a value of
 * the wrong type is ignored.
 */
export function readSettings(values: Values): Settings {
  const number = (key: string, otherwise: number) => {
    const value = values[key];
    return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
  };
  const text = (key: string, otherwise: string) => {
    const value = values[key];
    return typeof value === "string" ? value : otherwise;
  };
  return {
    poolSize: number("app.database.pool_size", DEFAULTS.poolSize),
    poolWaitMs: number("app.database.pool_wait_ms", DEFAULTS.poolWaitMs),
    cacheTtlMs: number("app.catalogue.cache_ttl_ms", DEFAULTS.cacheTtlMs),
    paymentsUrl: text("app.payments.url", DEFAULTS.paymentsUrl),
    paymentsTimeoutMs: number("app.payments.timeout_ms", DEFAULTS.paymentsTimeoutMs),
    pollsPerSecond: number("app.payments.polls_per_second", DEFAULTS.pollsPerSecond),
    paymentsBreakerOpen: values["app.breakers.payments"] === "open",
    rankedSearch: values["app.flags.ranked_search"] === true,
  };
}
