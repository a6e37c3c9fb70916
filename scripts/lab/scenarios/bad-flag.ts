import type { Scenario } from "../scenario.ts";

export const badFlag: Scenario = {
  name: "bad-flag",
  title: "A feature flag switches broken code on",
  healable: true,
  isConfiguration: true,
  mix: { search: 0.6, products: 0.2, checkout: 0.2 },
  async break({ wards: [ward], begin }) {
    begin();
    await ward.set("app.flags.ranked_search", true, "Launch the ranked search");
  },
};
