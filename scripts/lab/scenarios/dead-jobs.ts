import type { Scenario } from "../scenario.ts";

const OUTAGE_MS = 2_000;

export const deadJobs: Scenario = {
  name: "dead-jobs",
  title: "Mails could not be sent for a while; their jobs stay dead",
  healable: true,
  database: { orders: 20_000 },
  mix: { products: 0.2, checkout: 0.4, confirmation: 0.4 },
  async break({ wards: [ward], begin, pause }) {
    begin();
    ward.payments.conditions.mailsFail = true;
    await pause(OUTAGE_MS);
    ward.payments.conditions.mailsFail = false;
  },
};
