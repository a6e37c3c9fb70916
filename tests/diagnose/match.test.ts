import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchPatterns } from "../../supabase/functions/_shared/diagnose/match.ts";
import { PATTERNS } from "../../supabase/functions/_shared/diagnose/patterns/catalogue.ts";
import {
  type KnownPattern,
  patternMatchSchema,
} from "../../supabase/functions/_shared/diagnose/patterns/pattern.ts";
import { globMatches, phraseIn, preparePhrase } from "../../supabase/functions/_shared/diagnose/phrase.ts";
import { event } from "./fixtures.ts";

function pattern(match: unknown, slug = "learnt"): KnownPattern {
  return { slug, title: slug, category: "unknown", severity: "low", match: patternMatchSchema.parse(match) };
}
const inText = (phrase: string, text: string) => phraseIn(preparePhrase(phrase), text.toLowerCase());

describe("a phrase", () => {
  it("is found whatever its case and whitespace", () => {
    expect(inText("Deadlock   Detected", "ERROR: deadlock detected")).toBe(true);
  });

  it("begins and ends with whole words", () => {
    expect(inText("lock detected", "deadlock detected")).toBe(false);
    expect(inText("EPIPE", "write epipes")).toBe(false);
    expect(inText("EPIPE*", "write epipes")).toBe(true);
  });

  it("goes on looking when the first place is only part of a word", () => {
    expect(inText("lock", "deadlock, then lock")).toBe(true);
  });

  it("spans any text with a star, in order", () => {
    expect(inText("relation * does not exist", 'relation "orders" does not exist')).toBe(true);
    expect(inText("does not exist * relation", 'relation "orders" does not exist')).toBe(false);
  });

  it("is in every text that was made from it", () => {
    const word = fc.stringMatching(/^[a-z]{4,8}$/);
    fc.assert(fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), word, (parts, filler) => {
      expect(inText(parts.join(" * "), `x ${parts.join(` ${filler} `)} y`)).toBe(true);
    }));
  });

  it("takes linear time on a text made to cost much", () => {
    const hostile = preparePhrase(`${"a*".repeat(99)}b`);
    const started = performance.now();
    for (let i = 0; i < 100; i++) phraseIn(hostile, "a".repeat(2_000));
    // A backtracking search would not end in the age of the universe; the limit only has to tell the two apart.
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe("a glob", () => {
  it.each([
    ["*.supabase.co", "abc.supabase.co", true],
    ["*.supabase.co", "supabase.co.evil.example", false],
    ["a*a", "a", false],
    ["a*b*b", "axb", false],
    ["a*b*c", "axxbyyc", true],
    ["a*b*c", "axxcyyb", false],
    ["error", "error", true],
    ["error", "typeerror", false],
  ])("%s against %s: %s", (glob, text, expected) => {
    expect(globMatches(glob, text)).toBe(expected);
  });
});

describe("matching", () => {
  it("trusts a code more than its mention, and a mention more than short wording", () => {
    const [known] = [pattern({ anyOf: [{ codes: ["40001"] }, { messages: ["serialize access"] }] })];
    const strength = (message: string, extra = {}) =>
      matchPatterns(event({ type: "Error", message, extra }), [known])[0]?.strength ?? 0;
    const [field, mention, wording] = [
      strength("failed", { code: "40001" }),
      strength("failed (SQLSTATE 40001)"),
      strength("could not serialize access"),
    ];
    expect(field).toBeGreaterThan(mention);
    expect(mention).toBeGreaterThan(wording);
    expect(wording).toBeGreaterThan(0.5);
  });

  it("trusts more conditions and longer wording more", () => {
    const of = (match: unknown) =>
      matchPatterns(
        event({ type: "PaymentError", message: "card was declined by the issuing bank", status: 402 }),
        [
          pattern(match),
        ],
      )[0]?.strength ?? 0;
    expect(of({ anyOf: [{ messages: ["card was declined by the issuing bank"] }] }))
      .toBeGreaterThan(of({ anyOf: [{ messages: ["declined"] }] }));
    expect(of({ anyOf: [{ messages: ["declined"], types: ["PaymentError"], statuses: ["402"] }] }))
      .toBeGreaterThan(of({ anyOf: [{ messages: ["declined"] }] }));
  });

  it("needs every condition of a clause and none of the exclusions", () => {
    const failed = event({ type: "PaymentError", message: "card declined" });
    expect(
      matchPatterns(failed, [pattern({ anyOf: [{ messages: ["card declined"], types: ["OtherError"] }] })]),
    ).toEqual([]);
    expect(
      matchPatterns(failed, [
        pattern({ anyOf: [{ messages: ["card declined"] }], noneOf: [{ types: ["payment*"] }] }),
      ]),
    ).toEqual([]);
  });

  it("finds codes where drivers, PostgREST and model providers put them", () => {
    const best = (example: Parameters<typeof event>[0]) => matchPatterns(event(example), PATTERNS)[0]?.slug;
    expect(best({
      type: "PostgresError",
      message: "failed",
      contexts: { PostgresError: { code: "40P01", severity: "ERROR", routine: "DeadLockReport" } },
    })).toBe("postgres-deadlock");
    expect(best({
      type: "Error",
      message: 'Request failed: {"code":"PGRST116","details":null,"hint":null,"message":"x"}',
    })).toBe("postgrest-not-one-row");
    expect(best({
      type: "Error",
      message: "call failed",
      extra: {
        response: { error: { message: "no", type: "insufficient_quota", code: "insufficient_quota" } },
      },
    })).toBe("openai-insufficient-quota");
    expect(best({
      type: "IntegrityError",
      message: "(psycopg2.errors.UniqueViolation) failed",
      platform: "python",
    })).toBe("postgres-unique-violation");
  });

  it("does not take the operating system's name for an error code", () => {
    const ambient = event({
      type: "Error",
      message: "failed",
      contexts: { os: { name: "ECONNREFUSED", code: "ENOSPC" } },
    });
    expect(matchPatterns(ambient, PATTERNS)).toEqual([]);
  });

  it("names the row of a stored pattern and explains itself", () => {
    const stored = { ...pattern({ anyOf: [{ codes: ["P2024"] }] }), id: "7" };
    const [match] = matchPatterns(event({ type: "Error", message: "x", extra: { code: "P2024" } }), [stored]);
    expect(match).toEqual({
      patternId: "7",
      slug: "learnt",
      strength: 0.92,
      why: "The event has the code P2024.",
    });
  });

  it("is deterministic, bounded and best first for any event", () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300 }),
        fc.string({ maxLength: 20 }),
        fc.json(),
        (message, type, body) => {
          const strange = event({ type, message: message + body, extra: { body } });
          const matches = matchPatterns(strange, PATTERNS);
          expect(matches).toEqual(matchPatterns(structuredClone(strange), PATTERNS));
          expect(matches.length).toBeLessThanOrEqual(5);
          const strengths = matches.map(({ strength }) => strength);
          expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
          expect(strengths.every((strength) => strength >= 0.3 && strength < 1)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("takes less than a millisecond for all built-in patterns on an ordinary event", () => {
    const message =
      "PostgrestError: canceling statement due to statement timeout while loading the cart of user 4711";
    matchPatterns(event({ type: "Error", message }), PATTERNS);
    // The fastest of many rounds: what the code costs, not what else the machine was doing.
    const fastest = Math.min(...Array.from({ length: 300 }, (_, i) => {
      const fresh = event({ type: "Error", message: `${message} ${i}` });
      const started = performance.now();
      matchPatterns(fresh, PATTERNS);
      return performance.now() - started;
    }));
    expect(fastest).toBeLessThan(1);
  });
});

describe("conditions from elsewhere", () => {
  it.each([
    ["nothing", { anyOf: [] }],
    ["a clause without conditions", { anyOf: [{}] }],
    ["a host alone", { anyOf: [{ hosts: ["*.example.com"] }] }],
    ["a phrase that fits everything", { anyOf: [{ messages: ["* a *"] }] }],
    ["an unknown condition", { anyOf: [{ regex: "(a+)+$" }] }],
    ["a phrase without end", { anyOf: [{ messages: ["x".repeat(201)] }] }],
    ["a status that is none", { anyOf: [{ statuses: ["999"] }] }],
  ])("with %s are refused", (_, match) => {
    expect(patternMatchSchema.safeParse(match).success).toBe(false);
  });
});
