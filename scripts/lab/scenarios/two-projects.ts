import type { Scenario } from "../scenario.ts";

export const twoProjects: Scenario = {
  name: "two-projects",
  title: "Two shops break at once, each in its own way",
  healable: true,
  isConfiguration: true,
  wards: 2,
  perSecond: 20,
  async break({ wards, begin }) {
    const [first, second] = wards;
    begin();
    await Promise.all([
      first.set("app.database.pool_size", 1, "Save database connections"),
      second?.set("app.payments.timeout_ms", 20, "Fail faster"),
    ]);
  },
};
