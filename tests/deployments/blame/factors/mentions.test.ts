import { describe, expect, it } from "vitest";
import {
  mention,
  mentions,
} from "../../../../supabase/functions/_shared/deployments/blame/factors/mentions.ts";
import { cause, change, favour, guilty, scene } from "../scene.ts";

const SETTING = change({
  kind: "configuration",
  version: null,
  service: null,
  names: ["PAYMENT_TIMEOUT_MS"],
});

describe("mentions", () => {
  it("finds a name whatever its case and separators, but only as words of its own", () => {
    expect(mentions("bad value for payment-timeout-ms", "PAYMENT_TIMEOUT_MS")).toBe(true);
    expect(mentions("repayment timeout", "payment")).toBe(false);
    expect(mentions("a db is down", "db")).toBe(false);
  });

  it("favours the setting that the message names", () => {
    const given = scene({ text: "Invalid PAYMENT_TIMEOUT_MS: abc" }, [SETTING]);
    expect(favour(mention, given, guilty(SETTING), cause("organic"))).toBeGreaterThan(3);
  });

  it("holds it a little against a setting that the message does not name it", () => {
    const given = scene({ text: "undefined is not a function" }, [SETTING]);
    const nats = favour(mention, given, guilty(SETTING), cause("organic"));
    expect(nats).toBeLessThan(0);
    expect(nats).toBeGreaterThan(-1);
  });

  it("does not count the name of the service itself, which its messages bear at any time", () => {
    const ofItself = change({ kind: "edge_function", names: ["shop"] });
    expect(favour(mention, scene({ text: "shop failed" }, [ofItself]), guilty(ofItself), cause("organic")))
      .toBe(0);
  });
});
