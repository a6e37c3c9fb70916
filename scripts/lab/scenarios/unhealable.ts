import type { Scenario } from "../scenario.ts";

const OBSERVED_MS = 15_000;

export const unhealable: Scenario = {
  name: "unhealable",
  title: "The payment service answers in a new shape: only new code helps",
  healable: false,
  timeoutMs: OBSERVED_MS,
  break({ wards: [ward], begin }) {
    begin();
    ward.payments.conditions.newShape = true;
    return Promise.resolve();
  },
  async afterwards({ wards: [ward], object }) {
    const applied = await ward.appliedFixes();
    if (applied > 0) object(`${applied} fixes were applied although none can help`);
    if (ward.messages.length === 0) object("nobody was informed");
  },
};
