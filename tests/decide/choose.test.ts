import fc from "fast-check";
import { expect, test } from "vitest";
import { candidates } from "../../supabase/functions/_shared/decide/candidates.ts";
import { best, choose } from "../../supabase/functions/_shared/decide/choose.ts";
import type { Candidate, Prior } from "../../supabase/functions/_shared/decide/types.ts";
import { seededRandom } from "../../supabase/functions/_shared/statistics/random.ts";
import type { Action } from "../../supabase/functions/_shared/actions/action.ts";
import { action, input } from "./support.ts";

function candidate(name: string, prior: Prior, changes: Partial<Action> = {}): Candidate {
  const [found] = candidates(input({
    actions: [action(name, changes)],
    patternActions: [{ patternId: "p1", action: name, prior }],
  })).candidates;
  if (!found) throw new Error("the action proposed nothing");
  return found;
}

/** Share of seeds with which each action is chosen. */
function shares(eligible: Candidate[], seeds = 400): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let seed = 0; seed < seeds; seed++) {
    const action = choose(eligible, seededRandom(seed * 7919))?.chosen.action ?? "";
    counts[action] = (counts[action] ?? 0) + 1 / seeds;
  }
  return counts;
}

test("nothing is chosen from nothing", () => {
  expect(choose([], seededRandom(1))).toBeNull();
  expect(best([])).toBeNull();
});

test("of two well-known actions the clearly better one is chosen nearly always", () => {
  const eligible = [candidate("better", { alpha: 11, beta: 1 }), candidate("worse", { alpha: 3, beta: 9 })];
  expect(shares(eligible).better).toBeGreaterThan(0.98);
});

test("an action of which little is known gets its chance, in proportion to the doubt", () => {
  const eligible = [candidate("known", { alpha: 8, beta: 4 }), candidate("new", { alpha: 1, beta: 1 })];
  const chosen = shares(eligible);
  expect(chosen.new).toBeGreaterThan(0.15);
  expect(chosen.known).toBeGreaterThan(0.4);
});

test("the stated propensity is the share of seeds that choose the candidate", () => {
  const eligible = [candidate("known", { alpha: 8, beta: 4 }), candidate("new", { alpha: 1, beta: 1 })];
  const stated = choose(eligible, seededRandom(3))?.propensities ?? {};
  const chosen = shares(eligible, 1500);
  for (const { key, action } of eligible) {
    expect(Math.abs((stated[key] ?? 0) - (chosen[action] ?? 0))).toBeLessThan(0.08);
  }
  expect(Object.values(stated).reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 9);
});

test("among actions that are as good as equal, the reversible and safer one is preferred", () => {
  const prior = { alpha: 11.4, beta: 0.6 };
  const gentle = candidate("z.gentle", prior);
  const rough = candidate("a.rough", prior, { risk: "guarded", reversible: false });
  expect(best([rough, gentle])?.action).toBe("z.gentle");
  const chosen = shares([rough, gentle]);
  expect(chosen["z.gentle"]).toBeGreaterThan(0.65);
  expect(
    best([
      candidate("a.much-better", { alpha: 11.9, beta: 0.1 }, { reversible: false }),
      candidate("z", { alpha: 8, beta: 4 }),
    ])
      ?.action,
  ).toBe("a.much-better");
});

test("the order of the candidates does not change the choice", () => {
  const eligible = ["a", "b", "c", "d", "e"].map((name, i) => candidate(name, { alpha: 2 + i, beta: 2 }));
  fc.assert(
    fc.property(fc.shuffledSubarray(eligible, { minLength: 5 }), fc.integer(), (shuffled, seed) => {
      expect(choose(shuffled, seededRandom(seed))).toEqual(choose(eligible, seededRandom(seed)));
      expect(best(shuffled)).toEqual(best(eligible));
    }),
    { numRuns: 20 },
  );
});
