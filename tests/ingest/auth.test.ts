import { describe, expect, it } from "vitest";
import { readKey } from "../../supabase/functions/_shared/signals/protocol/auth.ts";
import { KEY, rejectionOf } from "./support.ts";

const OTHER = "f".repeat(32);

function key(parts: { header?: string; authorization?: string; query?: string; dsn?: unknown }) {
  return readKey({
    sentryAuth: parts.header ?? null,
    authorization: parts.authorization ?? null,
    queryKeys: new URLSearchParams(parts.query ?? "").getAll("sentry_key"),
    dsn: parts.dsn,
  }, "42");
}

describe("naming the ingest key", () => {
  it.each([
    ["the header", {
      header: `Sentry sentry_version=7, sentry_client=sentry.javascript.deno/10, sentry_key=${KEY}`,
    }],
    ["the header without spaces", { header: `Sentry sentry_key=${KEY},sentry_version=7` }],
    ["the header with a legacy secret", { header: `Sentry sentry_key=${KEY}, sentry_secret=abc` }],
    ["the header without its scheme", { header: `sentry_key=${KEY}` }],
    ["the Authorization header of old SDKs", { authorization: `Sentry sentry_key=${KEY}, sentry_version=6` }],
    ["the query", { query: `sentry_version=7&sentry_key=${KEY}&sentry_client=x` }],
    ["the dsn of the envelope", { dsn: `https://${KEY}@errors.example.org/functions/v1/ingest/42` }],
    ["the dsn with a legacy secret", { dsn: `https://${KEY}:secret@errors.example.org/42` }],
    ["all of them", {
      header: `Sentry sentry_key=${KEY}`,
      query: `sentry_key=${KEY}`,
      dsn: `http://${KEY}@x/42`,
    }],
    ["the query, beside a bearer token that is not ours", {
      authorization: "Bearer abc",
      query: `sentry_key=${KEY}`,
    }],
  ])("is read from %s", (_, parts) => expect(key(parts)).toBe(KEY));

  it.each([
    ["nothing", {}],
    ["a bearer token alone", { authorization: `Bearer ${KEY}` }],
    ["a header without a key", { header: "Sentry sentry_version=7" }],
    ["a header of megabytes", { header: `Sentry sentry_key=${KEY},${"x".repeat(1e6)}` }],
  ])("is not found in %s", (_, parts) => expect(key(parts)).toBeNull());

  it.each([
    ["header and query disagree", { header: `Sentry sentry_key=${KEY}`, query: `sentry_key=${OTHER}` }],
    ["query and dsn disagree", { query: `sentry_key=${KEY}`, dsn: `https://${OTHER}@x/42` }],
    ["the query disagrees with itself", { query: `sentry_key=${KEY}&sentry_key=${OTHER}` }],
    ["the dsn names another project", { dsn: `https://${KEY}@x/43` }],
    ["the dsn is no address", { dsn: "hello" }],
    ["the dsn is no text", { dsn: 7 }],
    ["the dsn has no key", { dsn: "https://x/42" }],
    ["the dsn has a broken escape", { dsn: "https://%zz@x/42" }],
    ["the key is empty", { query: "sentry_key=" }],
    ["the key holds SQL", { query: `sentry_key=${encodeURIComponent("' or 1=1 --")}` }],
  ])("is refused when %s", (_, parts) => expect(rejectionOf(() => key(parts)).status).toBe(403));
});
