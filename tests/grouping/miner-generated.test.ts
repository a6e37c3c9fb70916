import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupingAccuracy } from "../../bench/grouping/accuracy.ts";
import { linesOf, printer } from "../../bench/synthetic-logs/generate.ts";
import { isHeldOut, STYLES } from "../../bench/synthetic-logs/styles.ts";
import { TemplateMiner } from "../../supabase/functions/_shared/signals/templates/miner.ts";

/** Which lines are together, independent of ids and of order. */
function partition(lines: readonly string[], miner = new TemplateMiner()): string[] {
  const ids = lines.map((line) => miner.add(line));
  const groups = new Map<number, Set<string>>();
  ids.forEach((id, index) => {
    const group = miner.templateOf(id);
    const members = groups.get(group) ?? new Set();
    groups.set(group, members.add(lines[index]!));
  });
  return [...groups.values()].map((members) => [...members].sort().join("\n")).sort();
}

function contents(style: number, count: number, seed: number): string[] {
  return linesOf(STYLES[style]!.statements, count, seed).map((line) => line.content);
}

const styles = fc.integer({ min: 0, max: STYLES.length - 1 });
const seeds = fc.integer({ min: 1, max: 1_000_000 });
const counts = fc.integer({ min: 1, max: 600 });

describe("lines printed from known statements", () => {
  it("are the same for the same seed, and of at least 300 statements in 12 styles", () => {
    expect(linesOf(STYLES[0]!.statements, 50, 7)).toEqual(linesOf(STYLES[0]!.statements, 50, 7));
    expect(STYLES.length).toBeGreaterThanOrEqual(12);
    expect(STYLES.flatMap((style) => style.statements).length).toBeGreaterThanOrEqual(300);
    for (const { statements } of STYLES) {
      expect(new Set(statements).size).toBe(statements.length);
      expect(statements.filter(isHeldOut).length).toBeGreaterThanOrEqual(8);
    }
  });

  it("fall into the same templates whatever their order", () => {
    fc.assert(
      fc.property(styles, counts, seeds, fc.infiniteStream(fc.nat()), (style, count, seed, keys) => {
        const lines = contents(style, count, seed);
        const shuffled = lines.map((line) => ({ line, key: keys.next().value as number }))
          .sort((a, b) => a.key - b.key).map(({ line }) => line);
        expect(partition(shuffled)).toEqual(partition(lines));
      }),
      { numRuns: 40 },
    );
  });

  it("fall into the same templates when they come again, and after a stop in between", () => {
    fc.assert(
      fc.property(
        styles,
        counts,
        seeds,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (style, count, seed, at) => {
          const lines = contents(style, count, seed);
          const expected = partition(lines);
          expect(partition([...lines, ...lines])).toEqual(expected);
          const first = new TemplateMiner();
          const cut = Math.floor(at * lines.length);
          for (const line of lines.slice(0, cut)) first.add(line);
          const second = new TemplateMiner(JSON.parse(JSON.stringify(first)));
          for (const line of lines.slice(cut)) second.add(line);
          expect(partition(lines, second)).toEqual(expected);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("leave the miner within its bound, and are found again after it folded and forgot", () => {
    const print = printer(STYLES.flatMap((style) => style.statements), 11);
    const miner = new TemplateMiner(null, { maxShapes: 600 });
    const truth: string[] = [];
    const ids: number[] = [];
    let largest = 0;
    let state = 0;
    for (let count = 0; count < 20_000; count++) {
      const line = print();
      truth.push(line.eventId);
      ids.push(miner.add(line.content));
      largest = Math.max(largest, miner.shapeCount);
      if (count % 2_000 === 0) state = Math.max(state, JSON.stringify(miner).length);
    }
    expect(largest).toBeLessThanOrEqual(600);
    expect(state).toBeLessThan(600_000);
    expect(groupingAccuracy(truth, ids.map((id) => miner.templateOf(id)))).toBeGreaterThan(0.7);
  });

  it("are told apart by statements for the most part, in the half that development never looked at", () => {
    const accuracies = STYLES.map(({ statements }) => {
      const lines = linesOf(statements.filter(isHeldOut), 2_000, 1);
      const miner = new TemplateMiner();
      const ids = lines.map((line) => miner.add(line.content));
      return groupingAccuracy(lines.map((line) => line.eventId), ids.map((id) => miner.templateOf(id)));
    });
    expect(accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length).toBeGreaterThan(0.84);
  });
});
