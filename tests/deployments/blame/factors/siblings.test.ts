import { describe, expect, it } from "vitest";
import { siblings } from "../../../../supabase/functions/_shared/deployments/blame/factors/siblings.ts";
import { newSubject } from "../../../../supabase/functions/_shared/deployments/blame/state.ts";
import { cause, change, facts, favour, guilty, MINUTE, NOON, scene } from "../scene.ts";

const ONE = change();
const TWO = change({ id: "c2" });

/** Another issue that ONE explains far better than chance, and TWO not at all; `gap` ms away. */
function withSibling(gap: number, count = 1, shared: Record<string, number> = { c1: 3, c2: -20 }) {
  const given = scene({}, [ONE, TWO]);
  for (let index = 0; index < count; index++) {
    const other = newSubject(`issue:9${index}`, "issue", "shop", NOON);
    other.facts = facts({ id: `9${index}` });
    other.episode = {
      openedAt: NOON,
      firstEventAt: given.firstEventAt + gap,
      shared,
      verdict: null,
      settledAt: null,
      blamed: false,
      continues: false,
    };
    given.state.subjects[other.key] = other;
  }
  return given;
}

describe("siblings", () => {
  it("lets issues that began together speak for one another", () => {
    expect(favour(siblings, withSibling(20_000), guilty(ONE), guilty(TWO))).toBeGreaterThan(3);
  });

  it("takes issues that began minutes apart for two incidents", () => {
    expect(favour(siblings, withSibling(5 * MINUTE), guilty(ONE), guilty(TWO))).toBe(0);
  });

  it("never lets the family outvote everything else, however large it is", () => {
    expect(favour(siblings, withSibling(20_000, 30), guilty(ONE), guilty(TWO))).toBeLessThanOrEqual(7);
  });

  it("goes on telling suspects apart that all explain the sibling beyond doubt", () => {
    const both = { c1: 30, c2: 28 };
    expect(favour(siblings, withSibling(20_000, 1, both), guilty(ONE), guilty(TWO))).toBeCloseTo(2, 1);
  });

  it("makes less of each further member: they are of one incident", () => {
    const told = (count: number) =>
      favour(siblings, withSibling(20_000, count, { c1: 30, c2: 29 }), guilty(ONE), guilty(TWO));
    expect(told(2)).toBeGreaterThan(told(1));
    expect(told(4)).toBeCloseTo(2.5, 1);
  });

  it("allows for two incidents at once with a suspect that cannot explain the sibling", () => {
    const best = Math.log(0.75 * Math.exp(3) + 0.25);
    expect(siblings(withSibling(20_000)).logLikelihood(guilty(ONE))).toBe(0);
    expect(siblings(withSibling(20_000)).logLikelihood(guilty(TWO))).toBeCloseTo(Math.log(0.25) - best, 5);
    expect(siblings(withSibling(20_000)).logLikelihood(cause("traffic"))).toBeCloseTo(
      Math.log(0.25) - best,
      5,
    );
  });

  it("does not believe that one odd input raises two errors as easily as an outage does", () => {
    const both = withSibling(20_000, 1, { "other:organic": 3, "other:external": 3 });
    expect(favour(siblings, both, cause("external"), cause("organic"))).toBeGreaterThan(1);
  });
});
