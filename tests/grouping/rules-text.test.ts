import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  MATCHER_FIELDS,
  type MatcherField,
} from "../../supabase/functions/_shared/signals/fingerprint/rules.ts";
import {
  parseRules,
  printRules,
  RuleTextError,
  type WrittenRule,
} from "../../supabase/functions/_shared/signals/fingerprint/rules-text.ts";

describe("the text of rules", () => {
  it("says conditions, parts of the fingerprint, a title, notes and what is off", () => {
    expect(parseRules(`
      # a note
      type:DatabaseError path:"src/billing/*" -> billing, {{ default }} title="Billing database"
      off !environment:production tags."a b":c -> not-production
    `)).toEqual([
      {
        matchers: [{ field: "type", pattern: "DatabaseError" }, { field: "path", pattern: "src/billing/*" }],
        fingerprint: ["billing", "{{ default }}"],
        title: "Billing database",
      },
      {
        matchers: [
          { field: "environment", pattern: "production", negate: true },
          { field: "tags.a b", pattern: "c" },
        ],
        fingerprint: ["not-production"],
        enabled: false,
      },
    ]);
  });

  it("understands Sentry's names", () => {
    const [rule] = parseRules(
      'error.type:X error.value:"a b" stack.function:f -> {{ error.type }}, {{ function }}',
    );
    expect(rule!.matchers.map(({ field }) => field)).toEqual(["type", "value", "function"]);
  });

  it.each<[string, number, string]>([
    ["type:X", 1, "needs ->"],
    ["# fine\n\ntype:X ->", 3, "parts of the fingerprint are missing"],
    ["-> x", 1, "without conditions"],
    ["off -> x", 1, "is no condition"],
    ["type:X -> a,", 1, "is empty"],
    ["type:X -> , a", 1, "is empty"],
    ["type:X -> a,,b", 1, "is empty"],
    ['type:X -> "a" "b"', 1, "separated by commas"],
    ['type:X -> "a', 1, "not closed"],
    ['type:"X -> a', 1, "needs ->"],
    ["colour:red -> a", 1, "colour is no field"],
    ["type -> a", 1, '"type" is no condition'],
    ['type:"X"y -> a', 1, "is no condition"],
    ["type:X -> a\r\nconstructor:X -> a", 2, "constructor is no field"],
    ["__proto__:X -> a", 1, "__proto__ is no field"],
  ])("is refused with the line and the reason: %j", (text, line, message) => {
    let thrown: unknown;
    try {
      parseRules(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(RuleTextError);
    expect((thrown as RuleTextError).line).toBe(line);
    expect((thrown as RuleTextError).message).toContain(message);
  });

  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
  /** Blanks around a part or a pattern, and nothing but blanks, mean nothing: they are written in quotes. */
  const rules = fc.array(
    fc.record({
      matchers: fc.array(
        fc.record({
          field: fc.oneof(
            fc.constantFrom<MatcherField>(...MATCHER_FIELDS),
            text.map((tag): MatcherField => `tags.${tag}`),
          ),
          pattern: text,
          negate: fc.constant(true),
        }, { requiredKeys: ["field", "pattern"] }),
        { minLength: 1, maxLength: 4 },
      ),
      fingerprint: fc.array(fc.oneof(text, fc.constantFrom("{{ default }}", "{{ tags.a-b }}", "->", ",")), {
        minLength: 1,
        maxLength: 4,
      }),
      title: text,
      enabled: fc.constant(false),
    }, { requiredKeys: ["matchers", "fingerprint"] }),
    { maxLength: 5 },
  ) as fc.Arbitrary<WrittenRule[]>;

  it("printed and read again gives the same rules, whatever is in them", () => {
    fc.assert(
      fc.property(rules, (written) => {
        expect(parseRules(printRules(written))).toEqual(written);
      }),
      {
        numRuns: 2_000,
      },
    );
  });

  it("either is read or is refused with a line that it has, whatever it is", () => {
    const token = fc.constantFrom(
      "type:",
      "X",
      '"',
      "->",
      ",",
      " ",
      "\\",
      "\n",
      "!",
      "off ",
      "#",
      "{{ default }}",
      'title="',
      "tags.",
      "é",
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }).map((parts) => parts.join("")), (written) => {
        try {
          parseRules(written);
        } catch (error) {
          expect(error).toBeInstanceOf(RuleTextError);
          const { line } = error as RuleTextError;
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(written.split("\n").length);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['title="', (n: number) => `type:x -> a${' title="'.repeat(n / 8)}`],
    ["escapes", (n: number) => `type:"${"\\".repeat(n)} -> a`],
    ["quotes", (n: number) => `type:x -> ${'"'.repeat(n)}`],
    ["blanks", (n: number) => `type:x${" ".repeat(n)}y -> a`],
    ["blanks after a title", (n: number) => `type:x -> a title="b"${" ".repeat(n)}c`],
    ["commas", (n: number) => `type:x -> ${"a,".repeat(n / 2)}`],
    ["conditions", (n: number) => `${"type:x ".repeat(n / 7)}`],
    ["dots", (n: number) => `${"tags.".repeat(n / 5)} -> a`],
    ["arrows", (n: number) => "->".repeat(n / 2)],
    ["lines", (n: number) => "\n".repeat(n)],
  ])("needs linear time for hostile %s", (_what, make) => {
    const took = (n: number) => {
      const hostile = make(n);
      const began = performance.now();
      try {
        parseRules(hostile);
      } catch (error) {
        expect(error).toBeInstanceOf(RuleTextError);
      }
      return performance.now() - began;
    };
    took(10_000);
    // The route takes 100,000 characters. Quadratic time for these would be seconds.
    expect(took(100_000)).toBeLessThan(1_000);
  });
});
