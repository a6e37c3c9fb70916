import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scrubAndCut, scrubText } from "../../supabase/functions/_shared/signals/scrub/scrub-text.ts";
import { shapedSecrets } from "./secrets.ts";

describe("scrubbing text by shape", () => {
  for (const { kind, text, core } of shapedSecrets(7)) {
    it(`removes a ${kind}, alone and inside a sentence`, () => {
      for (
        const whole of [
          text,
          `failed for ${text} at once`,
          `(${text})`,
          `[${text}]`,
          `a\n${text}\nb`,
          `"${text}"`,
        ]
      ) {
        expect(scrubText(whole), whole).not.toContain(core);
      }
    });
  }

  it.each([
    "SyntaxError: Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON",
    "Unexpected token: }",
    "Unexpected token = in JSON at position 3",
    "AuthApiError: Invalid Refresh Token: Refresh Token Not Found",
    "password authentication failed for user",
    "Your password is required",
    "connect ECONNREFUSED 127.0.0.1:5432",
    "connect ECONNREFUSED ::1:5432",
    "Cannot read properties of undefined (reading 'map')",
    "at Object.handler (file:///srv/app/reset-password.ts:12:5)",
    'duplicate key value violates unique constraint "users_name_key"',
    "max_tokens=4096 exceeded",
    "Bearer token is missing",
    "Basic authentication is not enabled",
    "2026-11-21T03:29:25.123Z started at 12:34:56",
    "std::bad_alloc in ns::Class::method",
    "canceling statement due to statement timeout",
    "const key = items.map((token) => token.id);",
    "if (x === y && a !== b) return author;",
    "module @supabase/supabase-js@2.119.0 not found",
    "https://example.org/users/42?page=2&sort=name",
    "550e8400-e29b-41d4-a716-446655440000",
    "order 1234567890123 failed",
    "Chrome/120.0.0.0 Safari/537.36",
    "System.Private.CoreLib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=7cec85d7bea7798e",
    "session.ts",
    "host db.example.org port 5432",
    'the fields ["password", "email"] are required',
    'join("a", "b") of ("page", "2")',
    "the key: value pairs are missing",
  ])("leaves alone what only looks like a secret: %s", (text) => {
    expect(scrubText(text)).toBe(text);
  });

  it("keeps what stands around a secret", () => {
    expect(scrubText("login of alice@example.org from 198.51.100.4 failed")).toBe(
      "login of [email] from [ip] failed",
    );
    expect(scrubText("postgres://app:hunter2@db:5432/x?sslmode=require")).toBe(
      "postgres://[Filtered]@db:5432/x?sslmode=require",
    );
    expect(scrubText("GET /cb?code=abc123&page=2")).toBe("GET /cb?code=[Filtered]&page=2");
    expect(scrubText('{"password":"a\\"b","page":2}')).toBe('{"password":"[Filtered]","page":2}');
    expect(scrubText("password=hunter2, retry=3")).toBe("password=[Filtered], retry=3");
    expect(scrubText("token = getToken(request)")).toBe("token = getToken(request)");
    expect(scrubText("card 4111 1111 1111 1111 declined")).toBe("card [card] declined");
  });

  it("removes every address of a text with several, and credentials of hand-written connection strings", () => {
    expect(scrubText("a@example.org,b@example.org;c@example.org")).not.toMatch(/@example/);
    expect(scrubText("mysql://root:p/a?s#s@db:3306/x and redis://:geheim@cache:6379")).not.toMatch(
      /geheim|a\?s|root/,
    );
  });

  it.each([
    ["a UUID", "f9770855-6be2-4c45-8860-67004985af35"],
    ["a UUID of digits nearly alone", "62029437-9320-4e97-a901-3f6356b1daa1"],
    ["a trace id", "2873010601084f43a23aca6437f974c8"],
    ["an object id in a path", "/orders/5a4111111111111111b3c4d5/lines"],
  ])("keeps %s in which a card would fit", (_, text) => {
    expect(scrubText(text)).toBe(text);
    expect(scrubText(`${text} paid with 4111 1111 1111 1111`)).toBe(`${text} paid with [card]`);
    expect(scrubText(`4111111111111111-${text}`)).toBe(`[card]-${text}`);
  });

  it("keeps every UUID", () => {
    const uuids = Array.from({ length: 20_000 }, () => crypto.randomUUID());
    expect(uuids.filter((uuid) => scrubText(uuid) !== uuid)).toEqual([]);
    expect(uuids.filter((uuid) => scrubText(uuid.replaceAll("-", "")) !== uuid.replaceAll("-", ""))).toEqual(
      [],
    );
  });

  it.each(["ref4111111111111111", "a4111111111111111b", "4111-1111-1111-1111-abcd"])(
    "takes no id for an excuse: %s",
    (text) => expect(scrubText(text)).not.toContain("1111"),
  );

  it("removes what Postgres cannot store", () => {
    expect(scrubText("a\0b")).toBe("a\ufffdb");
    expect(scrubText("a\ud800b").isWellFormed()).toBe(true);
  });

  it.each([
    ["a card behind its name", "card_number=4111 1111 1111 1111 declined", "card_number=[Filtered] declined"],
    ["a card among other numbers", "order 20 4111 1111 1111 1111 17", "order 20 [card] 17"],
    ["an account behind its name", "iban: DE89 3704 0044 0532 0130 00", "iban: [Filtered]"],
    [
      "an account behind another word",
      "REFX DE89 3704 0044 0532 0130 00 AB12",
      "REFX [iban] AB12",
    ],
    [
      "a value that is the name of the next",
      `password= "api_key": "hunter2x"`,
      `password= "[Filtered]": "[Filtered]"`,
    ],
    ["a header behind a name", "password= Cookie: a=hunter2x; b=1", "password= [Filtered]"],
    [
      "a header in a value that seems to end",
      `password: \\" Authorization: Digest username="a", response="hunter2x"`,
      `password: \\"[Filtered]`,
    ],
    ["a value in code", `scope.setExtra("api_key", "hunter2x");`, `scope.setExtra("api_key", "[Filtered]");`],
    ["a header in code", "h.set('Authorization', `Bearer hunter2x`)", "h.set('Authorization', `[Filtered]`)"],
    ["a pair in a list", `[["cookie","a=hunter2x"],["a","b"]]`, `[["cookie","[Filtered]"],["a","b"]]`],
    ["credentials behind a flag", "--password Basic aHVudGVyMng6eA==", "--password [Filtered] [Filtered]"],
    ["a flag in the quoted value of another", "--run 'x --token hunter2x'", "--run 'x --token [Filtered]"],
    ["a word of several quoted parts", `--password "hunter"'2x'y -f`, "--password [Filtered] -f"],
    ["schemes in a row", "Basic Bearer hunter2x", "Basic Bearer [Filtered]"],
    ["a long value of a flag", `--token ${"hunter2x".repeat(100)} -f`, "--token [Filtered] -f"],
    ["a long value in SQL", `password '${"hunter2x".repeat(100)}'`, "password [Filtered]"],
  ])("leaves nothing of %s", (_, text, scrubbed) => {
    expect(scrubText(text)).toBe(scrubbed);
    expect(scrubText(scrubbed)).toBe(scrubbed);
  });

  it("changes nothing more in a flag whose value looks like a name", () => {
    const once = scrubText(
      `-- password "password": "p1gP2HjhIjTvJ9" --password "password": "p1gP2HjhIjTvJ9" `,
    );
    expect(once).not.toContain("p1g");
    expect(scrubText(once)).toBe(once);
  });

  const SURROUNDINGS = [
    ...[
      "password",
      "token",
      "api key",
      "Authorization: ",
      "Cookie: ",
      "Bearer ",
      "Basic ",
      "<password>",
      "is ",
    ],
    ...[
      "http://",
      "postgres://",
      "=",
      ": ",
      '"',
      "'",
      "`",
      " ",
      "\n",
      "\\",
      "\\n",
      '\\"',
      "@",
      "%40",
      "%20",
      "://",
    ],
    ...[
      "--",
      "-",
      "[",
      "]",
      "{",
      "}",
      "(",
      ")",
      ">",
      "<",
      ",",
      ";",
      "&",
      "?",
      "#",
      "/",
      "|",
      "+",
      ".",
      "$",
      "1",
      "a",
    ],
  ];
  const piece = fc.oneof(
    fc.constantFrom(...shapedSecrets(3)).map(({ text, core }) => ({ text: ` ${text} `, core })),
    fc.oneof(fc.constantFrom(...SURROUNDINGS), fc.string({ maxLength: 8 })).map((text) => ({
      text,
      core: null,
    })),
  );
  const composed = fc.array(piece, { maxLength: 12 }).map((pieces) => ({
    text: pieces.map(({ text }) => text).join(""),
    cores: pieces.flatMap(({ core }) => core ?? []),
  }));

  it("changes nothing more when it runs twice", () => {
    fc.assert(
      fc.property(composed, ({ text }) => {
        const once = scrubText(text);
        expect(scrubText(once)).toBe(once);
      }),
      { numRuns: 5000 },
    );
  });

  it("removes secrets whatever stands between them", () => {
    fc.assert(
      fc.property(composed, ({ text, cores }) => {
        const scrubbed = scrubText(text);
        for (const core of cores) expect(scrubbed).not.toContain(core);
      }),
      { numRuns: 5000 },
    );
  });
});

describe("cutting text", () => {
  it("bounds a text and says that it was cut", () => {
    const text = scrubAndCut("x ".repeat(5000), 100);
    expect(text.length).toBeLessThanOrEqual(100);
    expect(text.endsWith("…")).toBe(true);
  });

  it("never keeps half a secret that stands where the text is cut", () => {
    const secrets = shapedSecrets(11);
    fc.assert(
      fc.property(
        fc.constantFrom(...secrets),
        fc.integer({ min: 0, max: 700 }),
        fc.boolean(),
        (secret, before, shrink) => {
          const lead = shrink ? `a@example.org ${"y ".repeat(before / 2)}` : "y ".repeat(before / 2);
          const text = `${lead}${secret.text} ${"z ".repeat(400)}`;
          const kept = scrubAndCut(text, 300);
          expect(kept).not.toContain(secret.core);
          // Half of it would still be a leak.
          expect(kept).not.toContain(secret.core.slice(0, Math.max(9, Math.ceil(secret.core.length * 0.6))));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("does not cut a character in half", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 60 }),
        fc.integer({ min: 1, max: 40 }),
        (text, max) => {
          const kept = scrubAndCut(text, max);
          expect(kept.isWellFormed()).toBe(true);
          expect(kept.length).toBeLessThanOrEqual(max + 8);
        },
      ),
    );
  });
});
