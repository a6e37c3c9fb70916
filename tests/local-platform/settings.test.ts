import { describe, expect, test } from "vitest";
import { parseArguments } from "../../scripts/platform/arguments.ts";
import { readFunctionSettings } from "../../scripts/platform/function-settings.ts";
import { jwks, signToken, verifyToken } from "../../scripts/platform/jwt.ts";

describe("the command line", () => {
  test("every option is read, with a space or an equals sign", () => {
    const args = [
      "--port",
      "5000",
      "--host=0.0.0.0",
      "--data-dir",
      "x",
      "--database-url=postgres://a@b/c",
      "--memory",
    ];
    expect(parseArguments(args)).toEqual({
      kind: "start",
      options: { port: 5000, host: "0.0.0.0", dataDir: "x", databaseUrl: "postgres://a@b/c", memory: true },
    });
  });

  test.each([
    [["--port", "http"], "--port wants a number from 0 to 65535, got http"],
    [["--port", "70000"], "--port wants a number from 0 to 65535, got 70000"],
    [["--port"], "--port wants a value"],
    [["--database-url", "mysql://x"], "--database-url wants an address such as postgres://"],
    [["--colour"], "Unknown option --colour"],
  ])("%j is refused with words that help", (args, message) => {
    expect(() => parseArguments(args)).toThrow(message);
  });
});

describe("config.toml", () => {
  test("verify_jwt is on unless a function switches it off", () => {
    const settings = readFunctionSettings(
      '[functions.a]\nverify_jwt = false # ours\n[functions."b-c"]\n[api]\nverify_jwt = false\n[functions.d]\nverify_jwt = true',
    );
    expect(Object.fromEntries(settings)).toEqual({
      "a": { verifyJwt: false },
      "b-c": { verifyJwt: true },
      "d": { verifyJwt: true },
    });
  });
});

describe("tokens", () => {
  const now = Date.UTC(2026, 0, 1);
  const claims = { sub: "someone", exp: now / 1000 + 60 };

  test("a token that was signed here is believed, and names its key", async () => {
    const token = await signToken(claims, "secret");
    expect(await verifyToken(token, "secret", now)).toEqual(claims);
    const header: unknown = JSON.parse(atob(token.split(".")[0] ?? ""));
    expect(header).toMatchObject({ alg: "HS256", kid: jwks("secret").keys[0]?.kid });
  });

  test("one that is expired, altered, unsigned or signed by another is not", async () => {
    const token = await signToken(claims, "secret");
    const [header, , signature] = token.split(".");
    const forged = btoa(JSON.stringify({ ...claims, sub: "another" })).replaceAll("=", "");
    const none = btoa(JSON.stringify({ alg: "none" })).replaceAll("=", "");
    expect(await verifyToken(token, "secret", now + 61_000)).toBeUndefined();
    expect(await verifyToken(token, "other", now)).toBeUndefined();
    expect(await verifyToken(`${header}.${forged}.${signature}`, "secret", now)).toBeUndefined();
    expect(await verifyToken(`${none}.${forged}.${signature}`, "secret", now)).toBeUndefined();
    for (const text of ["", "a.b", "a.b.c", "a.b.c.d", "..", "sb_secret_x"]) {
      expect(await verifyToken(text, "secret", now)).toBeUndefined();
    }
  });
});
