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

const NOTHING = { any: false, isNamed: false };
const SOMETHING = { any: true, isNamed: false };
const anyNames = fc.record({ any: fc.boolean(), isNamed: fc.boolean() });

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
      anyNames,
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
    fc.assert(fc.property(anyStanding, anyNames, (given, before) => {
      expect(isSure({ ...given, probability: Math.min(0.5, given.probability) }, before)).toBe(false);
    }));
  });

  it("waits for other witnesses unless it is nearly certain, and corroborated", () => {
    expect(isSure(standing({ waited: 10 * SECOND, probability: 0.98 }), NOTHING)).toBe(false);
    expect(isSure(standing({ waited: 10 * SECOND, probability: 0.999 }), NOTHING)).toBe(true);
    expect(isSure(standing({ waited: 10 * SECOND, probability: 0.999, support: 0 }), NOTHING)).toBe(false);
  });

  it("asks the more of a name the less the rise is beyond chance", () => {
    expect(isSure(standing({ probability: 0.7, eValue: 1e4 }), NOTHING)).toBe(true);
    expect(isSure(standing({ probability: 0.7, eValue: 1e3 }), NOTHING)).toBe(false);
    expect(isSure(standing({ probability: 0.97, eValue: 1e3 }), NOTHING)).toBe(false);
    expect(isSure(standing({ probability: 0.985, eValue: 100 }), NOTHING)).toBe(true);
  });

  it("names what is more likely than not while it helps most, and later only what is likely", () => {
    const early = standing({ waited: 60 * SECOND, probability: 0.7, someChange: 0.72 });
    expect(isSure(early, NOTHING)).toBe(true);
    expect(isSure({ ...early, waited: 45 * SECOND }, NOTHING)).toBe(false);
    expect(isSure({ ...early, waited: 110 * SECOND }, NOTHING)).toBe(false);
    expect(isSure({ ...early, waited: 110 * SECOND, probability: 0.86, someChange: 0.9 }, NOTHING)).toBe(
      true,
    );
  });

  it("does not take a name back while it is as likely, and does when it is not", () => {
    const named = { any: true, isNamed: true };
    const later = standing({ waited: 300 * SECOND, probability: 0.7, someChange: 0.72 });
    expect(isSure(later, named)).toBe(true);
    expect(isSure(later, SOMETHING)).toBe(false);
    expect(isSure({ ...later, probability: 0.6 }, named)).toBe(false);
  });

  it("names the likelier of two when one of them did it beyond doubt", () => {
    const early = standing({ waited: 60 * SECOND, probability: 0.55, someChange: 0.99 });
    expect(isSure(early, NOTHING)).toBe(true);
    expect(isSure({ ...early, someChange: 0.9 }, NOTHING)).toBe(false);
    expect(isSure({ ...early, waited: 110 * SECOND }, NOTHING)).toBe(false);
    // After twelve minutes too, when it is plainly the likelier one.
    expect(isSure({ ...early, waited: 900 * SECOND, probability: 0.82 }, NOTHING)).toBe(true);
  });

  it("names late only what is nearly certain, or turns from one name to the next", () => {
    const late = standing({ waited: 900 * SECOND, probability: 0.9, someChange: 0.91 });
    expect(isSure(late, NOTHING)).toBe(false);
    expect(isSure(late, SOMETHING)).toBe(true);
    expect(isSure({ ...late, probability: 0.98, someChange: 0.985 }, NOTHING)).toBe(true);
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
