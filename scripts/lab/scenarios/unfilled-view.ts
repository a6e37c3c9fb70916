import type { Scenario } from "../scenario.ts";

const CRON_TIMEOUT_MS = 170_000;

export const unfilledView: Scenario = {
  name: "unfilled-view",
  title: "A nightly job leaves a materialised view empty",
  healable: true,
  database: { orders: 20_000 },
  mix: { products: 0.4, bestsellers: 0.3, checkout: 0.3 },
  timeoutMs: CRON_TIMEOUT_MS,
  async break({ wards: [ward], begin }) {
    begin();
    await ward.sql(`refresh materialized view ${ward.database?.schema}.bestsellers with no data`);
  },
};
