import { describe, expect, it } from "vitest";
import { diagnose } from "../../supabase/functions/_shared/diagnose/diagnose.ts";
import { sqlstateOfCondition } from "../../supabase/functions/_shared/diagnose/reading/sqlstate.ts";
import { textTokens } from "../../supabase/functions/_shared/diagnose/tokens.ts";
import { fingerprintEvent } from "../../supabase/functions/_shared/signals/fingerprint/fingerprint-event.ts";
import { parseEncoding } from "../../supabase/functions/_shared/signals/protocol/decompress.ts";
import { Rejection } from "../../supabase/functions/_shared/signals/protocol/rejection.ts";
import { event, exception } from "./events.ts";

/** Every object answers to these, whether or not anybody gave it a member of that name. */
describe.each(["constructor", "__proto__", "toString", "valueOf", "hasOwnProperty"])(
  "the name %s",
  (name) => {
    it("in a fingerprint that was asked for is a variable that has no value", () => {
      const { components } = fingerprintEvent(
        event({ message: "x", clientFingerprint: [`{{ ${name} }}`, `{{ tags.${name} }}`] }),
      );
      expect(components[0]!.values).toEqual([`<no-${name}>`, `<no-tags.${name}>`]);
    });

    it("of a tag in a rule fits no event that has no such tag", () => {
      const rule = {
        id: "1",
        matchers: [{ field: `tags.${name}` as const, pattern: "*" }],
        fingerprint: ["x"],
      };
      expect(fingerprintEvent(event({ message: "x" }), [rule]).components[0]!.kind).toBe("message");
    });

    it("is no encoding, no condition of a database, and no word for another", () => {
      expect(() => parseEncoding(name)).toThrow(Rejection);
      expect(sqlstateOfCondition(name)).toBeNull();
      expect([...textTokens(name)].every((token) => typeof token === "string")).toBe(true);
    });

    it("as the type of an error is diagnosed like any other", () => {
      const broken = event({ exceptions: [exception(name, `Class ${name} cannot be invoked`, [])] });
      const { probableCause, facts } = diagnosisOf(broken);
      expect(probableCause).toContain(".");
      expect(facts.sqlstate ?? null).toBeNull();
    });
  },
);

function diagnosisOf(broken: ReturnType<typeof event>) {
  const now = new Date("2026-03-01T12:00:00Z");
  return diagnose({
    now,
    event: broken,
    issue: {
      firstSeenAt: now.toISOString(),
      episodeStartedAt: now.toISOString(),
      isBack: false,
      eventCount: 1,
      userCount: 1,
      minuteCounts: [],
    },
    traffic: null,
    patterns: [],
    changes: [],
    suspects: null,
    inspection: null,
  });
}
