import { describe, expect, it } from "vitest";
import { kind } from "../../../../supabase/functions/_shared/deployments/blame/factors/kind.ts";
import { categoryProbability } from "../../../../supabase/functions/_shared/deployments/blame/priors.ts";
import { newSubject } from "../../../../supabase/functions/_shared/deployments/blame/state.ts";
import {
  CHANGE_KINDS,
  OTHER_CAUSES,
} from "../../../../supabase/functions/_shared/deployments/blame/types.ts";
import { CATEGORIES, type Category } from "../../../../supabase/functions/_shared/diagnose/diagnosis.ts";
import { cause, change, facts, favour, guilty, NOON, scene } from "../scene.ts";

const OLD = { firstSeenAt: NOON - 3_600_000 };

/** An old issue of a service that has others, of these categories, each seen `events` times. */
function amongOthers(category: Category, others: Category[], events = 10) {
  const given = scene({ ...OLD, category });
  for (const [index, one] of others.entries()) {
    const other = newSubject(`issue:9${index}`, "issue", "shop", NOON);
    other.facts = facts({ ...OLD, id: `9${index}`, category: one });
    other.past = { events, requests: 10_000 };
    given.state.subjects[other.key] = other;
  }
  return given;
}

describe("the kind of an issue", () => {
  it("favours code for new errors of the code, vendors for those of the wire, leaks for exhaustion", () => {
    expect(favour(kind, scene({ category: "runtime" }), guilty(change()), cause("external")))
      .toBeGreaterThan(1);
    expect(favour(kind, scene({ category: "network" }), guilty(change()), cause("external")))
      .toBeLessThan(-1);
    expect(favour(kind, scene({ category: "resource" }), cause("leak"), guilty(change())))
      .toBeGreaterThan(1);
  });

  it("favours a deployment when the issue was never seen before, an outage when it is an old one", () => {
    const unknown = { category: "unknown" } as const;
    expect(favour(kind, scene(unknown), guilty(change()), cause("external"))).toBeGreaterThan(0.5);
    expect(favour(kind, scene({ ...unknown, ...OLD }), guilty(change()), cause("external"))).toBeLessThan(-1);
  });

  it("asks of an old issue how well it fits beside the others that the service has", () => {
    const fits = amongOthers("network", ["runtime", "runtime", "validation"]);
    const stands = amongOthers("network", ["network", "network", "network"]);
    const external = (given: typeof fits) => kind(given).logLikelihood(cause("external"));
    expect(external(fits)).toBeGreaterThan(external(stands) + 0.5);
    expect(external(stands)).toBeCloseTo(Math.log(0.6 / 4), 10);
  });

  it("takes errors that were seen once or twice for no old acquaintances", () => {
    const alone = kind(scene({ ...OLD, category: "runtime" })).logLikelihood(guilty(change()));
    const beside = kind(amongOthers("runtime", ["runtime", "runtime"], 2)).logLikelihood(guilty(change()));
    expect(beside).toBeCloseTo(alone, 10);
  });

  it("leaves it to the hazard how often an old issue flares up by itself", () => {
    expect(kind(amongOthers("network", ["runtime"])).logLikelihood(cause("organic"))).toBe(0);
  });

  it("says nothing of a bare rate", () => {
    const given = scene();
    given.subject.facts = null;
    expect(favour(kind, given, guilty(change()), cause("traffic"))).toBe(0);
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
