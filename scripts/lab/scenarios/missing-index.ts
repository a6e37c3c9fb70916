import type { Scenario } from "../scenario.ts";

/** pg_cron starts at full minutes, so an index begins to be built up to 70 s after the decision. */
const CRON_TIMEOUT_MS = 170_000;

export const missingIndex: Scenario = {
  name: "missing-index",
  title: "A migration drops an index: statements run into their time-out",
  healable: true,
  database: { orders: 1_500_000 },
  mix: { products: 0.6, orders: 0.2, checkout: 0.2 },
  perSecond: 12,
  timeoutMs: CRON_TIMEOUT_MS,
  async break({ wards: [ward], begin }) {
    begin();
    await ward.sql(`drop index ${ward.database?.schema}.orders_customer_idx`);
  },
};
