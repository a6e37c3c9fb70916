import type { Scenario } from "../scenario.ts";

export const blockedSessions: Scenario = {
  name: "blocked-sessions",
  title: "Somebody's forgotten transaction blocks every checkout",
  healable: true,
  database: { orders: 20_000 },
  async break({ wards: [ward], begin }) {
    const console = await ward.session("console");
    await console.run("begin");
    begin();
    await console.run("update stock set on_hand = on_hand");
  },
};
