import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { MIGRATIONS } from "../../scripts/platform/paths.ts";
import { type Platform, type PlatformOptions, startPlatform } from "../../scripts/platform/start.ts";
import { cloneDatabase } from "./database.ts";
import { pgliteTemplate } from "./template.ts";

export interface TestPlatform extends Platform {
  /** With the publishable key and no user. */
  anonymous: SupabaseClient;
  /** With the secret key: service_role. */
  service: SupabaseClient;
  /** Signs a new user up and in. */
  signUp(email?: string): Promise<{ id: string; client: SupabaseClient; accessToken: string }>;
  /** Calls a function; `path` begins with its name. */
  call(path: string, init?: RequestInit): Promise<Response>;
}

const OPTIONS = { auth: { persistSession: false, autoRefreshToken: false } };

/**
 * The whole platform on a free port, migrated, in memory; on a database of its own when DATABASE_URL names a
 * Postgres server. The Studio's keyless access is off, as it is on hosted Supabase.
 */
export async function testPlatform(options: PlatformOptions = {}): Promise<TestPlatform> {
  const migrationsDir = options.migrationsDir ?? MIGRATIONS;
  const server = Deno.env.get("DATABASE_URL");
  const clone = server ? await cloneDatabase(server, migrationsDir) : undefined;
  const platform = await startPlatform({
    port: 0,
    memory: true,
    studioAdmin: false,
    databaseUrl: clone?.url,
    loadDataDir: clone ? undefined : await pgliteTemplate(migrationsDir),
    ...options,
  });
  const client = (key: string) => createClient(platform.url, key, OPTIONS);
  return {
    ...platform,
    anonymous: client(platform.publishableKey),
    service: client(platform.secretKey),
    async signUp(email = `${crypto.randomUUID()}@example.com`) {
      const own = client(platform.publishableKey);
      const { data, error } = await own.auth.signUp({ email, password: crypto.randomUUID() });
      if (error) throw error;
      if (!data.user || !data.session) throw new Error("Signing up did not sign in");
      return { id: data.user.id, client: own, accessToken: data.session.access_token };
    },
    call: (path, init) => fetch(`${platform.functionsUrl}/${path}`, init),
    async stop() {
      await platform.stop();
      await clone?.drop();
    },
  };
}
