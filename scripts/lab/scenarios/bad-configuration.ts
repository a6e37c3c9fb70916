import type { Scenario } from "../scenario.ts";

export const badConfiguration: Scenario = {
  name: "bad-configuration",
  title: "A pool of one connection runs dry",
  healable: true,
  isConfiguration: true,
  async break({ wards: [ward], begin }) {
    begin();
    await ward.set("app.database.pool_size", 1, "Save database connections");
  },
};
