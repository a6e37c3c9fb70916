import { describe, expect, it } from "vitest";
import { classifyKey } from "../../supabase/functions/_shared/signals/scrub/key-class.ts";
import { createScrubber } from "../../supabase/functions/_shared/signals/scrub/scrubber.ts";
import { userHasher } from "../../supabase/functions/_shared/signals/scrub/user-hash.ts";
import { FREE_FORM } from "../../supabase/functions/_shared/signals/protocol/prose.ts";
import { luhn } from "./secrets.ts";
import { read } from "./support.ts";

describe("what a key's name says", () => {
  it.each([
    "password",
    "Password",
    "db_password",
    "userPassword",
    "passwd",
    "pwd",
    "PGPASSWORD",
    "password_hash",
    "newPassword2",
    "secret",
    "clientSecret",
    "client_secret",
    "api_key",
    "apiKey",
    "apikey",
    "X-Api-Key",
    "APIKEY",
    "private_key",
    "privateKey",
    "aws_secret_access_key",
    "accessKey",
    "service_role",
    "authorization",
    "Proxy-Authorization",
    "credentials",
    "cvv",
    "cardNumber",
    "card_number",
    "credit_card",
    "creditcard",
    "ssn",
    "iban",
    "pin",
    "otp",
    "passphrase",
    "account_number",
    "connectionString",
    "SUPABASE_SERVICE_ROLE_KEY",
    "DATABASE_URL",
  ])("%s: a secret", (key) => expect(classifyKey(key)).toBe("strong"));

  it.each([
    "token",
    "access_token",
    "refreshToken",
    "csrfToken",
    "X-CSRF-Token",
    "xsrf",
    "cookie",
    "Set-Cookie",
    "cookies",
    "sessionid",
    "session_id",
    "auth",
    "jwt",
    "x-amz-security-token",
    "signature",
    "idtoken",
  ])("%s: mostly a secret", (key) => expect(classifyKey(key)).toBe("weak"));

  it.each([
    "email",
    "userEmail",
    "user_email",
    "phone",
    "phone_number",
    "mobile",
    "first_name",
    "lastName",
    "full_name",
    "ip_address",
    "remote_addr",
    "x-forwarded-for",
    "X-Real-IP",
    "date_of_birth",
    "birthdate",
    "street_address",
    "username",
    "user",
    "user_name",
    "passport",
  ])("%s: personal", (key) => expect(classifyKey(key)).toBe("personal"));

  it.each([
    "author",
    "authority",
    "passenger",
    "compass",
    "bypass_cache",
    "secretary",
    "tokenizer",
    "keyboard",
    "monkey",
    "key",
    "keys",
    "public_key_count",
    "max_tokens",
    "total_tokens",
    "prompt_tokens",
    "completion_tokens",
    "token_count",
    "password_changed_at",
    "auth_enabled",
    "user_id",
    "user_agent",
    "name",
    "id",
    "message",
    "card",
    "discard",
    "emailed_at",
    "spin",
    "opinion",
    "shipping",
    "assignment",
    "design",
    "",
    "123",
    "__proto__",
    "constructor",
  ])("%s: nothing", (key) => expect(classifyKey(key)).toBeNull());
});

describe("scrubbing data", () => {
  const scrub = (value: unknown, rules = {}) => createScrubber(rules).json(value, FREE_FORM);

  it("removes the values of secret keys, whatever their type", () => {
    expect(
      scrub({
        password: "a",
        pin: 1234,
        secrets: ["a"],
        credentials: { a: "b" },
        api_key: null,
        auth: { type: "x" },
        token: 7,
        passwd: true,
        ok: 1,
      }),
    ).toEqual({
      password: "[Filtered]",
      pin: "[Filtered]",
      secrets: "[Filtered]",
      credentials: "[Filtered]",
      api_key: null,
      auth: "[Filtered]",
      token: 7,
      passwd: true,
      ok: 1,
    });
  });

  it("finds them deep inside, in lists of pairs and in lists of named values", () => {
    expect(
      scrub({
        a: [{ b: { session_id: "x" } }],
        headers: [["Authorization", "Bearer x"], ["Accept", "y"]],
        har: [{ name: "Cookie", value: "x" }, { key: "a", value: "b" }],
      }),
    ).toEqual({
      a: [{ b: { session_id: "[Filtered]" } }],
      headers: [["Authorization", "[Filtered]"], ["Accept", "y"]],
      har: [{ name: "Cookie", value: "[Filtered]" }, { key: "a", value: "b" }],
    });
  });

  it("finds them in command lines", () => {
    expect(scrub({ argv: ["deploy", "--token", "x1", "--password=y2", "--verbose", "z"] })).toEqual({
      argv: ["deploy", "--token", "[Filtered]", "--password=[Filtered]", "--verbose", "z"],
    });
  });

  it("looks into JSON that is written in a string", () => {
    const body = JSON.stringify({
      user: 1,
      password: "geheim",
      nested: JSON.stringify({ token: "abc123x" }),
    });
    expect(JSON.stringify(scrub({ body }))).not.toMatch(/geheim|abc123x/);
    expect(JSON.stringify(scrub({ body: '{"a":{"apiKey":"k1","b":[{"secret":"k2"}]}}' }))).not.toMatch(
      /k1|k2/,
    );
  });

  it("scrubs keys as well as values", () => {
    expect(scrub({ "alice@example.org": 1, [`Bearer ${"x1".repeat(10)}`]: 2 })).toEqual({
      "[email]": 1,
      "Bearer [Filtered]": 2,
    });
  });

  it("finds card numbers that are numbers", () => {
    const card = Number(luhn("411111111111111"));
    expect(scrub({ paid: card, order: 1234567890123, at: 1795262400000 })).toEqual({
      paid: "[Filtered]",
      order: 1234567890123,
      at: 1795262400000,
    });
  });

  it("follows a project's own names", () => {
    const rules = { secretKeys: ["internal-ref"], allowedKeys: ["session"] };
    expect(scrub({ internalRef: "a", INTERNAL_REF: 1, session: "open", password: "x" }, rules)).toEqual({
      internalRef: "[Filtered]",
      INTERNAL_REF: "[Filtered]",
      session: "open",
      password: "[Filtered]",
    });
    expect(scrub({ session: "alice@example.org" }, rules)).toEqual({ session: "[email]" });
  });

  it("leaves what is no JSON out", () => {
    expect(scrub({ a: undefined, b: () => 1, c: Symbol("x"), d: NaN, e: Infinity, f: 1n })).toEqual({
      a: null,
      b: null,
      c: null,
      d: null,
      e: null,
      f: null,
    });
  });
});

describe("scrubbing frames", () => {
  it.each([
    [
      "an address",
      `Error: x\n    at f (/app/b.js:1:1)\n    at https://hooks.slack.com/services/T0/B0/hunter2xyz`,
    ],
    ["escaped JSON", `Error: x\n    at f (/app/b.js:1:1)\n    at no {\\"password\\":\\"hunter2xyz\\"}`],
  ])("leaves nothing in the name of a file that was cut out of %s", (_, stacktrace) => {
    expect(JSON.stringify(read([[{ type: "event" }, { stacktrace }]]).events)).not.toContain("hunter2xyz");
  });

  it("takes the scrubbed path for the name where the path held a secret", () => {
    const frame = {
      abs_path: "https://hooks.slack.com/services/T0/B0/hunter2xyz",
      filename: "/services/T0/B0/hunter2xyz",
    };
    const [event] = read([[{ type: "event" }, { stacktrace: { frames: [frame] } }]]).events;
    expect(event!.exceptions[0]!.frames[0]).toMatchObject({
      filename: "https://hooks.slack.com/services/[Filtered]",
      absPath: "https://hooks.slack.com/services/[Filtered]",
    });
  });
});

describe("hashing users", () => {
  it("depends on the key and the project, and without a key does not happen", () => {
    const user = { id: 17 };
    const hash = userHasher("key one", 1)(user);
    expect(hash).toBe(userHasher("key one", 1)(user));
    expect(hash).not.toBe(userHasher("key two", 1)(user));
    expect(hash).not.toBe(userHasher("key one", 2)(user));
    expect(userHasher(null, 1)(user)).toBeNull();
  });
});
