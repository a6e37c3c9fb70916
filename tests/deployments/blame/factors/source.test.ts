import { describe, expect, it } from "vitest";
import { namesOf, source } from "../../../../supabase/functions/_shared/deployments/blame/factors/source.ts";
import { newSubject } from "../../../../supabase/functions/_shared/deployments/blame/state.ts";
import { cause, change, facts, favour, guilty, NOON, scene } from "../scene.ts";

const FLAG = change({
  kind: "flag",
  version: null,
  service: null,
  names: ["app.new-checkout", "new-checkout"],
});
const SETTING = change({
  kind: "configuration",
  version: null,
  service: null,
  names: ["PAYMENT_TIMEOUT_MS"],
});

describe("names in source", () => {
  it("are one however they are written, and only as long as no word of the language is", () => {
    expect(namesOf("if (flags.newCheckout || env.NEW_CHECKOUT || on('new-checkout')) go(tax)")).toEqual(
      new Set(["new_checkout"]),
    );
  });

  it("are found in time in a line that was made to be slow", () => {
    expect(namesOf("-".repeat(100_000) + "a".repeat(100_000)).size).toBe(1);
  });
});

describe("the code where it fails", () => {
  it("favours the setting or the flag that it reads", () => {
    const given = scene({ source: ["is_enabled", "new_checkout"] }, [FLAG, SETTING]);
    expect(favour(source, given, guilty(FLAG), cause("organic"))).toBeGreaterThan(2);
    expect(source(given).statement(guilty(FLAG))).toBe("the code where it fails reads new_checkout");
    expect(favour(source, given, guilty(SETTING), cause("organic"))).toBeLessThan(0);
    expect(favour(source, given, guilty(SETTING), cause("organic"))).toBeGreaterThan(-0.5);
  });

  it("makes little of a name that the code of every other issue reads as well", () => {
    const given = scene({ source: ["new_checkout"] }, [FLAG]);
    for (let index = 0; index < 30; index++) {
      const other = newSubject(`issue:9${index}`, "issue", "shop", NOON);
      other.facts = facts({ id: `9${index}`, source: ["new_checkout"] });
      given.state.subjects[other.key] = other;
    }
    expect(favour(source, given, guilty(FLAG), cause("organic"))).toBeLessThan(0.7);
  });

  it("says nothing where no source is shown, of code that was deployed, and of names that are words", () => {
    expect(favour(source, scene({}, [FLAG]), guilty(FLAG), cause("organic"))).toBe(0);
    const given = scene({ source: ["search"] }, [FLAG]);
    expect(favour(source, given, guilty(change({ names: ["search"] })), cause("organic"))).toBe(0);
    const short = { ...FLAG, names: ["pay"] };
    expect(favour(source, given, guilty(short), cause("organic"))).toBe(0);
  });
});
