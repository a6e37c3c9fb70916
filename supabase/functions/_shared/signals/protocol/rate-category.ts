/** Sentry's data categories, as far as they are kept here. SDKs back off per category. */
export const RATE_CATEGORIES = ["error", "transaction", "span", "session", "monitor", "log_item"] as const;
export type RateCategory = (typeof RATE_CATEGORIES)[number];
