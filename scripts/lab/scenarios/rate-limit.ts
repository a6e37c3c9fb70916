import type { Scenario } from "../scenario.ts";

export const rateLimit: Scenario = {
  name: "rate-limit",
  title: "The payment service allows fewer calls than before",
  healable: true,
  configuration: { "app.payments.polls_per_second": 30 },
  declarations: {
    "app.payments.polls_per_second": {
      kind: "limit",
      min: 1,
      max: 50,
      relief: "lower",
      when: { categories: ["rate_limit"] },
    },
  },
  break({ wards: [ward], begin }) {
    begin();
    ward.payments.conditions.allowedPerSecond = 26;
    return Promise.resolve();
  },
};
