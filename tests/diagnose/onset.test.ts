import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fillIntervals, findOnset } from "../../supabase/functions/_shared/diagnose/onset.ts";
import { at } from "./fixtures.ts";

const MINUTE_MS = 60_000;
const minutes = (...counts: number[]) => counts.map((count, i) => ({ startedAt: at(i * 60), count }));

describe("the onset", () => {
  it("is where silence ends", () => {
    expect(findOnset(minutes(0, 0, 0, 9, 11), MINUTE_MS)).toMatchObject({
      onsetAt: at(180),
      rateBefore: 0,
      rateAfter: 10,
    });
  });

  it("is where a steady rate rises", () => {
    const rise = findOnset(minutes(3, 2, 4, 3, 2, 31, 28, 30), MINUTE_MS);
    expect(rise?.onsetAt).toBe(at(300));
    expect(rise?.rateBefore).toBeCloseTo(2.8);
    expect(rise?.rateAfter).toBeCloseTo(29.67, 1);
  });

  it.each([
    ["the rate is steady", [5, 6, 4, 5, 6, 5]],
    ["the rate falls", [30, 28, 31, 2, 3]],
    ["there is one lonely event", [0, 0, 1, 0]],
    ["there is nothing", [0, 0, 0]],
    ["there is one interval", [7]],
  ])("is unknown when %s", (_, counts) => {
    expect(findOnset(minutes(...counts), MINUTE_MS)).toBeNull();
  });

  it("never claims a rise that is none", () => {
    fc.assert(fc.property(fc.array(fc.nat(500), { maxLength: 60 }), (counts) => {
      const rise = findOnset(minutes(...counts), MINUTE_MS);
      if (rise !== null) expect(rise.rateAfter).toBeGreaterThan(rise.rateBefore);
    }));
  });
});

describe("sparse counts", () => {
  it("are filled with zeros from the start to the end", () => {
    const filled = fillIntervals(
      [{ startedAt: at(65), count: 2 }, { startedAt: at(70), count: 1 }],
      at(0),
      at(181),
      MINUTE_MS,
    );
    expect(filled.map(({ count }) => count)).toEqual([0, 3, 0, 0]);
    expect(filled[0]?.startedAt).toBe(at(0));
  });

  it("of ages ago do not make the row endless", () => {
    expect(fillIntervals([{ startedAt: "2020-01-01T00:00:00Z", count: 1 }], at(0), at(60), MINUTE_MS))
      .toHaveLength(360);
  });
});
