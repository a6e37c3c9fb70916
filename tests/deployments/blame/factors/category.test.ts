import { describe, expect, it } from "vitest";
import { category } from "../../../../supabase/functions/_shared/deployments/blame/factors/category.ts";
import { CATEGORIES } from "../../../../supabase/functions/_shared/diagnose/diagnosis.ts";
import { categoryProbability } from "../../../../supabase/functions/_shared/deployments/blame/priors.ts";
import {
  CHANGE_KINDS,
  OTHER_CAUSES,
} from "../../../../supabase/functions/_shared/deployments/blame/types.ts";
import { cause, change, favour, guilty, scene } from "../scene.ts";

describe("category", () => {
  it("favours code for errors of the code, vendors for errors of the wire, leaks for exhaustion", () => {
    expect(favour(category, scene({ category: "runtime" }), guilty(change()), cause("external")))
      .toBeGreaterThan(1);
    expect(favour(category, scene({ category: "network" }), guilty(change()), cause("external")))
      .toBeLessThan(-1);
    expect(favour(category, scene({ category: "resource" }), cause("leak"), guilty(change())))
      .toBeGreaterThan(1);
  });

  it("says nothing when the category is unknown, or when there is no issue", () => {
    expect(favour(category, scene({ category: "unknown" }), guilty(change()), cause("leak"))).toBe(0);
    const rate = scene();
    rate.subject.facts = null;
    expect(favour(category, rate, guilty(change()), cause("leak"))).toBe(0);
  });

  it("never rules a category out, and stays near a distribution under every cause", () => {
    for (const suspect of [...CHANGE_KINDS, ...OTHER_CAUSES]) {
      const values = CATEGORIES.map((one) => categoryProbability(one, suspect));
      for (const value of values) expect(value).toBeGreaterThanOrEqual(0.02);
      const sum = values.reduce((a, b) => a + b, 0);
      expect(sum).toBeGreaterThan(0.9);
      expect(sum).toBeLessThan(1.3);
    }
  });
});
