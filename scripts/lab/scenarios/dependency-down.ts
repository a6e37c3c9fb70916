import type { Scenario } from "../scenario.ts";

/** How soon parked payments must be settled once the service is back. */
const SETTLE_MS = 5_000;

export const dependencyDown: Scenario = {
  name: "dependency-down",
  title: "The payment service is down, and comes back later",
  healable: true,
  declarations: {
    "app.breakers.payments": { kind: "breaker", when: { categories: ["network", "dependency"] } },
  },
  configuration: { "app.breakers.payments": "closed" },
  async break({ wards: [ward], begin }) {
    begin();
    await ward.payments.down();
  },
  async afterwards({ wards: [ward], pause, object }) {
    const before = ward.payments.calls;
    ward.payments.up();
    await ward.set("app.breakers.payments", "closed", "It is back");
    await pause(SETTLE_MS);
    if (ward.payments.calls <= before) object("payments were not called again after the service was back");
  },
};
