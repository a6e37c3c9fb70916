import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ErrorEvent } from "../../supabase/functions/_shared/signals/event.ts";
import { bothEnds } from "../../supabase/functions/_shared/signals/protocol/exceptions.ts";
import { normalizeEvent } from "../../supabase/functions/_shared/signals/protocol/normalize.ts";
import { NOW, testContext } from "./support.ts";

const normalize = (raw: Record<string, unknown>): ErrorEvent => normalizeEvent(raw, testContext());

describe("normalising an event", () => {
  it("gives an empty event every field", () => {
    expect(normalize({})).toEqual({
      eventId: "1".padStart(32, "0"),
      occurredAt: NOW.toISOString(),
      level: "error",
      platform: "other",
      logger: null,
      message: null,
      messageTemplate: null,
      exceptions: [],
      release: null,
      environment: null,
      serverName: null,
      transaction: null,
      traceId: null,
      sdk: null,
      tags: {},
      userHash: null,
      clientFingerprint: null,
      request: null,
      breadcrumbs: [],
      contexts: {},
      extra: {},
      debugImages: [],
    });
  });

  it.each([
    [1795262400, "2026-11-21T12:00:00.000Z"],
    [1795262400.25, "2026-11-21T12:00:00.250Z"],
    ["1795262400", "2026-11-21T12:00:00.000Z"],
    [1795262400000, "2026-11-21T12:00:00.000Z"],
    ["2026-11-21T12:00:00Z", "2026-11-21T12:00:00.000Z"],
    ["2026-11-21T13:00:00.5+01:00", "2026-11-21T12:00:00.500Z"],
    ["2026-11-21T12:00:00", "2026-11-21T12:00:00.000Z"],
    ["2026-11-21 12:00:00", "2026-11-21T12:00:00.000Z"],
    ["2099-01-01T00:00:00Z", NOW.toISOString()],
    ["1999-01-01T00:00:00Z", NOW.toISOString()],
    [-1, NOW.toISOString()],
    ["yesterday", NOW.toISOString()],
    [{}, NOW.toISOString()],
    [1e400, NOW.toISOString()],
  ])(
    "reads the time %j",
    (timestamp, expected) => expect(normalize({ timestamp }).occurredAt).toBe(expected),
  );

  it.each([
    ["warn", "warning"],
    ["critical", "fatal"],
    ["log", "info"],
    ["ERROR", "error"],
    ["odd", "error"],
    [40, "error"],
    ["__proto__", "error"],
  ])(
    "reads the level %j as %s",
    (level, expected) => expect(normalize({ level }).level).toBe(expected),
  );

  it.each([
    [{ message: "m" }, "m", null],
    [{ message: { message: "m" } }, "m", null],
    [{ message: { formatted: "m 1", message: "m %s", params: ["1"] } }, "m 1", "m %s"],
    [{ logentry: { message: "m %s of %d", params: ["a", 2] } }, "m a of 2", "m %s of %d"],
    [{ logentry: { message: "m {name}", params: { name: "a" } } }, "m a", "m {name}"],
    [{ logentry: { formatted: "m" } }, "m", null],
    [{ logentry: { message: "m %s" } }, "m %s", null],
    [{ "sentry.interfaces.Message": { message: "m" } }, "m", null],
    [{ message: 7 }, "7", null],
    [{ message: ["m"] }, null, null],
  ])(
    "finds the message in %j",
    (raw, message, messageTemplate) => expect(normalize(raw)).toMatchObject({ message, messageTemplate }),
  );

  const exception = { type: "E", value: "v" };
  it.each([[[exception]], [{ values: [exception] }], [exception], [{ values: [null, exception, 7] }]])(
    "finds the exception in %j",
    (given) => {
      expect(normalize({ exception: given }).exceptions).toMatchObject([{
        type: "E",
        value: "v",
        frames: [],
      }]);
    },
  );

  it.each([null, [], { values: null }, { values: {} }, "E", 7, { values: [null] }])(
    "finds none in %j",
    (given) => {
      expect(normalize({ exception: given }).exceptions).toEqual([]);
    },
  );

  it.each([null, {}, { frames: null }, { frames: {} }, { frames: [null, 3] }, 7])(
    "takes the stack %j for an empty one",
    (stacktrace) => {
      expect(normalize({ exception: [{ ...exception, stacktrace }] }).exceptions[0]!.frames).toEqual([]);
    },
  );

  it("reads frames with odd members, and leaves variables out", () => {
    const frames = [
      {
        function: "f",
        filename: "a.js",
        abs_path: "/srv/a.js",
        module: "a",
        lineno: "12",
        colno: 0,
        in_app: "true",
        context_line: "x()",
        pre_context: ["a", 1, null],
        post_context: null,
        vars: { secret: "y" },
      },
      { lineno: -3, colno: 1e99, in_app: null, context_line: 5 },
      {},
    ];
    expect(normalize({ exception: [{ ...exception, stacktrace: { frames } }] }).exceptions[0]!.frames)
      .toEqual([
        {
          function: "f",
          filename: "a.js",
          absPath: "/srv/a.js",
          module: "a",
          line: 12,
          column: null,
          inApp: true,
          contextLine: "x()",
          preContext: ["a", "", ""],
          postContext: [],
        },
        {
          function: null,
          filename: null,
          absPath: null,
          module: null,
          line: null,
          column: null,
          inApp: null,
          contextLine: "5",
          preContext: [],
          postContext: [],
        },
        {
          function: null,
          filename: null,
          absPath: null,
          module: null,
          line: null,
          column: null,
          inApp: null,
          contextLine: null,
          preContext: [],
          postContext: [],
        },
      ]);
  });

  it("parses a stack that comes as text", () => {
    const stacktrace = "Error: v\n    at inner (/srv/a.js:1:2)\n    at outer (/srv/b.js:3:4)";
    expect(
      normalize({ exception: [{ ...exception, stacktrace }] }).exceptions[0]!.frames.map((frame) =>
        frame.function
      ),
    ).toEqual(["outer", "inner"]);
  });

  it("takes the crashed thread's stack when the exception has none", () => {
    const threads = {
      values: [{ id: 1, stacktrace: { frames: [{ function: "idle" }] } }, {
        id: 2,
        crashed: true,
        stacktrace: { frames: [{ function: "crash" }] },
      }],
    };
    expect(normalize({ exception: [exception], threads }).exceptions[0]!.frames[0]!.function).toBe("crash");
    expect(normalize({ message: "m", threads }).exceptions).toMatchObject([{
      type: null,
      frames: [{ function: "crash" }],
    }]);
  });

  it.each([[{ a: "1", b: 2, c: null, d: { e: 1 } }], [[["a", "1"], ["b", 2], ["c", null], null]], [[{
    key: "a",
    value: "1",
  }, { key: "b", value: 2 }]]])(
    "reads tags from %j",
    (tags) => expect(normalize({ tags }).tags).toEqual({ a: "1", b: "2" }),
  );

  it("reads request, trace, SDK, fingerprint, debug images", () => {
    expect(normalize({
      request: {
        method: "POST",
        url: "https://x.example.org/pay?token=abc",
        headers: { Cookie: ["a=b"] },
        cookies: "a=b",
        data: { card: 1 },
        env: { REMOTE_ADDR: "1.2.3.4" },
      },
      contexts: { trace: { trace_id: "5B8EFFF798038103D269B633813FC60C" }, response: { status_code: 502 } },
      sdk: { name: "sentry.x", version: "1.2.3.4" },
      fingerprint: ["{{ default }}", 7, null, "a"],
      debug_meta: {
        images: [
          { type: "sourcemap", debug_id: "9EC79C33-EC99-42AB-8353-589FCB2E04DC", code_file: "/a.js" },
          { type: "elf" },
          null,
        ],
      },
    })).toMatchObject({
      request: { method: "POST", url: "https://x.example.org/pay?token=[Filtered]", status: 502 },
      traceId: "5b8efff798038103d269b633813fc60c",
      sdk: { name: "sentry.x", version: "1.2.3.4" },
      clientFingerprint: ["{{ default }}", "7", "a"],
      debugImages: [{ debugId: "9ec79c33ec9942ab8353589fcb2e04dc", codeFile: "/a.js" }],
    });
  });

  it("keeps the last breadcrumbs", () => {
    const values = Array.from({ length: 150 }, (_, i) => ({ message: `m${i}` }));
    const { breadcrumbs } = normalize({ breadcrumbs: { values } });
    expect([breadcrumbs.length, breadcrumbs.at(-1)]).toEqual([100, { message: "m149" }]);
  });

  it("hashes the user and keeps nothing else of him", () => {
    const user = {
      id: "17",
      email: "alice@example.org",
      ip_address: "203.0.113.7",
      username: "alice",
      data: { phone: 1 },
    };
    const event = normalize({ user });
    expect(event.userHash).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.stringify(event)).not.toMatch(/alice|203\.0/);
    expect(normalize({ user: { email: "Alice@Example.org" } }).userHash).toBe(
      normalize({ user: { email: "alice@example.org" } }).userHash,
    );
    expect(normalize({ user: { id: "17" } }).userHash).not.toBe(normalize({ user: { id: "18" } }).userHash);
    for (const nobody of [null, {}, { id: "" }, { ip_address: "{{auto}}" }, "alice"]) {
      expect(normalize({ user: nobody }).userHash).toBeNull();
    }
  });

  it("keeps both ends of what is too long", () => {
    expect(bothEnds([1, 2, 3, 4, 5, 6], 4)).toEqual([1, 2, 5, 6]);
    const frames = Array.from({ length: 5000 }, (_, i) => ({ function: `f${i}` }));
    const kept = normalize({ exception: [{ ...exception, stacktrace: { frames } }] }).exceptions[0]!.frames;
    expect([kept.length, kept[0]!.function, kept.at(-1)!.function]).toEqual([250, "f0", "f4999"]);
  });
});

describe("hostile events", () => {
  it("cannot reach the prototype of anything", () => {
    const raw = JSON.parse(
      `{"__proto__":{"level":"fatal","polluted":1},"constructor":{"prototype":{"polluted":1}},
      "tags":{"__proto__":"x","constructor":"y"},"extra":{"__proto__":{"polluted":1},"a":{"__proto__":{"polluted":1}}},
      "contexts":{"__proto__":{"trace":{"trace_id":"5b8efff798038103d269b633813fc60c"}}}}`,
    );
    const event = normalize(raw);
    expect(event.level).toBe("error");
    expect(event.traceId).toBeNull();
    expect(Object.getPrototypeOf(event.tags)).toBe(Object.prototype);
    expect(Object.keys(event.tags).sort()).toEqual(["__proto__", "constructor"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(JSON.parse(JSON.stringify(event.extra)).polluted).toBeUndefined();
  });

  it("stay small, however deep, wide or long they are", () => {
    let deep: unknown = "x";
    for (let i = 0; i < 50_000; i++) deep = { a: deep };
    const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, "v".repeat(20)]));
    const bush = Array.from({ length: 60 }, () => Array.from({ length: 60 }, () => [1, 2, 3]));
    const event = normalize({
      message: "m".repeat(1e6),
      extra: { deep, wide, bush },
      contexts: { deep, wide },
      tags: wide,
      breadcrumbs: Array(3000).fill({ data: wide }),
      fingerprint: Array(1000).fill("f".repeat(1000)),
      exception: Array(1000).fill({
        value: "v".repeat(20_000),
        stacktrace: { frames: Array(300).fill({ context_line: "c".repeat(5000) }) },
      }),
    });
    expect(JSON.stringify(event).length).toBeLessThan(8_000_000);
    expect(event.exceptions).toHaveLength(20);
    expect(event.message!.length).toBeLessThanOrEqual(8192);
    expect(Object.keys(event.tags)).toHaveLength(200);
  });

  it("of any JSON whatsoever become events that JSON and Postgres can carry", () => {
    const keys = [
      "event_id",
      "timestamp",
      "level",
      "message",
      "logentry",
      "exception",
      "stacktrace",
      "threads",
      "breadcrumbs",
      "tags",
      "user",
      "request",
      "contexts",
      "extra",
      "fingerprint",
      "sdk",
      "debug_meta",
      "release",
      "values",
      "frames",
      "type",
      "value",
      "trace",
      "images",
    ];
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        fc.jsonValue({ maxDepth: 1 }),
        fc.string({ unit: "binary", maxLength: 6 }),
        fc.dictionary(fc.constantFrom(...keys), tie("tree"), { maxKeys: 8 }),
        fc.array(tie("tree"), { maxLength: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), tree, { maxKeys: 12 }), (raw) => {
        const text = JSON.stringify(normalize(JSON.parse(JSON.stringify(raw))));
        expect(text).not.toContain("\\u0000");
        expect(text.isWellFormed()).toBe(true);
        // A backslash that is itself escaped may well stand before such letters.
        expect(text).not.toMatch(/(?<!\\)(\\\\)*\\ud[89a-f]/i);
        expect(JSON.parse(text)).toMatchObject({ level: expect.any(String), exceptions: expect.any(Array) });
      }),
      { numRuns: 3000 },
    );
  });
});
