import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprintEvent } from "../../supabase/functions/_shared/signals/fingerprint/fingerprint-event.ts";
import { globMatches } from "../../supabase/functions/_shared/signals/fingerprint/glob.ts";
import { previewRules } from "../../supabase/functions/_shared/signals/fingerprint/preview.ts";
import {
  type FingerprintRule,
  ruleMatches,
} from "../../supabase/functions/_shared/signals/fingerprint/rules.ts";
import { event, thrown } from "./events.ts";

const rule = (given: Partial<FingerprintRule>): FingerprintRule => ({
  id: "r1",
  matchers: [],
  fingerprint: ["one"],
  ...given,
});

describe("globs", () => {
  it("match whole values without regard to letter case", () => {
    expect(globMatches("Timeout*", "timeouterror")).toBe(true);
    expect(globMatches("*/src/*.ts", "/srv/src/a/b.ts")).toBe(true);
    expect(globMatches("a?c", "abc")).toBe(true);
    expect(globMatches("a?c", "ac")).toBe(false);
    expect(globMatches("price \\*", "price *")).toBe(true);
    expect(globMatches("price \\*", "price 7")).toBe(false);
    expect(globMatches("timeout", "a timeout")).toBe(false);
  });

  it("need no exponential time for hostile patterns", () => {
    const started = performance.now();
    expect(globMatches("*a".repeat(150) + "b", "a".repeat(2_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it("match every text with a star before and after any part of it", () => {
    fc.assert(fc.property(fc.stringMatching(/^[a-z ./]{1,40}$/), fc.nat(), fc.nat(), (text, a, b) => {
      const [from, to] = [a % text.length, b % text.length].sort((x, y) => x - y) as [number, number];
      return globMatches(`*${text.slice(from, to)}*`, text);
    }));
  });
});

describe("rules of the project", () => {
  const timeout = thrown(
    "TimeoutError: 5 s\n    at query (/srv/src/db/pool.ts:1:1)\n    at list (/srv/src/orders.ts:2:2)",
    "TimeoutError",
    null,
    {
      level: "warning",
      release: "shop@1.2.3",
      environment: "production",
      tags: { region: "eu-west" },
    },
  );

  it("come before the client's fingerprint and the built-in one", () => {
    const rules = [
      rule({
        matchers: [{ field: "type", pattern: "Timeout*" }],
        fingerprint: ["timeouts", "{{ tags.region }}"],
        title: "Time-out in {{ function }}",
      }),
    ];
    const grouping = fingerprintEvent({ ...timeout, clientFingerprint: ["mine"] }, rules);
    expect(grouping.components[0]).toMatchObject({ kind: "rule", values: ["timeouts", "eu-west"] });
    expect(grouping.title).toBe("Time-out in query");
    expect(grouping.fingerprint).not.toBe(
      fingerprintEvent({ ...timeout, clientFingerprint: ["mine"] }).fingerprint,
    );
  });

  it("match on every field", () => {
    for (
      const [field, pattern] of [
        ["type", "TimeoutError"],
        ["value", "5*"],
        ["message", "*s"],
        ["path", "*/db/*"],
        ["function", "query"],
        ["level", "warning"],
        ["release", "shop@1.*"],
        ["environment", "prod*"],
        ["platform", "javascript"],
        ["tags.region", "eu-*"],
        ["app", "yes"],
      ] as const
    ) {
      expect([field, ruleMatches(rule({ matchers: [{ field, pattern }] }), timeout)]).toEqual([field, true]);
      expect([field, ruleMatches(rule({ matchers: [{ field, pattern: "something else" }] }), timeout)])
        .toEqual([field, false]);
    }
  });

  it("need all matchers, and those on frames on one and the same frame", () => {
    const both = (path: string, name: string) =>
      rule({ matchers: [{ field: "path", pattern: path }, { field: "function", pattern: name }] });
    expect(ruleMatches(both("*/pool.ts", "query"), timeout)).toBe(true);
    expect(ruleMatches(both("*/pool.ts", "list"), timeout)).toBe(false);
  });

  it("can ask that nothing matches, can be off, and never match without matchers", () => {
    expect(ruleMatches(rule({ matchers: [{ field: "type", pattern: "TypeError", negate: true }] }), timeout))
      .toBe(true);
    expect(ruleMatches(rule({ matchers: [{ field: "path", pattern: "*/pool.ts", negate: true }] }), timeout))
      .toBe(false);
    expect(ruleMatches(rule({ matchers: [{ field: "type", pattern: "*" }], enabled: false }), timeout)).toBe(
      false,
    );
    expect(ruleMatches(rule({}), timeout)).toBe(false);
  });
});

describe("the preview of rules", () => {
  const events = [
    ...[1, 2, 3].map((n) => event({ eventId: `${n}`.repeat(32), message: `cannot reach host ${n}` })),
    event({ eventId: "a".repeat(32), message: "no route to billing" }),
    event({ eventId: "b".repeat(32), message: "quota exceeded" }),
  ];

  it("tells which events would move, what would merge and which rules match nothing", () => {
    const preview = previewRules([
      rule({ id: "network", matchers: [{ field: "message", pattern: "*reach*" }], fingerprint: ["network"] }),
      rule({
        id: "routes",
        matchers: [{ field: "message", pattern: "no route*" }],
        fingerprint: ["network"],
      }),
      rule({ id: "idle", matchers: [{ field: "message", pattern: "never" }] }),
    ], events);
    expect(preview).toMatchObject({ eventCount: 5, movedCount: 4, issueCountBefore: 3, issueCountAfter: 2 });
    expect(preview.matchesByRule).toEqual({ network: 3, routes: 1, idle: 0 });
    expect(preview.merges).toHaveLength(1);
    expect(preview.merges[0]!.from).toHaveLength(2);
    expect(preview.moves[0]).toMatchObject({ ruleId: "network", eventCount: 3 });
    expect(preview.splits).toEqual([]);
  });

  it("tells which issues would split", () => {
    const preview = previewRules([rule({ matchers: [{ field: "message", pattern: "*host 1" }] })], events);
    expect(preview.splits).toHaveLength(1);
    expect(preview.movedCount).toBe(1);
  });

  it("moves nothing when there are no rules", () => {
    expect(previewRules([], events)).toMatchObject({
      movedCount: 0,
      issueCountBefore: 3,
      issueCountAfter: 3,
    });
  });
});
