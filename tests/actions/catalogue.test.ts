import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actionsFor, CATALOGUE, findAction } from "../../supabase/functions/_shared/actions/catalogue.ts";
import {
  factsFromDeclarations,
  sameJson,
  strictDeclarationsSchema,
} from "../../supabase/functions/_shared/actions/declarations.ts";
import { parseIntegrations } from "../../supabase/functions/_shared/actions/integrations.ts";
import { matchesWhen } from "../../supabase/functions/_shared/actions/matcher.ts";
import { bounded } from "../../supabase/functions/_shared/actions/configuration/move-limit.ts";
import { diagnosis } from "./support/diagnoses.ts";
import { parsed } from "./support/targets.ts";

describe("the catalogue", () => {
  it("has at least fifteen actions with unique names of the form target.verb", () => {
    const names = CATALOGUE.map((action) => action.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(15);
    for (const { name, target } of CATALOGUE) {
      expect(name).toMatch(new RegExp(`^${target}\\.[a-z]+(-[a-z]+)*$`));
    }
  });

  it("gives every action the time to be seen and verified, within half an hour", () => {
    for (const { name, expectedRecoveryMs, verificationWindowMs } of CATALOGUE) {
      expect(verificationWindowMs, name).toBeGreaterThan(expectedRecoveryMs);
      expect(verificationWindowMs, name).toBeLessThanOrEqual(30 * 60_000);
    }
  });

  it("lets nothing dangerous or irreversible pass for more than it is", () => {
    const restricted = CATALOGUE.filter((action) => !action.reversible || action.risk === "dangerous");
    expect(restricted.map((action) => action.name)).toEqual([
      "postgres.end-blocking-session",
      "webhook.call",
      "vercel.rollback-with-approval",
      "vercel.abort-rolling-release-with-approval",
      "supabase.redeploy-function-with-approval",
      "process.rollback-with-approval",
    ]);
  });

  it("offers a project only what it has set up", () => {
    const none = actionsFor(parsed([]));
    expect(new Set(none.map((action) => action.target))).toEqual(new Set(["configuration"]));
    const some = parsed([
      { kind: "postgres", name: "default", configuration: { schemas: ["public"] } },
      { kind: "webhook", name: "restart", configuration: { title: "Restart", url: "https://example.com" } },
      { kind: "openai", name: "default", configuration: {} },
    ]);
    expect(new Set(actionsFor(some).map((action) => action.target))).toEqual(
      new Set(["configuration", "postgres", "webhook"]),
    );
    expect(findAction("webhook.restart", some)?.title).toBe("Restart");
    expect(findAction("webhook.other", some)).toBeNull();
    expect(findAction("github.open-issue", some)).toBeNull();
  });
});

describe("parseIntegrations", () => {
  it("leaves out what is faulty, says where, and never quotes a value", () => {
    const { integrations, faults } = parseIntegrations([
      { kind: "webhook", name: "good", configuration: { title: "Good", url: "https://example.com" } },
      { kind: "webhook", name: "bad", configuration: { title: "Bad", url: "SECRET" } },
      { kind: "webhook", name: "call", configuration: { title: "Call", url: "https://example.com" } },
      { kind: "github", name: "default", configuration: { owner: "a/../b", repository: ".." } },
      { kind: "postgres", name: "default", configuration: { schemas: "public" } },
      { kind: "postgres", name: "other", configuration: { schemas: ["secret"] } },
      { kind: "slack", name: "ops", configuration: {} },
    ]);
    expect(integrations.runbooks.map((one) => one.name)).toEqual(["good"]);
    expect(integrations).toMatchObject({
      github: null,
      postgres: null,
      channels: [{ kind: "slack", name: "ops" }],
    });
    expect(faults).toHaveLength(4);
    expect(faults.join()).toContain("url");
    expect(faults.join()).not.toContain("SECRET");
  });

  it("takes a queue only with the word that its jobs may run again", () => {
    const queue = {
      schema: "public",
      table: "jobs",
      id: "id",
      status: "state",
      ready: "ready",
      dead: "dead",
    };
    const postgres = (queues: unknown) =>
      parseIntegrations([{
        kind: "postgres",
        name: "default",
        configuration: { schemas: ["public"], queues },
      }]);
    expect(postgres({ emails: { ...queue, retryable: true } }).faults).toEqual([]);
    for (const retryable of [false, undefined, "yes"]) {
      expect(postgres({ emails: { ...queue, retryable } }).faults).toHaveLength(1);
    }
  });
});

describe("matchesWhen", () => {
  const seen = diagnosis({ host: "api.stripe.com", sqlstate: "57014", columns: ["a", "b"], dead_count: 3 }, {
    category: "dependency",
    patterns: [{ patternId: "1", slug: "upstream-timeout", strength: 0.9, why: "" }],
  });

  it.each([
    [{ categories: ["dependency" as const] }, true],
    [{ patterns: ["other", "upstream-timeout"] }, true],
    [{ hosts: ["api.stripe.com"], sqlstates: ["57014"] }, true],
    [{ facts: { columns: ["b"], dead_count: ["3"] } }, true],
    [{ hosts: ["api.stripe.com"], sqlstates: ["23505"] }, false],
    [{ hosts: ["stripe.com"] }, false],
    [{ facts: { absent: ["x"] } }, false],
    [{ categories: ["network" as const] }, false],
    [undefined, false],
  ])("%j: %s", (when, expected) => expect(matchesWhen(when, seen)).toBe(expected));
});

describe("factsFromDeclarations", () => {
  const declarations = strictDeclarationsSchema.parse({
    "app.breakers.payments": { kind: "breaker", when: { hosts: ["api.stripe.com"] } },
    "app.batch": { kind: "limit", min: 1, max: 9, relief: "lower", when: { categories: ["rate_limit"] } },
    "app.aaa": { kind: "limit", min: 1, max: 9, when: { categories: ["rate_limit"] } },
    "app.flags.quiet": { kind: "flag", safe: false },
    "app.fallbacks.pay": { kind: "fallback", when: { hosts: ["api.stripe.com"] } },
  });

  it("names the declared keys for what the error is about", () => {
    expect(
      factsFromDeclarations(declarations, diagnosis({ host: "api.stripe.com", breaker: "api.stripe.com" })),
    ).toEqual({
      breaker: "app.breakers.payments",
      fallback: "app.fallbacks.pay",
    });
  });

  it("takes the first key by name, and tells in which direction a limit brings relief", () => {
    const limited = diagnosis({}, { category: "rate_limit" });
    expect(factsFromDeclarations(declarations, limited)).toEqual({ limit: "app.aaa" });
    const { "app.aaa": _aaa, ...others } = declarations;
    expect(factsFromDeclarations(others, limited)).toEqual({ limit: "app.batch", limit_relief: "lower" });
  });

  it("does not overrule what the event itself named", () => {
    const told = diagnosis({ host: "api.stripe.com", breaker: "mine", fallback: "own" });
    expect(factsFromDeclarations(declarations, told)).toEqual({});
  });

  it("refuses declarations for keys that are not the application's when they are stored", () => {
    expect(strictDeclarationsSchema.safeParse({ "healing.mode": { kind: "flag", safe: 1 } }).success).toBe(
      false,
    );
    expect(strictDeclarationsSchema.safeParse({ "app.x": { kind: "limit", min: 2, max: 1 } }).success).toBe(
      false,
    );
  });
});

describe("bounded", () => {
  it("stays within the bounds and moves in its direction or not at all, whatever the numbers", () => {
    const range = fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.nat(1000)).map(([min, size]) => ({
      min,
      max: min + size,
    }));
    fc.assert(
      fc.property(
        range,
        fc.nat(1000),
        fc.constantFrom(0.1, 0.5, 1.5, 4),
        fc.boolean(),
        (bounds, offset, factor, integer) => {
          const value = Math.min(bounds.max, bounds.min + offset);
          const moved = bounded(value, factor, { ...bounds, integer });
          expect(moved).toBeGreaterThanOrEqual(bounds.min);
          expect(moved).toBeLessThanOrEqual(bounds.max);
          if (integer) expect(Number.isInteger(moved)).toBe(true);
          if (value > 0) expect(factor < 1 ? moved <= value : moved >= value).toBe(true);
        },
      ),
    );
  });

  it.each([[7, 0.5, 3], [1, 1.5, 2], [40, 1.5, 50], [2, 0.5, 1]])(
    "%d times %d is %d",
    (value, factor, expected) => {
      expect(bounded(value, factor, { min: 1, max: 50, integer: true })).toBe(expected);
    },
  );
});

describe("sameJson", () => {
  it("ignores the order of keys and nothing else", () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).toReversed());
      expect(sameJson(JSON.parse(JSON.stringify(value)), JSON.parse(JSON.stringify(turned)))).toBe(true);
    }));
    for (const [a, b] of [[1, "1"], [[1, 2], [2, 1]], [{ a: 1 }, { a: 2 }], [null, 0]] as const) {
      expect(sameJson(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)))).toBe(false);
    }
  });
});
