import { describe, expect, it } from "vitest";
import { WriteFailure } from "../../supabase/functions/_shared/signals/ingest/write-failure.ts";
import { ENVELOPE, testApp, testKey } from "./app-support.ts";
import { bytes, ENCODERS, envelope, KEY, PROJECT } from "./support.ts";

const OTHER = "f".repeat(32);
const ID = "9ec79c33ec9942ab8353589fcb2e04dc";
const event = envelope([[{ type: "event" }, { event_id: ID, message: "boom" }]]);

describe("the envelope endpoint", () => {
  it("answers with the id of the event after it was written", async () => {
    const { post, of } = testApp();
    const response = await post(ENVELOPE, event);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ id: ID });
    expect(of("events")).toMatchObject([{
      project_id: PROJECT,
      event_id: ID,
      level: "error",
      payload: { message: "boom" },
    }]);
    expect(of("events")[0]!.fingerprint).toMatch(/^[0-9a-f]{32}$/);
  });

  it("works below /functions/v1/ingest, below /ingest and without the last slash", async () => {
    const { post } = testApp();
    for (const path of [`/functions/v1${ENVELOPE}`, ENVELOPE, ENVELOPE.replace("envelope/", "envelope")]) {
      expect((await post(path, event)).status, path).toBe(200);
    }
  });

  it.each([
    undefined,
    "application/x-sentry-envelope",
    "text/plain;charset=UTF-8",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json",
    "nonsense",
  ])(
    "does not care about the content type %s",
    async (type) => {
      const { post, rows } = testApp();
      expect((await post(ENVELOPE, event, type ? { "content-type": type } : {})).status).toBe(200);
      expect(rows).toHaveLength(1);
    },
  );

  it.each(Object.entries(ENCODERS))("reads bodies in %s", async (name, encode) => {
    const { post, rows } = testApp();
    const encoding = name === "deflate-raw" ? "deflate" : name;
    expect((await post(ENVELOPE, encode(event) as BodyInit, { "content-encoding": encoding })).status).toBe(
      200,
    );
    expect(rows).toHaveLength(1);
  });

  it.each([
    ["the X-Sentry-Auth header", "", { "x-sentry-auth": `Sentry sentry_version=7, sentry_key=${KEY}` }, {}],
    ["the Authorization header", "", { authorization: `Sentry sentry_key=${KEY}` }, {}],
    ["the query", `?sentry_key=${KEY}`, {}, {}],
    ["the dsn", "", {}, { dsn: `https://${KEY}@x.example.org/functions/v1/ingest/${PROJECT}` }],
  ])("takes the key from %s", async (_, query, headers, header) => {
    const { post, rows } = testApp();
    const body = envelope([[{ type: "event" }, { message: "boom" }]], header);
    const response = await post(
      `/ingest/api/${PROJECT}/envelope/${query}`,
      body,
      headers as Record<string, string>,
    );
    expect(response.status).toBe(200);
    expect(rows).toHaveLength(1);
  });

  it.each([
    ["no key", `/ingest/api/${PROJECT}/envelope/`, {}, {}, 403],
    ["an unknown key", `/ingest/api/${PROJECT}/envelope/?sentry_key=${OTHER}`, {}, {}, 403],
    ["a key of another project", `/ingest/api/7/envelope/?sentry_key=${KEY}`, {}, {}, 403],
    ["a dsn that disagrees with the query", ENVELOPE, {}, { dsn: `https://${OTHER}@x/${PROJECT}` }, 403],
    ["a dsn of another project", ENVELOPE, {}, { dsn: `https://${KEY}@x/7` }, 403],
    [
      "a header that disagrees with the query",
      ENVELOPE,
      { "x-sentry-auth": `Sentry sentry_key=${OTHER}` },
      {},
      403,
    ],
    ["a project that is no number", `/ingest/api/shop/envelope/?sentry_key=${KEY}`, {}, {}, 404],
    ["a project that is SQL", `/ingest/api/1%20or%201=1/envelope/?sentry_key=${KEY}`, {}, {}, 404],
  ])("refuses %s and stores nothing", async (_, path, headers, header, status) => {
    const { post, rows } = testApp();
    const response = await post(
      path,
      envelope([[{ type: "event" }, {}]], header),
      headers as Record<string, string>,
    );
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ detail: expect.any(String) });
    expect(rows).toHaveLength(0);
  });

  it("does not read the body of a sender without a valid key", async () => {
    const { app } = testApp();
    let pulled = 0;
    const body = new ReadableStream({ pull: (controller) => (pulled++, controller.enqueue(bytes("x"))) }, {
      highWaterMark: 0,
    });
    const response = await app.request(ENVELOPE.replace(KEY, OTHER), { method: "POST", body });
    expect(response.status).toBe(403);
    expect(pulled).toBe(0);
  });

  it.each([
    ["malformed", "hello", {}, 400],
    ["empty", "", {}, 400],
    ["truncated gzip", ENCODERS.gzip(event).subarray(0, 30), { "content-encoding": "gzip" }, 400],
    ["a bomb", ENCODERS.gzip(new Uint8Array(30 << 20)), { "content-encoding": "gzip" }, 413],
    ["an unknown encoding", event, { "content-encoding": "lzma" }, 415],
  ])("answers a body that is %s as Sentry does", async (_, body, headers, status) => {
    const { post } = testApp();
    const response = await post(ENVELOPE, body as BodyInit, headers as Record<string, string>);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ detail: expect.any(String) });
  });

  it("accepts an empty envelope, and one with only items that nobody reads", async () => {
    const { post, rows } = testApp();
    expect((await post(ENVELOPE, "{}\n")).status).toBe(200);
    const response = await post(ENVELOPE, envelope([[{ type: "client_report" }, {}]], { event_id: ID }));
    expect(await response.json()).toEqual({ id: ID });
    expect(rows).toHaveLength(0);
  });

  it("says which parts of a request were left out", async () => {
    const { post } = testApp();
    const response = await post(
      ENVELOPE,
      envelope([[{ type: "event" }, { event_id: ID }], [{ type: "event" }, "{broken"]]),
    );
    expect(await response.json()).toEqual({ id: ID, problems: ["event is not valid JSON"] });
  });

  it("lets any site's browsers send, and read the limits", async () => {
    const { app } = testApp();
    const preflight = await app.request(ENVELOPE, {
      method: "OPTIONS",
      headers: {
        origin: "https://shop.example.org",
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-sentry-auth",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-headers")).toContain("x-sentry-auth");
    const response = await app.request(ENVELOPE, {
      method: "POST",
      body: event,
      headers: { origin: "https://shop.example.org" },
    });
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-expose-headers")?.toLowerCase()).toContain(
      "x-sentry-rate-limits",
    );
  });
});

describe("rate limits", () => {
  it("answers 429 with both headers when all of a request is over the limit", async () => {
    const { post, rows } = testApp({ keys: [testKey({ eventsPerMinute: 2 })] });
    expect((await post(ENVELOPE, event)).status).toBe(200);
    expect((await post(ENVELOPE, event)).status).toBe(200);
    const limited = await post(ENVELOPE, event);
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(limited.headers.get("x-sentry-rate-limits")).toMatch(/^\d+:error:key:events_per_minute$/);
    expect(rows).toHaveLength(2);
  });

  it("keeps what is within the limit, and says on 200 what was not", async () => {
    const { post, of } = testApp({ keys: [testKey({ eventsPerMinute: 1 })] });
    const both = envelope([[{ type: "event" }, { message: "boom" }], [{ type: "session" }, {
      init: true,
      status: "ok",
      sid: "1",
    }]]);
    const first = await post(ENVELOPE, both);
    expect(first.headers.get("x-sentry-rate-limits")).toBeNull();
    const second = await post(
      ENVELOPE,
      envelope([[{ type: "event" }, {}], [{ type: "check_in" }, { monitor_slug: "a", status: "ok" }]]),
    );
    expect(second.status).toBe(200);
    expect(second.headers.get("x-sentry-rate-limits")).toMatch(/^\d+:error:key:/);
    expect(of("events")).toHaveLength(1);
    expect(of("heartbeats")).toHaveLength(1);
  });

  it("holds for the other endpoints", async () => {
    const { post } = testApp({ keys: [testKey({ eventsPerMinute: 1 })] });
    const path = `/ingest/api/${PROJECT}/events?sentry_key=${KEY}`;
    expect((await post(path, JSON.stringify({ message: "a" }))).status).toBe(200);
    expect((await post(path, JSON.stringify({ message: "a" }))).status).toBe(429);
  });
});

describe("when the database does not take what came", () => {
  it("asks the sender to come again when it is broken or away", async () => {
    const { post } = testApp({ write: () => Promise.reject(new WriteFailure("broken", "no such function")) });
    const response = await post(ENVELOPE, event);
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("5");
  });

  it("answers 400 when it refuses all of the content", async () => {
    const { post } = testApp({ write: () => Promise.reject(new WriteFailure("refused", "22P05")) });
    expect((await post(ENVELOPE, event)).status).toBe(400);
  });
});

describe("the legacy store endpoint", () => {
  const path = `/ingest/api/${PROJECT}/store/`;
  const auth = {
    "x-sentry-auth": `Sentry sentry_version=5, sentry_client=raven-python/5, sentry_key=${KEY}`,
  };
  const json = JSON.stringify({ event_id: ID, message: "old", logger: "root" });

  it.each([
    ["JSON", bytes(json), {}],
    ["gzipped JSON", ENCODERS.gzip(bytes(json)), { "content-encoding": "gzip" }],
    ["base64 of zlib", bytes(btoa(String.fromCharCode(...ENCODERS.deflate(bytes(json))))), {}],
    ["base64 of JSON", bytes(btoa(json)), {}],
  ])("reads %s", async (_, body, headers) => {
    const { post, of } = testApp();
    const response = await post(path, body as BodyInit, { ...auth, ...headers });
    expect(await response.json()).toEqual({ id: ID });
    expect(of("events")).toMatchObject([{ event_id: ID, payload: { message: "old", logger: "root" } }]);
  });

  it("counts a transaction as traffic", async () => {
    const { post, of } = testApp();
    await post(path, JSON.stringify({ type: "transaction", timestamp: 1, start_timestamp: 0 }), auth);
    expect(of("traffic")).toMatchObject([{ request_count: 1 }]);
    expect(of("events")).toHaveLength(0);
  });

  it.each(["[]", "hello!", "AAAA", "null", ""])("refuses %j with 400", async (body) => {
    expect((await testApp().post(path, body, auth)).status).toBe(400);
  });
});

describe("the plain JSON endpoint", () => {
  const path = `/ingest/api/${PROJECT}/events?sentry_key=${KEY}`;

  it("takes one event, with its stack as text", async () => {
    const { post, of } = testApp();
    const stack =
      "TypeError: x is not a function\n    at pay (/srv/app/src/pay.js:10:5)\n    at main (/srv/app/src/main.js:3:1)";
    const response = await post(
      path,
      JSON.stringify({ message: "payment failed", type: "PaymentError", stack, tags: { shop: 7 } }),
    );
    const { id, ids } = await response.json();
    expect(ids).toEqual([id]);
    expect(of("events")[0]).toMatchObject({
      event_id: id,
      type: "PaymentError",
      payload: {
        exceptions: [{
          type: "PaymentError",
          value: "payment failed",
          frames: [{ function: "main" }, { function: "pay", line: 10 }],
        }],
        tags: { shop: "7" },
      },
    });
  });

  it("takes a list, bare or named, and answers with the ids in order", async () => {
    const { post, of } = testApp();
    for (const body of [[{ message: "a" }, { message: "b" }], { events: [{ message: "c" }] }]) {
      expect((await post(path, JSON.stringify(body))).status).toBe(200);
    }
    expect(of("events").map((row) => (row.payload as { message: string }).message)).toEqual(["a", "b", "c"]);
  });

  it("keeps a stack that no parser knows as it is", async () => {
    const { post, of } = testApp();
    await post(path, JSON.stringify({ message: "a", stack: "somewhere in COBOL" }));
    expect(of("events")[0]).toMatchObject({ payload: { extra: { stack: "somewhere in COBOL" } } });
  });

  it.each([["{}", "required"], ['{"message":1}', "message"], ['{"level":"bad","message":"x"}', "level"], [
    "{",
    "JSON",
  ], ["7", "invalid"]])(
    "refuses %s and says what is wrong",
    async (body, reason) => {
      const { post, rows } = testApp();
      const response = await post(path, body);
      expect(response.status).toBe(400);
      expect((await response.json()).detail).toContain(reason);
      expect(rows).toHaveLength(0);
    },
  );
});

describe("the heartbeat endpoint", () => {
  it("takes its fields from the body or the query", async () => {
    const { post, of } = testApp();
    await post(
      `/ingest/api/${PROJECT}/heartbeats/nightly-backup?sentry_key=${KEY}&status=error&duration_ms=1500`,
    );
    await post(
      `/ingest/api/${PROJECT}/heartbeats/Nightly Backup?sentry_key=${KEY}`,
      JSON.stringify({ interval_seconds: 3600, margin_seconds: 0, environment: "prod" }),
    );
    expect(of("heartbeats")).toMatchObject([
      { monitor_slug: "nightly-backup", status: "error", duration_ms: 1500, interval_seconds: null },
      {
        monitor_slug: "nightly-backup",
        status: "ok",
        interval_seconds: 3600,
        margin_seconds: 0,
        environment: "prod",
      },
    ]);
  });

  it.each([["?status=great", null], ["?interval_seconds=-1", null], ["", "[]"], ["", "{"]])(
    "refuses %s %s with 400",
    async (query, body) => {
      const path = `/ingest/api/${PROJECT}/heartbeats/a${query || "?"}&sentry_key=${KEY}`;
      expect((await testApp().post(path, body)).status).toBe(400);
    },
  );
});

describe("the OTLP endpoint", () => {
  const log = { severityNumber: 17, timeUnixNano: "1795262430000000000", body: { stringValue: "boom" } };
  const request = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [log] }] }] });

  it.each([`/ingest/api/${PROJECT}/otlp/v1/logs`, `/ingest/api/${PROJECT}/v1/logs`])(
    "takes logs at %s",
    async (path) => {
      const { post, of } = testApp();
      const response = await post(`${path}?sentry_key=${KEY}`, request, {
        "content-type": "application/json",
      });
      expect(await response.json()).toEqual({});
      expect(of("events")).toMatchObject([{ payload: { message: "boom" } }]);
    },
  );

  it("gives a repeated request the same ids", async () => {
    const { post, of } = testApp();
    const path = `/ingest/api/${PROJECT}/otlp/v1/logs?sentry_key=${KEY}`;
    await post(path, request);
    await post(path, request);
    const [first, second] = of("events");
    expect(first!.event_id).toBe(second!.event_id);
  });

  it("says that it does not read protobuf", async () => {
    const { post } = testApp();
    const response = await post(`/ingest/api/${PROJECT}/otlp/v1/logs?sentry_key=${KEY}`, "x", {
      "content-type": "application/x-protobuf",
    });
    expect(response.status).toBe(415);
    expect((await response.json()).detail).toContain("http/json");
  });
});

describe("the function", () => {
  it("says that it is alive without asking anybody", async () => {
    expect(await (await testApp().app.request("/ingest/health")).json()).toEqual({ status: "ok" });
  });

  it("documents its routes", async () => {
    const document = await (await testApp().app.request("/ingest/openapi.json")).json();
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining([
      "/api/{project}/envelope/",
      "/api/{project}/store/",
      "/api/{project}/otlp/v1/logs",
      "/api/{project}/events",
      "/api/{project}/heartbeats/{slug}",
    ]));
  });

  it("gives back the memory that a request held, whatever became of it", async () => {
    const { post, ingest } = testApp();
    await post(ENVELOPE, event);
    await post(ENVELOPE, "hello");
    await post(ENVELOPE, ENCODERS.gzip(new Uint8Array(30 << 20)) as BodyInit, { "content-encoding": "gzip" });
    expect(ingest.budget.held).toBe(0);
  });
});
