import { describe, expect, it } from "vitest";
import { SLOT_MS } from "../../examples/shop/load.ts";
import { Truth } from "../../scripts/lab/truth.ts";

const FAULT_AT = Date.parse("2026-11-01T12:00:00.000Z");

/** Slots of the load generator from the fault on; a number is how many of ten requests failed in it. */
function truthOf(slots: readonly number[]): Truth {
  const truth = new Truth();
  slots.forEach((failed, index) => {
    const end = FAULT_AT + (index + 1) * SLOT_MS;
    truth.add({
      at: new Date(end).toISOString(),
      ok: 10 - failed,
      failed,
      failures: {},
      firstFailureAt: failed > 0 ? new Date(end - 100).toISOString() : null,
    });
  });
  return truth;
}
const slot = (index: number) => FAULT_AT + index * SLOT_MS;
const calm = (count: number) => Array.from({ length: count }, () => 0);

describe("what customers notice", () => {
  it("is the first failure with others around it", () => {
    const truth = truthOf([0, 0, 5, 5]);
    expect(truth.brokenSince(FAULT_AT)).toBe(slot(3));
    expect(truth.firstFailure(FAULT_AT)).toBe(slot(3) - 100);
  });

  it("is no single failure", () => {
    const truth = truthOf([0, 1, ...calm(20)]);
    expect(truth.brokenSince(FAULT_AT)).toBeNull();
    expect(truth.firstFailure(FAULT_AT)).toBe(slot(2) - 100);
    expect(truth.healedAt(FAULT_AT, 1_000)).toBeNull();
  });

  it("is no share below three in a hundred", () => {
    expect(truthOf([1, 0, 0, 0, 0, 0, 0, 1]).isBroken(FAULT_AT, slot(8))).toBe(false);
    expect(truthOf([1, 0, 0, 1]).isBroken(FAULT_AT, slot(4))).toBe(true);
  });

  it("is nothing from before the fault", () => {
    const truth = truthOf([5, 5, ...calm(10)]);
    expect(truth.brokenSince(slot(2))).toBeNull();
    expect(truth.firstFailure(slot(2))).toBeNull();
  });
});

describe("a shop has healed", () => {
  it("at its last noticed failure, once it has been calm for so long", () => {
    const truth = truthOf([5, 5, 5, ...calm(16)]);
    expect(truth.healedAt(FAULT_AT, 4_000)).toBe(slot(3));
    expect(truth.healedAt(FAULT_AT, 4_001)).toBeNull();
  });

  it("not while it comes and goes", () => {
    expect(truthOf([5, 5, ...calm(10), 5, 5, ...calm(10)]).healedAt(FAULT_AT, 2_501)).toBeNull();
  });

  it("not when nothing was ever broken", () => {
    expect(truthOf(calm(40)).healedAt(FAULT_AT, 1_000)).toBeNull();
  });
});
