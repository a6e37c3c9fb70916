import type { Scenario } from "../scenario.ts";

export const runawayQuery: Scenario = {
  name: "runaway-query",
  title: "A report runs for ever and holds the stock's locks",
  healable: true,
  database: { orders: 20_000 },
  async break({ wards: [ward], begin }) {
    const report = await ward.session("report");
    begin();
    // It ends only when it is cancelled.
    report.run(
      "with counted as (select product_id from stock for update) " +
        "select count(*), pg_sleep(600) from counted",
    ).catch(() => {});
  },
};
