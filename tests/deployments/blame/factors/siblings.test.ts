import { describe, expect, it } from "vitest";
import { siblings } from "../../../../supabase/functions/_shared/deployments/blame/factors/siblings.ts";
import { newSubject } from "../../../../supabase/functions/_shared/deployments/blame/state.ts";
import { cause, change, facts, favour, guilty, MINUTE, NOON, scene } from "../scene.ts";

const ONE = change();
const TWO = change({ id: "c2" });

/** Another issue whose own evidence is for ONE and against TWO; `gap` ms away. */
function withSibling(gap: number, count = 1) {
  const given = scene({}, [ONE, TWO]);
  for (let index = 0; index < count; index++) {
    const other = newSubject(`issue:9${index}`, "issue", "shop", NOON);
    other.facts = facts({ id: `9${index}` });
    other.episode = {
      openedAt: NOON,
      firstEventAt: given.firstEventAt + gap,
      scores: { c1: -1, c2: -20 },
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
    expect(favour(siblings, withSibling(20_000), guilty(ONE), guilty(TWO))).toBeGreaterThan(1);
  });

  it("takes issues that began minutes apart for two incidents", () => {
    expect(favour(siblings, withSibling(5 * MINUTE), guilty(ONE), guilty(TWO))).toBe(0);
  });

  it("never lets the family outvote everything else, however large it is", () => {
    expect(favour(siblings, withSibling(20_000, 30), guilty(ONE), guilty(TWO))).toBeLessThanOrEqual(3);
  });

  it("holds it against a suspect that cannot explain the sibling, but allows for two incidents at once", () => {
    const nats = favour(siblings, withSibling(20_000), guilty(ONE), cause("organic"));
    expect(nats).toBeCloseTo(Math.log(4), 10);
  });
});
