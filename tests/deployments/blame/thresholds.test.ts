import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isSure,
  mayRollBack,
  type Standing,
} from "../../../supabase/functions/_shared/deployments/blame/thresholds.ts";

const SECOND = 1_000;

function standing(parts: Partial<Standing> = {}): Standing {
  return { waited: 90 * SECOND, probability: 0.9, someChange: 0.9, support: 5, eValue: 1e12, ...parts };
}

const anyStanding = fc.record({
  waited: fc.integer({ min: 0, max: 1_500 }).map((seconds) => seconds * SECOND),
  probability: fc.double({ min: 0, max: 1, noNaN: true }),
  rest: fc.double({ min: 0, max: 1, noNaN: true }),
  support: fc.double({ min: -10, max: 20, noNaN: true }),
  eNats: fc.double({ min: -5, max: 50, noNaN: true }),
}).map(({ rest, eNats, ...parts }): Standing => ({
  ...parts,
  someChange: parts.probability + rest * (1 - parts.probability),
  eValue: Math.exp(eNats),
}));

describe("from posterior to word", () => {
  it("never names what is less likely while it would not name what is more likely", () => {
    fc.assert(fc.property(
      anyStanding,
      fc.boolean(),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 1, max: 1e6, noNaN: true }),
      (given, before, step, factor) => {
        const probability = given.probability + step * (1 - given.probability);
        const more = {
          ...given,
          probability,
          someChange: Math.max(given.someChange, probability),
          eValue: given.eValue * factor,
        };
        if (isSure(given, before)) expect(isSure(more, before)).toBe(true);
        if (mayRollBack(given)) expect(mayRollBack(more)).toBe(true);
      },
    ));
  });

  it("never names what is as likely as not, whatever else", () => {
    fc.assert(fc.property(anyStanding, fc.boolean(), (given, before) => {
      expect(isSure({ ...given, probability: Math.min(0.5, given.probability) }, before)).toBe(false);
    }));
  });

  it("waits for other witnesses unless it is nearly certain, and corroborated", () => {
    expect(isSure(standing({ waited: 10 * SECOND, probability: 0.98 }), false)).toBe(false);
    expect(isSure(standing({ waited: 10 * SECOND, probability: 0.999 }), false)).toBe(true);
    expect(isSure(standing({ waited: 10 * SECOND, probability: 0.999, support: 0 }), false)).toBe(false);
  });

  it("asks the more of a name the less the rise is beyond chance", () => {
    expect(isSure(standing({ probability: 0.82, eValue: 1e4 }), false)).toBe(true);
    expect(isSure(standing({ probability: 0.82, eValue: 1e3 }), false)).toBe(false);
    expect(isSure(standing({ probability: 0.97, eValue: 1e3 }), false)).toBe(false);
    expect(isSure(standing({ probability: 0.985, eValue: 100 }), false)).toBe(true);
  });

  it("names the likelier of two when one of them did it beyond doubt", () => {
    expect(isSure(standing({ probability: 0.7, someChange: 0.99 }), false)).toBe(true);
    expect(isSure(standing({ probability: 0.7, someChange: 0.9 }), false)).toBe(false);
  });

  it("names late only what is nearly certain, or turns from one name to the next", () => {
    const late = standing({ waited: 900 * SECOND, probability: 0.9, someChange: 0.91 });
    expect(isSure(late, false)).toBe(false);
    expect(isSure(late, true)).toBe(true);
    expect(isSure({ ...late, probability: 0.98, someChange: 0.985 }, false)).toBe(true);
  });

  it("takes nothing back within the first minute, nor without evidence besides the moment", () => {
    const sure = standing({ probability: 0.999, someChange: 1 });
    expect(mayRollBack(sure)).toBe(true);
    expect(mayRollBack({ ...sure, waited: 50 * SECOND })).toBe(false);
    expect(mayRollBack({ ...sure, support: 0 })).toBe(false);
    expect(mayRollBack({ ...sure, eValue: 50 })).toBe(false);
    expect(mayRollBack({ ...sure, probability: 0.98 })).toBe(false);
  });
});
