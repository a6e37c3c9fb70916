import { createClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type PostgresServer, startPostgres } from "../../scripts/platform/postgres.ts";
import { type Platform, startPlatform } from "../../scripts/platform/start.ts";
import { eventually, FIXTURES } from "./engines.ts";

interface Echo {
  method: string;
  path: string;
  search: string;
  headers: Record<string, string>;
  bytes: number;
  environment: Record<string, string>;
}

const OPTIONS = { auth: { persistSession: false, autoRefreshToken: false } };

describe.each(["PGlite", "Postgres"] as const)("the platform on %s", (engine) => {
  let server: PostgresServer | undefined;
  let platform: Platform;
  const log: string[] = [];

  beforeAll(async () => {
    if (engine === "Postgres") server = await startPostgres({ durable: false });
    platform = await startPlatform({
      port: 0,
      memory: true,
      databaseUrl: server?.url,
      migrationsDir: `${FIXTURES}/migrations`,
      functionsDir: `${FIXTURES}/functions`,
      configFile: `${FIXTURES}/config.toml`,
      studioAdmin: false,
      log: (message) => log.push(message),
    });
  });
  afterAll(async () => {
    await platform.stop();
    await server?.stop();
  });

  const client = (key = platform.publishableKey) => createClient(platform.url, key, OPTIONS);
  const call = (path: string, init?: RequestInit) => fetch(`${platform.functionsUrl}/${path}`, init);

  async function signUp() {
    const own = client();
    const { data, error } = await own.auth.signUp({
      email: `${crypto.randomUUID()}@example.com`,
      password: "pass-word",
    });
    if (error || !data.user || !data.session) throw error ?? new Error("no session");
    return { own, id: data.user.id, token: data.session.access_token, email: data.user.email ?? "" };
  }

  describe("serves supabase-js unchanged:", () => {
    test("a user signs up, in and out", async () => {
      const { email } = await signUp();
      const again = client();
      expect((await again.auth.signInWithPassword({ email, password: "wrong-word" })).error?.status).toBe(
        400,
      );
      const { data, error } = await again.auth.signInWithPassword({ email, password: "pass-word" });
      expect(error).toBeNull();
      expect(data.user?.email).toBe(email);
      expect((await again.auth.signOut()).error).toBeNull();
    });

    test("rows are seen by their owner alone, and by service_role", async () => {
      const [first, second] = [await signUp(), await signUp()];
      const { data, error } = await first.own.from("notes").insert({ body: "mine", tags: ["a"] }).select()
        .single();
      expect(error).toBeNull();
      expect(data).toMatchObject({ owner_id: first.id, tags: ["a"] });
      expect((await second.own.from("notes").select().eq("body", "mine")).data).toEqual([]);
      expect((await client(platform.secretKey).from("notes").select().eq("owner_id", first.id)).data)
        .toHaveLength(1);
    });

    test("the grants of the migrations hold: nothing is granted besides", async () => {
      const { own } = await signUp();
      expect((await client().from("notes").select()).error?.code).toBe("42501");
      expect((await own.from("sealed").select()).error?.code).toBe("42501");
      expect((await client(platform.secretKey).from("sealed").select()).error?.code).toBe("42501");
      expect((await own.from("notes").delete().gt("id", 0)).error?.code).toBe("42501");
    });

    test("a function is called with JSON as it is, and as the one who calls", async () => {
      const { own, id } = await signUp();
      expect((await own.rpc("first_of", { items: [{ a: [1] }, 2] })).data).toEqual({ a: [1] });
      expect((await own.rpc("who")).data).toEqual({ role: "authenticated", user: id });
      expect((await client().rpc("who")).data).toEqual({ role: "anon", user: null });
      expect((await client(platform.automationsKey).rpc("who")).data).toEqual({
        role: "service_role",
        user: null,
      });
    });

    test("requests at the same time keep their roles apart", async () => {
      const users = [await signUp(), await signUp(), await signUp()];
      const service = client(platform.secretKey);
      const answers = await Promise.all(Array.from({ length: 60 }, async (_, n) => {
        const user = users[n % 4];
        const { data } = await (user?.own ?? service).rpc("who");
        return [data, user ? { role: "authenticated", user: user.id } : { role: "service_role", user: null }];
      }));
      for (const [seen, expected] of answers) expect(seen).toEqual(expected);
    });

    test("an unknown key is turned away", async () => {
      expect((await client("sb_secret_wrong").rpc("who")).status).toBe(401);
      expect((await fetch(`${platform.url}/rest/v1/notes`)).status).toBe(401);
    });
  });

  describe("serves functions as hosted Supabase does:", () => {
    test("the path begins with the function's name, and the client is in the headers", async () => {
      const response = await call("echo/api/42/envelope/?a=b", {
        method: "PUT",
        body: "text",
        headers: { "x-forwarded-for": "203.0.113.9" },
      });
      const echo = await response.json() as Echo;
      expect(echo).toMatchObject({ method: "PUT", path: "/echo/api/42/envelope/", search: "?a=b", bytes: 4 });
      expect(echo.headers["x-forwarded-for"]).toBe("203.0.113.9, 127.0.0.1");
      expect(echo.headers["x-forwarded-host"]).toBe(new URL(platform.url).host);
    });

    test("the environment is that of an edge function", async () => {
      const { environment } = await (await call("echo")).json() as Echo;
      expect(environment.SUPABASE_URL).toBe(platform.url);
      expect(JSON.parse(environment.SUPABASE_PUBLISHABLE_KEYS ?? "")).toEqual({
        default: platform.publishableKey,
      });
      expect(JSON.parse(environment.SUPABASE_SECRET_KEYS ?? ""))
        .toEqual({ default: platform.secretKey, automations: platform.automationsKey });
      expect(environment.SUPABASE_DB_URL).toBe(server?.url);
    });

    test("a large body arrives whole, also when its length is not known before", async () => {
      const chunk = new Uint8Array(1024 * 1024);
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let n = 0; n < 30; n++) controller.enqueue(chunk);
          controller.close();
        },
      });
      const { bytes } = await (await call("echo", { method: "POST", body: stream })).json() as Echo;
      expect(bytes).toBe(30 * 1024 * 1024);
    });

    test("@supabase/server knows the user, and acts as that user", async () => {
      const { id, token } = await signUp();
      const headers = { apikey: platform.publishableKey, Authorization: `Bearer ${token}` };
      expect(await (await call("whoami/user", { headers })).json())
        .toEqual({ id, database: { role: "authenticated", user: id }, error: null });
      const forged = { ...headers, Authorization: `Bearer ${token.slice(0, -6)}AAAAAA` };
      expect((await call("whoami/user", { headers: forged })).status).toBe(401);
    });

    test("@supabase/server tells the automations key from the others", async () => {
      const status = async (apikey: string) =>
        (await call("whoami/automation", { headers: { apikey } })).status;
      expect(await status(platform.automationsKey)).toBe(200);
      expect(await status(platform.secretKey)).toBe(401);
      expect(await status(platform.publishableKey)).toBe(401);
    });

    test("a function that is not in config.toml wants a valid user token", async () => {
      const { token } = await signUp();
      const get = (authorization?: string) =>
        call("guarded", { headers: authorization ? { Authorization: authorization } : {} });
      expect((await get()).status).toBe(401);
      expect((await get("Bearer nonsense")).status).toBe(401);
      expect((await get(`Bearer ${platform.secretKey}`)).status).toBe(401);
      expect(await (await get(`Bearer ${token}`)).text()).toBe("inside");
    });

    test.each(["throwing", "broken"])(
      "one that is %s gives 500 without a detail, and the platform stays up",
      async (name) => {
        log.length = 0;
        const response = await call(name);
        expect(response.status).toBe(500);
        expect(await response.text()).not.toMatch(/detail|cannot be loaded|\.ts/);
        expect(log.join()).toContain(`function ${name}`);
        expect((await call("echo")).status).toBe(200);
      },
    );

    test("what fails after the answer is told, and the platform stays up", async () => {
      log.length = 0;
      expect(await (await call("later")).text()).toBe("answered");
      await eventually(() => Promise.resolve(log.length >= 1 || undefined));
      expect(log.join()).toContain("failed in waitUntil");
      expect((await call("echo")).status).toBe(200);
    });

    test.each(["nowhere", "_shared", "..%2Fechox", ""])("there is no function %j", async (name) => {
      const response = await call(name);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: "NOT_FOUND" });
    });
  });

  test("the database calls the project's functions by what Vault holds", async () => {
    const [{ id } = {}] = await platform.sql(
      `select net.http_post(
        (select decrypted_secret from vault.decrypted_secrets where name = 'prunella_functions_url') || '/whoami/automation',
        headers => jsonb_build_object('apikey',
          (select decrypted_secret from vault.decrypted_secrets where name = 'prunella_automations_key'))
      ) as id`,
    );
    const answer = await eventually(async () =>
      (await platform.sql("select status_code from net._http_response where id = $1", [id]))[0]
    );
    expect(answer).toEqual({ status_code: 200 });
  });

  test("the Studio is at the root", async () => {
    const response = await fetch(platform.url);
    expect(response.headers.get("content-type")).toContain("text/html");
  });

  test("there is one platform per process", async () => {
    await expect(startPlatform({ port: 0, memory: true })).rejects.toThrow("already runs in this process");
  });
});

test("what functions do in the background ends before the database closes: they are told, and REST still answers", async () => {
  const log: string[] = [];
  const warnings = vi.spyOn(console, "warn").mockImplementation((...parts) => {
    log.push(parts.map(String).join(" "));
  });
  try {
    const platform = await startPlatform({
      port: 0,
      memory: true,
      migrationsDir: `${FIXTURES}/migrations`,
      functionsDir: `${FIXTURES}/functions`,
      configFile: `${FIXTURES}/config.toml`,
      log: (message) => log.push(message),
    });
    expect(await (await fetch(`${platform.functionsUrl}/lingering`)).text()).toBe("answered");
    expect(log).toEqual([]);
    await platform.stop();
    expect(log).toEqual(["lingering: read 0 notes; functions answer 503"]);
  } finally {
    warnings.mockRestore();
  }
});

test("after a stop the environment is as before, and another may start", async () => {
  const start = () =>
    startPlatform({ port: 0, memory: true, migrationsDir: `${FIXTURES}/migrations`, functionsDir: FIXTURES });
  const first = await start();
  expect(Deno.env.get("SUPABASE_URL")).toBe(first.url);
  await first.stop();
  expect(Deno.env.get("SUPABASE_URL")).toBeUndefined();
  await expect(fetch(first.url)).rejects.toThrow();
  const second = await start();
  await second.stop();
});
