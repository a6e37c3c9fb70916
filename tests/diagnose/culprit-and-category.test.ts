import { describe, expect, it } from "vitest";
import { categorize } from "../../supabase/functions/_shared/diagnose/category.ts";
import { findCulprit } from "../../supabase/functions/_shared/diagnose/culprit.ts";
import type { Frame } from "../../supabase/functions/_shared/signals/event.ts";
import { event, frame } from "./fixtures.ts";

function withFrames(...stacks: Frame[][]) {
  const one = event({ type: "Error", message: "it failed" });
  return { ...one, exceptions: stacks.map((frames) => ({ ...one.exceptions[0]!, frames })) };
}

describe("the culprit", () => {
  it("is the innermost frame of own code", () => {
    expect(findCulprit(withFrames([
      frame({ function: "main", filename: "src/main.ts", line: 3, inApp: true }),
      frame({ function: "pay", filename: "src/pay.ts", line: 40, inApp: true }),
      frame({ function: "request", filename: "node_modules/axios/index.js", line: 9, inApp: false }),
    ]))).toEqual({ function: "pay", filename: "src/pay.ts", line: 40 });
  });

  it("is looked for in the root cause before the exceptions around it", () => {
    expect(
      findCulprit(withFrames(
        [frame({ function: "query", filename: "src/db.ts", inApp: true })],
        [frame({ function: "handler", filename: "src/api.ts", inApp: true })],
      ))?.function,
    ).toBe("query");
  });

  it("is in the exceptions around it when the root cause has no own code", () => {
    expect(
      findCulprit(withFrames(
        [frame({ function: "connect", filename: "node_modules/pg/lib/client.js", inApp: false })],
        [frame({ function: "handler", filename: "src/api.ts", inApp: true })],
      ))?.function,
    ).toBe("handler");
  });

  it("is what the judgement of the frames says, whatever their paths look like", () => {
    expect(
      findCulprit(withFrames([
        frame({ function: "vendored", filename: "node_modules/@shop/core/pay.js", inApp: true }),
        frame({ function: "generated", filename: "src/generated/client.ts", inApp: false }),
      ]))?.function,
    ).toBe("vendored");
  });

  it("is guessed from the path when nobody has judged the frames", () => {
    expect(
      findCulprit(withFrames([
        frame({ function: "own", filename: "app.js", absPath: "/srv/app.js" }),
        frame({ function: "lib", filename: "index.js", absPath: "/srv/node_modules/lib/index.js" }),
        frame({ function: "emit", filename: "node:events" }),
      ]))?.function,
    ).toBe("own");
  });

  it("is the innermost frame at all when there is no own code, and null without frames", () => {
    expect(
      findCulprit(withFrames([frame({ function: "lib", filename: "node_modules/lib/a.js", inApp: false })]))
        ?.function,
    )
      .toBe("lib");
    expect(findCulprit(withFrames([]))).toBeNull();
  });
});

describe("the category", () => {
  const of = (more: Partial<Parameters<typeof categorize>[0]>) =>
    categorize({
      event: event({ type: "Error", message: "it failed" }),
      patternCategory: null,
      configurationProbability: 0,
      deploymentProbability: 0,
      facts: {},
      ...more,
    });

  it("is that of the cause when a change is nearly certain", () => {
    expect(of({ patternCategory: "database", configurationProbability: 0.9 })).toBe("configuration");
    expect(of({ patternCategory: "database", deploymentProbability: 0.8 })).toBe("deployment");
    expect(of({ patternCategory: "database", configurationProbability: 0.4 })).toBe("database");
  });

  it.each([
    [{ sqlstate: "53300" }, "resource"],
    [{ sqlstate: "23505" }, "validation"],
    [{ sqlstate: "42P01" }, "database"],
    [{ code: "ECONNRESET" }, "network"],
    [{ code: "PGRST201" }, "database"],
    [{ environment_variable: "KEY" }, "configuration"],
    [{ status: 429 }, "rate_limit"],
    [{ status: 401 }, "authentication"],
    [{ status: 503 }, "dependency"],
    [{}, "unknown"],
  ])("follows from %j without a pattern: %s", (facts, expected) => {
    expect(of({ facts })).toBe(expected);
  });

  it("is frontend for the browser and runtime for a language's own errors elsewhere", () => {
    expect(of({ event: event({ type: "TypeError", message: "x", platform: "javascript" }) })).toBe(
      "frontend",
    );
    expect(of({ event: event({ type: "TypeError", message: "x", platform: "node" }) })).toBe("runtime");
  });
});
