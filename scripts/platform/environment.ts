import { jwks } from "./jwt.ts";
import type { Keys } from "./keys.ts";

/** The variables that hosted Supabase sets for its edge functions. */
export function functionEnvironment(
  url: string,
  keys: Keys,
  databaseUrl: string | undefined,
): Record<string, string> {
  return {
    SUPABASE_URL: url,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishable }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secret, automations: keys.automations }),
    SUPABASE_JWKS: JSON.stringify(jwks(keys.jwtSecret)),
    // PGlite lives inside this process and has no address.
    ...(databaseUrl ? { SUPABASE_DB_URL: databaseUrl } : {}),
  };
}

/**
 * What is convenient on a platform that only this machine can reach, and stays off on hosted Supabase: metrics without a key, and
 * webhooks to servers on loopback. Whoever has set a variable himself keeps his value.
 */
export function allowForDevelopment(host = "127.0.0.1"): void {
  if (!["127.0.0.1", "::1", "localhost"].includes(host)) return;
  for (const name of ["PRUNELLA_METRICS_PUBLIC", "PRUNELLA_ALLOW_LOOPBACK_TARGETS"]) {
    if (Deno.env.get(name) === undefined) Deno.env.set(name, "true");
  }
}

/** Sets variables of this process; the returned function puts back what was there. */
export function setEnvironment(variables: Record<string, string>): () => void {
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  };
}
