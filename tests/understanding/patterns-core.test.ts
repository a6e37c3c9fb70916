import fc from "fast-check";
import { expect, test } from "vitest";
import { matchConditions } from "../../supabase/functions/_shared/diagnose/match.ts";
import { guessCategory } from "../../supabase/functions/_shared/diagnose/patterns/guess-category.ts";
import { patternMatchSchema } from "../../supabase/functions/_shared/diagnose/patterns/pattern.ts";
import { shapeOf } from "../../supabase/functions/_shared/diagnose/patterns/shape.ts";
import { readEvent } from "../../supabase/functions/_shared/diagnose/reading/reading.ts";
import { judgementOf } from "../../supabase/functions/_shared/heal/learn-patterns.ts";
import { agreedActions, clusterAround } from "../../supabase/functions/_shared/learn/patterns/cluster.ts";
import { conditionsOf } from "../../supabase/functions/_shared/learn/patterns/generalise.ts";
import { areSimilar, commonWords } from "../../supabase/functions/_shared/learn/patterns/similarity.ts";
import { patternFrom, splitSides } from "../../supabase/functions/_shared/learn/patterns/store.ts";
import { maskedWords } from "../../supabase/functions/_shared/learn/patterns/words.ts";
import { findSplit } from "../../supabase/functions/_shared/learn/patterns/split.ts";
import { event, observation } from "./support.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");

test("of a message only plain words stay, in order", () => {
  expect(maskedWords('relation "acme_orders" does not exist')).toEqual([
    "relation",
    "*",
    "does",
    "not",
    "exist",
  ]);
  expect(maskedWords("Could not reach db7.acme.internal:5432 within 3000 ms, giving up")).toEqual([
    "could",
    "not",
    "reach",
    "*",
    "within",
    "*",
    "giving",
    "up",
  ]);
  expect(maskedWords("User Alice can't open poolSize of tenant acme")).toEqual([
    "user",
    "*",
    "can't",
    "open",
    "*",
    "of",
    "tenant",
  ]);
});

test("messages of the same fault are similar whatever their data, and different faults are not", () => {
  const a = observation(1, "Ledger for account 17 is out of balance by 3.20 EUR after closing").shape;
  const b = observation(2, "Ledger for account acme-9 is out of balance by 118.00 USD after closing").shape;
  const c = observation(3, "Ledger export was cancelled because nobody approved it").shape;
  expect(areSimilar(a, b)).toBe(true);
  expect(areSimilar(a, c)).toBe(false);
});

test("two vendor codes are two causes, however alike the wording", () => {
  const wording = "the provider refused this request for now";
  const a = observation(1, wording, { shape: { codes: ["quota_gone"] } }).shape;
  const b = observation(2, wording, { shape: { codes: ["key_revoked"] } }).shape;
  expect(areSimilar(a, b)).toBe(false);
  expect(areSimilar(a, observation(3, wording, { shape: { codes: ["quota_gone"] } }).shape)).toBe(true);
});

test("similarity does not depend on who is compared with whom", () => {
  const word = fc.constantFrom("pool", "of", "worker", "is", "full", "now", "*", "ledger");
  const shape = fc.array(word, { maxLength: 9 }).map((words) =>
    observation(1, "", { shape: { words } }).shape
  );
  fc.assert(fc.property(shape, shape, (a, b) => {
    expect(areSimilar(a, b)).toBe(areSimilar(b, a));
    const common = commonWords(a.words, b.words).filter((each) => each !== "*");
    for (const words of [a.words, b.words]) {
      let from = 0;
      for (const each of common) from = words.indexOf(each, from) + 1 || Infinity;
      expect(from).not.toBe(Infinity);
    }
  }));
});

test("one project alone teaches nothing, however often its fix worked", () => {
  const mine = [1, 1, 1, 1].map((project) => observation(project, "ledger is out of balance after closing"));
  expect(agreedActions(mine)).toEqual([]);
  expect(patternFrom(mine, judgementOf(null), NOW)).toBeNull();
});

test("two projects whose fixes disagree teach nothing", () => {
  const message = "ledger is out of balance after closing";
  const both = [
    observation(1, message),
    observation(2, message),
    ...[1, 2].map((project) => observation(project, message, { success: false })),
  ];
  expect(patternFrom(both, judgementOf(null), NOW)).toBeNull();
});

test("two similar fixes of two projects make a pattern that knows both errors again, and no other", () => {
  const events = [
    event({ type: "LedgerError", message: "Ledger for account 17 is out of balance by 3.20 after closing" }),
    event({
      type: "LedgerError",
      message: "Ledger for account 99812 is out of balance by 7.00 after closing",
    }),
  ];
  const seen = events.map((each, index) =>
    observation(index + 1, "", { shape: shapeOf(each, { category: "unknown", severity: "high" }) })
  );
  const pattern = patternFrom(clusterAround(seen[1]!, seen), judgementOf(events[1]!), NOW)!;
  expect(pattern).toMatchObject({ status: "active", success_count: 2, project_count: 2, severity: "high" });
  expect(pattern.actions).toMatchObject([{
    action: "configuration.revert",
    prior: { alpha: 2.6, beta: 1.4 },
  }]);
  const match = patternMatchSchema.parse(pattern.match);
  for (const each of events) expect(matchConditions(readEvent(each), match)!.strength).toBeGreaterThan(0.8);
  const other = event({ type: "LedgerError", message: "Ledger is closed" });
  expect(matchConditions(readEvent(other), match)).toBeNull();
});

test("a fault that has too little in common to be known again makes no pattern", () => {
  expect(conditionsOf([observation(1, "failed"), observation(2, "failed")])).toBeNull();
  expect(conditionsOf([observation(1, "the end"), observation(2, "the end")])).toBeNull();
});

test("names of runbooks stay in their project", () => {
  const message = "ledger is out of balance after closing";
  const seen = [1, 2, 3].map((project) =>
    observation(project, message, { action: "webhook.acme-restart", shareable: false })
  );
  expect(agreedActions(seen)).toEqual([]);
});

test("the category is found by the words where diagnoses did not tell", () => {
  expect(guessCategory(["dns", "lookup", "host", "not", "found"])).toBe("network");
  expect(guessCategory(["rate", "limit", "exceeded", "too", "many", "requests"])).toBe("rate_limit");
  expect(guessCategory(["zebra", "crossing"])).toBe("unknown");
});

/** Outcomes of one pattern in three projects: fixes work where `works` says so. */
function outcomes(count: number, works: (index: number) => boolean, codeOf: (index: number) => string) {
  return Array.from(
    { length: count },
    (_, index) =>
      observation(1 + index % 3, "the payment provider refused the request for now", {
        success: works(index),
        shape: { codes: [codeOf(index)] },
      }),
  );
}

test("a pattern whose fixes work only with one code is split by it", () => {
  const lumped = outcomes(16, (index) => index < 8, (index) => index < 8 ? "try_later" : "blocked");
  const split = findSplit(lumped)!;
  expect(["try_later", "blocked"]).toContain(split.clause.codes?.[0]);
  const sides = splitSides(lumped, judgementOf(null), NOW)!;
  expect(sides.patterns.map(({ status }) => status).sort()).not.toEqual(["active", "active"]);
  expect(new Set(sides.patterns.map(({ slug }) => slug)).size).toBe(2);
  for (const { match } of sides.patterns) expect(patternMatchSchema.safeParse(match).success).toBe(true);
});

test("chance differences do not split a pattern", () => {
  const few = outcomes(7, (index) => index < 4, (index) => index < 4 ? "try_later" : "blocked");
  expect(findSplit(few)).toBeNull();
  const mixed = outcomes(24, (index) => index % 2 === 0, (index) => index < 12 ? "try_later" : "blocked");
  expect(findSplit(mixed)).toBeNull();
});

test("what only one project has splits no pattern", () => {
  const own = Array.from(
    { length: 16 },
    (_, index) =>
      observation(index < 8 ? 1 : 2, "the payment provider refused the request for now", {
        success: index < 8,
        shape: { codes: [index < 8 ? "acme_code" : "try_later"] },
      }),
  );
  expect(findSplit(own)).toBeNull();
});
