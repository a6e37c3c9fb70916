import { describe, expect, it } from "vitest";
import { newness } from "../../../../supabase/functions/_shared/deployments/blame/factors/newness.ts";
import { newSubject } from "../../../../supabase/functions/_shared/deployments/blame/state.ts";
import { cause, change, facts, favour, guilty, NOON, scene } from "../scene.ts";

describe("first seen", () => {
  it("favours a deployment over an outage when the issue was never seen before", () => {
    expect(favour(newness, scene(), guilty(change()), cause("external"))).toBeGreaterThan(0.5);
  });

  it("favours an outage over a deployment when the issue is an old one", () => {
    const given = scene({ firstSeenAt: NOON - 3_600_000 });
    expect(favour(newness, given, guilty(change()), cause("external"))).toBeLessThan(-1);
  });

  it("shares the probability of an old issue among those that the service has", () => {
    const given = scene({ firstSeenAt: NOON - 3_600_000 });
    const alone = newness(given).logLikelihood(guilty(change()));
    for (const id of ["7", "8", "9"]) {
      const other = newSubject(`issue:${id}`, "issue", "shop", NOON);
      other.facts = facts({ id });
      given.state.subjects[other.key] = other;
    }
    expect(newness(given).logLikelihood(guilty(change()))).toBeCloseTo(alone - Math.log(3), 10);
  });

  it("says nothing of a bare rate", () => {
    const given = scene();
    given.subject.facts = null;
    expect(favour(newness, given, guilty(change()), cause("traffic"))).toBe(0);
  });
});
