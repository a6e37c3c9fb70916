import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Change, ChangeContext } from "../../supabase/functions/_shared/diagnose/change.ts";
import {
  CHANGE_WINDOW_MS,
  lagDensity,
  suspectChanges,
} from "../../supabase/functions/_shared/diagnose/changes.ts";
import { valueSuspicion } from "../../supabase/functions/_shared/diagnose/value-suspicion.ts";
import { at } from "./fixtures.ts";

const ONSET = at(0);
const NEW_ISSUE: ChangeContext = {
  errorText: "PoolExhaustedError connection pool exhausted: 1 of 1 in use",
  category: null,
  firstSeenAt: ONSET,
  rateBefore: 0,
  rateAfter: 40,
};

function pool(secondsBefore: number, more: Partial<Change> = {}): Change {
  return {
    kind: "configuration",
    subject: "app.db.pool_size",
    version: "4",
    previousVersion: "3",
    changedAt: at(-secondsBefore),
    before: 20,
    after: 1,
    ...more,
  };
}
function colour(secondsBefore: number): Change {
  return { ...pool(secondsBefore), subject: "app.theme.colour", before: "red", after: "blue" };
}
function probability(changes: Change[], subject: string, context: Partial<ChangeContext> = {}): number {
  return suspectChanges(changes, ONSET, { ...NEW_ISSUE, ...context }).find((one) => one.subject === subject)
    ?.probability ?? 0;
}

describe("a suspect change", () => {
  it("is nearly certain when it came just before, the error names it, and its value moved far", () => {
    const [suspect] = suspectChanges([pool(20)], ONSET, NEW_ISSUE);
    expect(suspect?.probability).toBeGreaterThan(0.97);
    expect(suspect?.why).toBe(
      "app.db.pool_size, version 4: it was made 20 s before the errors began; the error was never seen before; " +
        "the error names “pool”; the value went from 20 to 1.",
    );
  });

  it("is the one that the error names when two were made a minute apart, whichever came last", () => {
    for (const changes of [[pool(20), colour(80)], [pool(80), colour(20)]]) {
      const [first, second] = suspectChanges(changes, ONSET, NEW_ISSUE);
      expect(first?.subject).toBe("app.db.pool_size");
      expect(first?.probability).toBeGreaterThan(0.8);
      expect(second?.probability ?? 0).toBeLessThan(0.15);
    }
  });

  it("is the later of two that nothing else tells apart, without certainty", () => {
    const [first, second] = suspectChanges(
      [colour(80), { ...colour(20), subject: "app.theme.font" }],
      ONSET,
      NEW_ISSUE,
    );
    expect(first?.subject).toBe("app.theme.font");
    expect(first?.probability).toBeLessThan(0.8);
    expect(second?.probability).toBeGreaterThan(0.1);
  });

  it("is improbable when it is hours old and the error does not name it", () => {
    expect(probability([colour(3 * 3600)], "app.theme.colour")).toBeLessThan(0.1);
  });

  it("stays a suspicion when it is an hour old but the error names it", () => {
    const hourOld = probability([pool(3600)], "app.db.pool_size");
    expect(hourOld).toBeGreaterThan(0.3);
    expect(hourOld).toBeLessThan(0.85);
  });

  it("is improbable when the error came as often before", () => {
    const existed = { firstSeenAt: at(-86_400), rateBefore: 30, rateAfter: 31 };
    expect(probability([pool(20)], "app.db.pool_size", existed)).toBeLessThan(0.25);
    expect(probability([colour(20)], "app.theme.colour", existed)).toBeLessThan(0.05);
  });

  it("is probable when the error existed but came ten times as often since", () => {
    const rose = { firstSeenAt: at(-86_400), rateBefore: 3, rateAfter: 30 };
    expect(probability([pool(20)], "app.db.pool_size", rose)).toBeGreaterThan(0.9);
  });

  it("cannot have been made well after the errors began, clocks aside", () => {
    expect(suspectChanges([pool(-60)], ONSET, NEW_ISSUE)).toEqual([]);
    expect(probability([pool(-2)], "app.db.pool_size")).toBeGreaterThan(0.8);
  });

  it("may come after an onset that is known to the minute only", () => {
    expect(probability([pool(-40)], "app.db.pool_size", { onsetUncertaintyMs: 60_000 })).toBeGreaterThan(0.8);
  });

  it("is less probable for errors that configuration seldom makes", () => {
    const dependency = probability([colour(60)], "app.theme.colour", { category: "dependency" });
    expect(dependency).toBeLessThan(probability([colour(60)], "app.theme.colour"));
  });

  it("is cleared when its value stayed the same", () => {
    expect(probability([pool(20, { after: 20 })], "app.db.pool_size")).toBeLessThan(0.8);
  });

  it("is one of none when there were no changes in the window", () => {
    expect(suspectChanges([], ONSET, NEW_ISSUE)).toEqual([]);
    expect(suspectChanges([pool(CHANGE_WINDOW_MS / 1000 + 1)], ONSET, NEW_ISSUE)).toEqual([]);
  });

  it("shares the blame so that all probabilities together never pass 1", () => {
    const change = fc.record({
      seconds: fc.integer({ min: -120, max: 7 * 3600 }),
      before: fc.jsonValue(),
      after: fc.jsonValue(),
      subject: fc.constantFrom("app.db.pool_size", "app.theme.colour", "app.pay.url", "app.x"),
    });
    const context = fc.record({
      rateBefore: fc.option(fc.float({ min: 0, max: 1000, noNaN: true })),
      rateAfter: fc.option(fc.float({ min: Math.fround(0.1), max: 1000, noNaN: true })),
      ageSeconds: fc.integer({ min: 0, max: 1_000_000 }),
      onsetUncertaintyMs: fc.integer({ min: 0, max: 120_000 }),
    });
    fc.assert(fc.property(fc.array(change, { maxLength: 30 }), context, (list, { ageSeconds, ...rates }) => {
      const changes = list.map(({ seconds, ...more }, i) =>
        pool(seconds, { ...more, version: String(i) } as Partial<Change>)
      );
      const suspects = suspectChanges(changes, ONSET, {
        ...NEW_ISSUE,
        ...rates,
        firstSeenAt: at(-ageSeconds),
      });
      const sum = suspects.reduce((total, { probability }) => total + probability, 0);
      expect(sum).toBeLessThanOrEqual(1);
      expect(suspects.every(({ probability }) => probability > 0 && probability < 1)).toBe(true);
      expect(suspects.map(({ probability }) => probability))
        .toEqual(suspects.map(({ probability }) => probability).sort((a, b) => b - a));
    }));
  });

  it("does not become more probable by being older, other things equal", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20_000 }),
        fc.integer({ min: 1, max: 1_000 }),
        (seconds, more) => {
          // Within the skew of clocks nothing is older.
          const younger = probability([pool(seconds + 5)], "app.db.pool_size");
          expect(probability([pool(seconds + 5 + more)], "app.db.pool_size")).toBeLessThanOrEqual(
            younger + 0.002,
          );
        },
      ),
    );
  });

  it("leaves the changes as they were", () => {
    const changes = Object.freeze([Object.freeze(pool(20)), Object.freeze(colour(30))]);
    expect(() => suspectChanges(changes, ONSET, Object.freeze({ ...NEW_ISSUE }))).not.toThrow();
  });
});

describe("the density of the lag", () => {
  it("sums to one over the window and its tail", () => {
    const stepMs = 1_000;
    let sum = 0;
    for (let lag = 0; lag <= CHANGE_WINDOW_MS; lag += stepMs) sum += lagDensity(lag, stepMs / 2) * stepMs;
    expect(sum).toBeGreaterThan(0.98);
    expect(sum).toBeLessThanOrEqual(1.0001);
  });
});

describe("a value", () => {
  it.each([
    ["emptied", "https://api.example.com", ""],
    ["removed", 20, undefined],
    ["set to zero", 20, 0],
    ["made negative", 20, -1],
    ["divided by twenty", 20, 1],
    ["multiplied by a hundred", 50, 5_000],
    ["divided by ten as text with a unit", "50s", "5s"],
    ["turned into another type", 20, "twenty"],
    ["a URL no longer", "https://api.example.com", "api.example.com"],
    ["JSON no longer", '{"a":1}', '{"a":1'],
    ["given stray whitespace", "secret", "secret "],
    ["emptied in one member", { url: "https://a.example", n: 1 }, { url: "", n: 1 }],
  ])("is suspicious when it was %s", (_, before, after) => {
    expect(valueSuspicion({ before, after }).ratio).toBeGreaterThan(3);
  });

  it.each([
    ["hardly moved", 20, 25],
    ["replaced by a like text", "red", "blue"],
    ["new", undefined, 5],
    ["the same", { a: [1, 2] }, { a: [1, 2] }],
  ])("is not suspicious when it is %s", (_, before, after) => {
    expect(valueSuspicion({ before, after }).ratio).toBeLessThan(1);
  });

  it("says nothing when it is unknown", () => {
    expect(valueSuspicion({})).toEqual({ ratio: 1, why: null });
  });
});
