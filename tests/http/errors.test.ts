import fc from "fast-check";
import { HTTPException } from "hono/http-exception";
import { expect, test } from "vitest";
import { parseEnv } from "../../supabase/functions/_shared/platform/env.ts";
import {
  databaseFailure,
  describeError,
  Failure,
  failureAnswer,
  FAILURES,
  failures,
  toFailure,
} from "../../supabase/functions/_shared/platform/errors.ts";
import { redact } from "../../supabase/functions/_shared/platform/errors-redact.ts";

test("there is one factory per code, and each keeps its cause", () => {
  expect(Object.keys(failures)).toHaveLength(Object.keys(FAILURES).length);
  const made = Object.values(failures).map((make) => make("why", { cause: "because" }));
  expect(made.map((failure) => failure.code).sort()).toEqual(Object.keys(FAILURES).sort());
  expect(
    made.every((failure) => failure.cause === "because" && failure.status === FAILURES[failure.code].status),
  ).toBe(
    true,
  );
});

test.each([
  ["42501", "forbidden", false],
  ["P0002", "not_found", false],
  ["PGRST116", "not_found", false],
  ["40001", "conflict", false],
  ["23001", "conflict", false],
  ["23505", "conflict", false],
  ["22023", "invalid_request", false],
  ["P0001", "unprocessable", false],
  ["23514", "conflict", false],
  ["57014", "timeout", true],
  ["53300", "unavailable", true],
  ["PGRST301", "unauthenticated", false],
  ["", "unavailable", true],
  ["PGRST202", "misconfigured", false],
  ["XX000", "internal", false],
])("the database's %s is %s", (code, expected, retry) => {
  const failure = databaseFailure({ code, message: "said the database" });
  expect(failure.code).toBe(expected);
  expect(failure.retry).toBe(retry);
});

test("the database's words reach the caller only where our own functions chose them", () => {
  const secret = "duplicate key (email)=(a@b.example)";
  const told = ["P0001", "P0002", "40001", "22023", "23001"];
  const hidden = ["23505", "42P01", "XX000", "22P02", "42501", "57014"];
  for (const code of told) expect(databaseFailure({ code, message: "do this" }).message).toContain("do this");
  for (const code of hidden) {
    expect(databaseFailure({ code, message: secret }).message).not.toContain("a@b.example");
  }
  expect(
    databaseFailure({
      code: "23514",
      message: 'new row violates check constraint "fix_applies_only_when_approved"',
    })
      .message,
  ).toContain("fix applies only when approved");
});

test("whatever is thrown becomes an answer without its content", () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true }), (thrown) => {
      const failure = toFailure(thrown);
      expect(failure).toBeInstanceOf(Failure);
      expect(failure.status).toBe(500);
      expect(failureAnswer(failure, "id").body.error.message).toMatch(/^Something went wrong/);
      expect(typeof describeError(thrown).message).toBe("string");
    }),
  );
});

test("a secret that slipped into a message does not leave through the answer", () => {
  const failure = failures.upstreamFailed("https://app:hunter2@db.example refused sb_secret_abcdefghijkl", {
    details: [{ path: "json.url", message: "Bearer abcdefgh12345678 is not a URL" }],
  });
  expect(JSON.stringify(failureAnswer(failure, "id"))).not.toMatch(/hunter2|abcdefgh/);
});

test("HTTP errors keep their status, and authentication errors tell nothing about keys", () => {
  expect(toFailure(new HTTPException(413)).code).toBe("payload_too_large");
  expect(toFailure(new HTTPException(418, { message: "teapot" })).status).toBe(400);
  expect(toFailure(new HTTPException(503, { message: "db at 10.0.0.7" })).message).not.toContain("10.0.0.7");
  const refused = Object.assign(new Error("key names: automations"), {
    source: "@supabase/server",
    status: 401,
  });
  expect(toFailure(new HTTPException(401, { message: refused.message, cause: refused }))).toMatchObject({
    code: "unauthenticated",
    message: expect.not.stringContaining("automations"),
  });
  const unset = Object.assign(new Error("no JWKS"), { source: "@supabase/server", status: 500 });
  expect(toFailure(new HTTPException(500, { cause: unset })).code).toBe("misconfigured");
});

test("a log line has the whole chain of causes, even a circular one", () => {
  const outer = new Error("could not heal", { cause: new TypeError("fetch failed") });
  expect(describeError(outer)).toMatchObject({
    type: "TypeError",
    message: "Error: could not heal <- TypeError: fetch failed",
  });
  const circular = new Error("a");
  circular.cause = circular;
  expect(describeError(circular).message.split("<-")).toHaveLength(5);
});

test.each([
  ["Authorization: Bearer abcdefgh12345678", "abcdefgh12345678"],
  ["apikey=sb_secret_abcdefghijkl", "abcdefghijkl"],
  ["postgres://user:hunter2@db:5432/x", "hunter2"],
  ['{"password": "correct-horse"}', "correct-horse"],
  ["token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "c2lnbmF0dXJl"],
  ["pk_live_0123456789abcdef", "0123456789abcdef"],
  ["ghp_0123456789abcdef0123", "0123456789abcdef"],
])("the secret in %s is taken out", (text, secret) => {
  expect(redact(text)).not.toContain(secret);
});

test("ordinary text stays as it is", () => {
  const text = 'relation "orders" does not exist at https://example.com/docs#token (3 of 5)';
  expect(redact(text)).toBe(text);
});

test("the environment has working defaults, and empty means not set", () => {
  expect(parseEnv({ OPENAI_API_KEY: "", PRUNELLA_METRICS_PUBLIC: "" })).toMatchObject({
    supabaseUrl: "http://127.0.0.1:54321",
    metricsPublic: false,
    allowLoopbackTargets: false,
    llm: null,
    userHashKey: null,
  });
  expect(parseEnv({ OPENAI_BASE_URL: "http://127.0.0.1:11434/v1/" }).llm).toEqual({
    apiKey: "none",
    baseUrl: "http://127.0.0.1:11434/v1",
    model: "gpt-4o-mini",
  });
  expect(parseEnv({ SUPABASE_SECRET_KEY: "sb_secret_x" }).userHashKey).not.toBeNull();
});

test("a wrong environment is refused by name and never quoted", () => {
  const broken = () =>
    parseEnv({ PRUNELLA_USER_HASH_KEY: "short-secret", PRUNELLA_METRICS_PUBLIC: "perhaps" });
  expect(broken).toThrow(/PRUNELLA_METRICS_PUBLIC.*PRUNELLA_USER_HASH_KEY/);
  expect(broken).not.toThrow(/short-secret|perhaps/);
});
