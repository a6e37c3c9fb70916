import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LEVELS } from "../../supabase/functions/_shared/signals/event.ts";
import { SEVERITIES } from "../../supabase/functions/_shared/diagnose/diagnosis.ts";
import { type Impact, rateSeverity } from "../../supabase/functions/_shared/diagnose/severity.ts";
import { event } from "./fixtures.ts";

const QUIET: Impact = {
  ratePerMinute: 1,
  userCount: 1,
  failingShare: null,
  requestCount: null,
  sinceOnsetMinutes: 1,
};
const plain = event({ type: "Error", message: "it failed" });
const rate = (impact: Partial<Impact> = {}, more: Partial<Parameters<typeof rateSeverity>[0]> = {}) =>
  rateSeverity({ event: plain, pattern: null, impact: { ...QUIET, ...impact }, ...more }).severity;
const HARM: Record<string, number> = { low: 0, medium: 1, high: 2, critical: 3 };

describe("severity", () => {
  it("is low for a single error that few notice", () => {
    expect(rate()).toBe("low");
  });

  it("rises with users, rate and the share of failing requests", () => {
    expect(rate({ userCount: 60 })).toBe("medium");
    expect(rate({ userCount: 60, ratePerMinute: 100 })).toBe("high");
    expect(rate({ failingShare: 0.5, requestCount: 100 })).toBe("high");
  });

  it("rises on the way to signing in, paying or administering", () => {
    const paying = event({
      type: "Error",
      message: "it failed",
      url: "https://shop.example/api/checkout?next=/",
    });
    expect(rate({}, { event: paying })).toBe("medium");
    const harmless = event({
      type: "Error",
      message: "it failed",
      url: "https://admin.example/themes?token=1",
    });
    expect(rate({}, { event: harmless })).toBe("low");
  });

  it("rises when nothing caught the error", () => {
    const [exception] = plain.exceptions;
    const uncaught = { ...plain, exceptions: [{ ...exception!, handled: false }] };
    expect(rate({}, { event: uncaught })).toBe("medium");
  });

  it("does not judge by the share of a handful of requests", () => {
    expect(rate({ failingShare: 1, requestCount: 3 })).toBe("low");
  });

  it("is critical where data is in danger, if that is certain enough", () => {
    expect(rate({}, { pattern: { severity: "critical", strength: 0.92 } })).toBe("critical");
    expect(rate({}, { pattern: { severity: "critical", strength: 0.5 } })).toBe("high");
  });

  it("is critical when everything stays down, but not while automation still has its chance", () => {
    const down = { failingShare: 0.99, requestCount: 5_000, ratePerMinute: 900, userCount: 400 };
    expect(rate({ ...down, sinceOnsetMinutes: 2 })).toBe("high");
    expect(rate({ ...down, sinceOnsetMinutes: 20 })).toBe("critical");
  });

  it("never falls when the impact grows", () => {
    const impact = fc.record({
      ratePerMinute: fc.nat(200),
      userCount: fc.nat(200),
      failingShare: fc.float({ min: 0, max: 1, noNaN: true }),
      requestCount: fc.nat(1_000),
      sinceOnsetMinutes: fc.nat(60),
    });
    fc.assert(fc.property(impact, impact, fc.constantFrom(...LEVELS), (a, b, level) => {
      const worse = {
        ratePerMinute: Math.max(a.ratePerMinute, b.ratePerMinute),
        userCount: Math.max(a.userCount, b.userCount),
        failingShare: Math.max(a.failingShare, b.failingShare),
        requestCount: Math.max(a.requestCount, b.requestCount),
        sinceOnsetMinutes: Math.max(a.sinceOnsetMinutes, b.sinceOnsetMinutes),
      };
      const of = (impact: Impact) =>
        HARM[rateSeverity({ event: { ...plain, level }, pattern: null, impact }).severity]!;
      expect(of(worse)).toBeGreaterThanOrEqual(of(a));
    }));
  });

  it("always gives its reasons", () => {
    for (const severity of SEVERITIES) {
      const { reasons } = rateSeverity({ event: plain, pattern: { severity, strength: 0.9 }, impact: QUIET });
      expect(reasons.length).toBeGreaterThan(0);
    }
  });
});
