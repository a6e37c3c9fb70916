import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ENVELOPE, testApp } from "./app-support.ts";
import { bytes, ENCODERS, KEY, PROJECT } from "./support.ts";
import { shapedSecrets } from "./secrets.ts";

const TYPES = [
  "event",
  "event",
  "event",
  "transaction",
  "span",
  "session",
  "sessions",
  "check_in",
  "log",
  "attachment",
  "replay_event",
  "client_report",
  "x",
  "",
  "__proto__",
];
const KEYS = [
  "event_id",
  "timestamp",
  "level",
  "message",
  "logentry",
  "formatted",
  "params",
  "exception",
  "values",
  "type",
  "value",
  "stacktrace",
  "frames",
  "function",
  "filename",
  "context_line",
  "pre_context",
  "abs_path",
  "lineno",
  "vars",
  "breadcrumbs",
  "data",
  "tags",
  "user",
  "id",
  "email",
  "request",
  "url",
  "headers",
  "cookies",
  "query_string",
  "contexts",
  "trace",
  "trace_id",
  "status",
  "extra",
  "fingerprint",
  "release",
  "environment",
  "server_name",
  "transaction",
  "sdk",
  "name",
  "debug_meta",
  "images",
  "items",
  "attributes",
  "body",
  "aggregates",
  "is_segment",
  "attrs",
  "started",
  "monitor_slug",
  "monitor_config",
  "schedule",
  "password",
  "authorization",
  "__proto__",
  "constructor",
  "toString",
  "a b",
];

const secrets = [1, 2, 3, 4].flatMap((seed) => shapedSecrets(seed));
const secret = fc.constantFrom(...secrets);
/** A text with a secret somewhere in it, as messages have them. */
const leak = fc.tuple(
  fc.constantFrom("", "failed: ", "a\n", "x=1&y=2 ", "{", "user said: "),
  secret,
  fc.constantFrom("", " at once", "\nb", ", then", ")"),
)
  .map(([before, { text }, after]) => `${before}${text}${after}`);
const leaf = fc.oneof(
  { weight: 4, arbitrary: leak },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
  { weight: 2, arbitrary: fc.oneof(fc.integer(), fc.double(), fc.boolean(), fc.constant(null)) },
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.dictionary(
      fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...KEYS) }, { weight: 1, arbitrary: leak }),
      tie("tree"),
      { maxKeys: 5 },
    ),
    fc.array(tie("tree"), { maxLength: 3 }),
  ),
}));
const payload = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.dictionary(fc.constantFrom(...KEYS), tree, { maxKeys: 8 }).map((value) =>
      bytes(JSON.stringify(value))
    ),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  { weight: 1, arbitrary: leak.map(bytes) },
);
const length = fc.oneof({ weight: 8, arbitrary: fc.constant("right") }, {
  weight: 2,
  arbitrary: fc.constant("none"),
}, {
  weight: 1,
  arbitrary: fc.constantFrom(-1, 0, 3, 1e12, "7", null, {}),
});
const item = fc.tuple(fc.constantFrom(...TYPES), length, payload).map(([type, length, body]) => {
  const header = JSON.stringify({
    type,
    ...(length === "none" ? {} : { length: length === "right" ? body.length : length }),
  });
  return [...bytes(`${header}\n`), ...body, 0x0a];
});
const header = fc.oneof({ weight: 9, arbitrary: fc.constant("{}") }, {
  weight: 1,
  arbitrary: fc.oneof(
    fc.string(),
    leak,
    fc.constantFrom('{"dsn":7}', "[]", "", `{"dsn":"https://${KEY}@x/${PROJECT}","event_id":"x"}`),
  ),
});
const envelope = fc.tuple(header, fc.array(item, { minLength: 1, maxLength: 4 })).map(([first, items]) =>
  new Uint8Array([...bytes(`${first}\n`), ...items.flat()])
);

/** Secrets that are found in what was stored, each with the place. */
function leaked(stored: string): string[] {
  return secrets.flatMap(({ kind, core }) => {
    const at = stored.indexOf(JSON.stringify(core).slice(1, -1));
    return at === -1 ? [] : [`${kind}: ${stored.slice(Math.max(0, at - 60), at + 60)}`];
  });
}

describe("fuzzing", () => {
  it("10,000 envelopes: no 5xx, no hang, no secret stored", async () => {
    const { post, rows, reported } = testApp();
    let stored = 0;
    await fc.assert(
      fc.asyncProperty(
        envelope,
        fc.constantFrom(null, null, null, "gzip", "br", "zstd", "deflate"),
        async (body, encoding) => {
          rows.length = 0;
          const packed = encoding ? ENCODERS[encoding as "gzip"](body) : body;
          const began = performance.now();
          const response = await post(
            ENVELOPE,
            packed as BodyInit,
            encoding ? { "content-encoding": encoding } : {},
          );
          expect(performance.now() - began).toBeLessThan(2000);
          expect(response.status).toBeLessThan(500);
          await response.json();
          stored += rows.length;
          expect(leaked(rows.map((row) => row.json).join("\n"))).toEqual([]);
        },
      ),
      { numRuns: 10_000, endOnFailure: true },
    );
    expect(stored).toBeGreaterThan(3000);
    expect(reported).toEqual([]);
  }, 300_000);

  it("2,000 bodies for each other endpoint: no 5xx, no secret stored", async () => {
    const paths = ["store/", "events", "otlp/v1/logs", "heartbeats/a"].map((path) =>
      `/ingest/api/${PROJECT}/${path}?sentry_key=${KEY}`
    );
    const attributes = fc.array(
      fc.record({ key: fc.constantFrom(...KEYS), value: fc.oneof(tree, fc.record({ stringValue: leak })) }),
      { maxLength: 4 },
    );
    const otlp = fc.record({
      resourceLogs: fc.array(
        fc.record({
          resource: fc.record({ attributes }),
          scopeLogs: fc.array(
            fc.record({
              logRecords: fc.array(
                fc.record({
                  severityNumber: fc.constantFrom(17, 21, "x"),
                  body: fc.oneof(fc.record({ stringValue: leak }), tree),
                  attributes,
                  traceId: tree,
                }),
              ),
            }),
            { maxLength: 2 },
          ),
        }),
        { maxLength: 2 },
      ),
    });
    const plain = fc.record({
      message: leak,
      type: leak,
      stack: leak,
      release: leak,
      tags: fc.dictionary(leak, leak, { maxKeys: 3 }),
      extra: fc.dictionary(fc.constantFrom(...KEYS), tree),
    }, { requiredKeys: ["message"] });
    const body = fc.oneof(
      payload,
      otlp.map((value) => bytes(JSON.stringify(value))),
      plain.map((value) => bytes(JSON.stringify(value))),
    );
    const { post, rows, reported } = testApp();
    for (const path of paths) {
      await fc.assert(
        fc.asyncProperty(body, async (content) => {
          rows.length = 0;
          expect((await post(path, content as BodyInit)).status).toBeLessThan(500);
          expect(leaked(rows.map((row) => row.json).join("\n"))).toEqual([]);
        }),
        { numRuns: 2000, endOnFailure: true },
      );
    }
    expect(reported).toEqual([]);
  }, 300_000);

  it("anything in path, query and headers: no 5xx", async () => {
    const { app } = testApp();
    const odd = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom("%", "%zz", "..", "/", "//", "'", "1 or 1=1", "%00", "http://169.254.169.254/"),
    );
    await fc.assert(
      fc.asyncProperty(odd, odd, odd, odd, async (project, route, query, value) => {
        const url = `http://localhost/ingest/api/${encodeURIComponent(project)}/${
          route.replace(/[^\w%./-]/g, "")
        }?sentry_key=${encodeURIComponent(query)}`;
        const headers = new Headers();
        for (
          const name of [
            "x-sentry-auth",
            "authorization",
            "content-type",
            "content-encoding",
            "x-request-id",
            "origin",
          ]
        ) {
          headers.set(name, value.replace(/[^\x20-\x7e]/g, ""));
        }
        const response = await app.request(new Request(url, { method: "POST", body: "{}\n", headers }));
        expect(response.status).toBeLessThan(500);
      }),
      { numRuns: 2000 },
    );
  }, 120_000);
});
