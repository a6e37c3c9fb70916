import { createRoute, z } from "@hono/zod-openapi";
import { expect, test } from "vitest";
import { parseEnv } from "../../supabase/functions/_shared/platform/env.ts";
import { failures } from "../../supabase/functions/_shared/platform/errors.ts";
import { createFunction, relativePath } from "../../supabase/functions/_shared/platform/http.ts";
import type { FunctionOptions, LogLine } from "../../supabase/functions/_shared/platform/http.ts";
import { answers, jsonBody } from "../../supabase/functions/_shared/platform/http-openapi.ts";
import type { ErrorReport, ObservedCall } from "../../supabase/functions/_shared/platform/http-recorder.ts";

const echo = createRoute({
  method: "post",
  path: "/echo/{id}",
  request: {
    params: z.object({ id: z.coerce.number().int() }),
    body: jsonBody(z.strictObject({ text: z.string().max(10) })),
  },
  responses: answers(z.object({ id: z.number(), text: z.string() }), "The same again"),
});

function harness(options: Partial<FunctionOptions> = {}) {
  const calls: ObservedCall[] = [];
  const reports: ErrorReport[] = [];
  const lines: LogLine[] = [];
  const app = createFunction({
    name: "sample",
    summary: "A sample",
    env: () => parseEnv({}),
    recorder: () => ({
      observe: (call) => calls.push(call),
      report: (report) => reports.push(report),
      flush: () => Promise.resolve(),
    }),
    log: (line) => lines.push(line),
    now: () => new Date("2026-01-01T00:00:30Z"),
    ...options,
  });
  app.openapi(echo, (c) => c.json({ id: c.req.valid("param").id, text: c.req.valid("json").text }, 200));
  app.get("/broken", () => {
    throw new Error("connect postgres://app:hunter2@db/x failed, key sb_secret_abcdefghijkl");
  });
  app.get("/busy", () => {
    throw failures.unavailable("Busy.", { retryAfterSeconds: 7 });
  });
  app.get("/quiet", (c) => {
    c.set("reportErrors", false);
    throw new Error("while handling our own error");
  });
  const post = (path: string, body: BodyInit, headers: Record<string, string> = {}) =>
    app.request(`/sample${path}`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", ...headers },
    });
  return { app, calls, reports, lines, post };
}

test("a valid request is answered, with a request id and security headers", async () => {
  const { app, post } = harness();
  const answer = await post("/echo/7", JSON.stringify({ text: "hi" }));
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ id: 7, text: "hi" });
  expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
  const viaGateway = await app.request("/functions/v1/sample/echo/7", {
    method: "POST",
    body: JSON.stringify({ text: "hi" }),
    headers: { "content-type": "application/json" },
  });
  expect(viaGateway.status).toBe(200);
});

test("a harmless request id is taken over, another is replaced", async () => {
  const { app } = harness();
  const given = await app.request("/sample/busy", { headers: { "x-request-id": "trace-12345678" } });
  expect(given.headers.get("x-request-id")).toBe("trace-12345678");
  expect((await given.json()).error.request_id).toBe("trace-12345678");
  const evil = await app.request("/sample/busy", {
    headers: { "x-request-id": "a<script>alert(1)</script>" },
  });
  expect(evil.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
});

test("a malformed request names each wrong input and never repeats its value", async () => {
  const { post } = harness();
  const answer = await post("/echo/x", JSON.stringify({ text: 5, more: "s3cret-value" }));
  expect(answer.status).toBe(400);
  const text = await answer.text();
  expect(JSON.parse(text).error).toMatchObject({ code: "invalid_request", retry: false });
  expect(JSON.parse(text).error.details[0].path).toBe("param.id");
  expect(text).not.toContain("s3cret-value");
  expect((await post("/echo/1", "{not json")).status).toBe(400);
  expect((await post("/echo/1", "text", { "content-type": "text/plain" })).status).toBe(415);
});

test("an unknown error is a generic 500: the log has its cause without secrets, the caller has its request id", async () => {
  const { app, lines, reports, calls } = harness();
  const answer = await app.request("/sample/broken");
  const text = await answer.text();
  expect(answer.status).toBe(500);
  expect(text).not.toMatch(/hunter2|postgres|sb_secret/);
  expect(JSON.parse(text).error).toMatchObject({
    code: "internal",
    request_id: answer.headers.get("x-request-id"),
  });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ level: "error", function: "sample", route: "/broken", status: 500 });
  expect(lines[0]?.message).toContain("connect postgres://[credentials]@db/x failed");
  expect(JSON.stringify([lines, reports])).not.toMatch(/hunter2|abcdefghijkl/);
  expect(reports).toMatchObject([{
    function: "sample",
    route: "/broken",
    error_type: "Error",
    code: "internal",
  }]);
  expect(calls).toMatchObject([{ function: "sample", status: 500 }]);
});

test("a failure while handling our own errors is logged and not reported again", async () => {
  const { app, reports, lines } = harness();
  await app.request("/sample/quiet");
  expect(reports).toEqual([]);
  expect(lines).toHaveLength(1);
});

test("a failure that will pass says when to come back", async () => {
  const { app } = harness();
  const answer = await app.request("/sample/busy");
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).toBe("7");
  expect((await answer.json()).error.retry).toBe(true);
});

test("the wrong method gets 405 with the right ones, an unknown path 404", async () => {
  const { app, calls } = harness();
  const wrong = await app.request("/sample/echo/7");
  expect(wrong.status).toBe(405);
  expect(wrong.headers.get("allow")).toBe("POST, OPTIONS");
  expect((await app.request("/sample/nothing")).status).toBe(404);
  expect(calls.map((call) => call.status)).toEqual([405, 404]);
});

test("a body over the limit is refused, with or without a declared length", async () => {
  const { post, app } = harness({ maxBodyBytes: 100 });
  const large = JSON.stringify({ text: "x".repeat(200) });
  expect((await post("/echo/1", large, { "content-length": String(large.length) })).status).toBe(413);
  const stream = new ReadableStream({
    start(controller) {
      for (let i = 0; i < 10; i++) controller.enqueue(new TextEncoder().encode("x".repeat(50)));
      controller.close();
    },
  });
  const chunked = await app.request("/sample/echo/1", {
    method: "POST",
    body: stream,
    headers: { "content-type": "application/json" },
  });
  expect(chunked.status).toBe(413);
  expect((await chunked.json()).error.code).toBe("payload_too_large");
});

test("browsers are let in from allowed origins alone", async () => {
  const { app } = harness({
    env: () => parseEnv({ PRUNELLA_ALLOWED_ORIGINS: "https://a.example, https://b.example" }),
  });
  const ask = (origin: string) =>
    app.request("/sample/echo/1", {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });
  expect((await ask("https://b.example")).headers.get("access-control-allow-origin")).toBe(
    "https://b.example",
  );
  expect((await ask("https://evil.example")).headers.get("access-control-allow-origin")).toBeNull();
});

test("every function serves the document of its routes", async () => {
  const { app } = harness();
  const document = await (await app.request("/sample/openapi.json")).json();
  expect(document.openapi).toBe("3.1.0");
  expect(Object.keys(document.paths)).toEqual(["/echo/{id}"]);
  expect(document.servers).toEqual([{ url: "/functions/v1/sample" }]);
  expect(document.components.schemas.Failure).toBeDefined();
});

test.each([
  ["/functions/v1/sample/a", "/a"],
  ["/sample/a", "/a"],
  ["/sample", "/"],
  ["/functions/v1/sample", "/"],
  ["/samples/a", "/samples/a"],
  ["/a", "/a"],
])("the path %s is the route %s", (path, route) => {
  expect(relativePath(path, "/sample")).toBe(route);
});
