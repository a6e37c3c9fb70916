import { describe, expect, it } from "vitest";
import { flags } from "../../../../supabase/functions/_shared/deployments/blame/factors/flags.ts";
import type { Change } from "../../../../supabase/functions/_shared/deployments/blame/types.ts";
import { cause, change, favour, guilty, NOON, sample, scene } from "../scene.ts";

const FLAG = change({
  kind: "flag",
  version: null,
  service: null,
  names: ["app.new-checkout", "new-checkout"],
  value: true,
});
const GRADUAL = { ...FLAG, rollout: [{ at: NOON, share: 0.1 }] };

/** How far events with these values speak for the flag. */
function nats(values: readonly (boolean | null)[], flag: Change = FLAG) {
  const given = scene({}, [flag]);
  given.subject.samples = values.map((value) =>
    sample({ flags: value === null ? {} : { "new-checkout": value } })
  );
  return favour(flags, given, guilty(flag), cause("organic"));
}

describe("flags of the events", () => {
  it("favours a flag that all of them have, most where few of the requests have it", () => {
    expect(nats([true, true, true, true, true], GRADUAL)).toBeGreaterThan(4);
    // Where everybody has it, it only says that the code asks for it.
    expect(nats([true, true, true, true, true])).toBeGreaterThan(0.3);
    expect(nats([true, true, true, true, true])).toBeLessThan(2);
  });

  it("clears a flag that they do not have, or did not ask for", () => {
    expect(nats([false, false, true, false, false], GRADUAL)).toBeLessThan(-1.5);
    expect(nats([null, null, null, null])).toBeLessThan(-1);
    // Another process may have asked: it is never out of the question.
    expect(nats(Array(20).fill(false), GRADUAL)).toBeGreaterThan(-3);
  });

  it("knows what it was turned to", () => {
    const off = { ...GRADUAL, value: false };
    expect(nats([false, false, false], off)).toBeGreaterThan(2);
    expect(nats([true, true, true], off)).toBeLessThan(0);
  });

  it("does not take one user who tries again for many", () => {
    expect(nats(Array(20).fill(true), GRADUAL) - nats(Array(10).fill(true), GRADUAL)).toBeLessThan(3);
  });

  it("does not expect the services that call it to ask for it", () => {
    const elsewhere = { ...FLAG, service: "billing" };
    expect(nats([null, null, null, null], elsewhere)).toBeGreaterThan(-0.6);
  });

  it("says nothing of other changes, where no event tells of flags, and of what was before it", () => {
    const given = scene({}, [FLAG]);
    given.subject.samples = [sample(), sample()];
    expect(favour(flags, given, guilty(FLAG), cause("organic"))).toBe(0);
    given.subject.samples = [sample({ flags: { "new-checkout": true } })];
    expect(favour(flags, given, guilty(change()), cause("organic"))).toBe(0);
    const later = { ...FLAG, at: NOON + 60_000 };
    expect(favour(flags, given, guilty(later), cause("organic"))).toBeCloseTo(0, 10);
  });

  it("says what was seen", () => {
    const given = scene({}, [GRADUAL]);
    given.subject.samples = [
      sample({ flags: { "new-checkout": true } }),
      sample({ flags: { "new-checkout": true } }),
      sample({ flags: {} }),
    ];
    expect(flags(given).statement(guilty(GRADUAL))).toBe("2 of 3 events had app.new-checkout on");
  });

  it("takes a flag named like a property of every object for what it is", () => {
    const odd = { ...FLAG, names: ["constructor"] };
    expect(nats([null, null], odd)).toBeLessThan(0);
  });
});
