// The peer of @supabase/server: where nothing names its version, a deployment takes the newest one, untested.
import "@supabase/supabase-js";
import { withSupabase } from "@supabase/server/adapters/hono";
import { createAdminClient } from "@supabase/server/core";
import type { SupabaseContext } from "@supabase/server";
import { failures } from "./errors.ts";

type Client = SupabaseContext["supabase"];

/** A database call that takes longer than this fails: the request's own 150 s must not be spent on waiting. */
export const DATABASE_TIMEOUT_MS = 10_000;

const supabaseOptions = {
  global: {
    fetch: (input: RequestInfo | URL, init?: RequestInit) => {
      const limit = AbortSignal.timeout(DATABASE_TIMEOUT_MS);
      return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, limit]) : limit });
    },
  },
};

/**
 * Who may call a route; put one of these in the route's `middleware`, never app-wide, because the first one on a path
 * wins. On success `c.var.supabaseContext` is set.
 */
export const auth = {
  /** People, with the token of Supabase Auth. The database sees them as themselves. */
  user: withSupabase({ auth: "user", supabaseOptions }),
  /** pg_cron and pg_net, with the secret key named `automations`. */
  automations: withSupabase({ auth: "secret:automations", supabaseOptions }),
  /** Any machine that holds one of the project's secret keys. */
  secret: withSupabase({ auth: "secret:*", supabaseOptions }),
  userOrSecret: withSupabase({ auth: ["user", "secret:*"], supabaseOptions }),
  /** The route checks a key of its own. */
  none: withSupabase({ auth: "none", supabaseOptions }),
} as const;

type Requirement = { [scheme: string]: string[] };

/** What OpenAPI says about each of the ways above. */
export const security: Record<
  "user" | "automations" | "secret" | "userOrSecret" | "projectKey",
  Requirement[]
> = {
  user: [{ user: [] }],
  automations: [{ secret: [] }],
  secret: [{ secret: [] }],
  userOrSecret: [{ user: [] }, { secret: [] }],
  projectKey: [{ projectKey: [] }],
};

/**
 * A secret key, unless `open()` says that anybody may call. The key may also come as a bearer token: scrapers such as
 * Prometheus send one easily, and other headers only in recent versions.
 */
export function secretUnless(open: () => boolean): typeof auth.secret {
  return (c, next) => {
    if (open()) return auth.none(c, next);
    const token = bearerToken(c.req.header("authorization"));
    if (token && !c.req.header("apikey")) {
      const headers = new Headers(c.req.raw.headers);
      headers.set("apikey", token);
      headers.delete("authorization");
      c.req.raw = new Request(c.req.raw, { headers });
    }
    return auth.secret(c, next);
  };
}

/** The client that carries the caller's own rights: row-level security for people, everything for machines. */
export function callerClient(c: { var: { supabaseContext: SupabaseContext } }): Client {
  const { authMode, supabase, supabaseAdmin } = c.var.supabaseContext;
  switch (authMode) {
    case "user":
      return supabase;
    case "secret":
      return supabaseAdmin;
    case "none":
    case "publishable":
      throw failures.unauthenticated("This route needs a user's token or a secret key.");
  }
}

/** A client that bypasses row-level security, for work that no request asked for. */
export function adminClient(): Client {
  return createAdminClient({ supabaseOptions });
}

/** The token of `Authorization: Bearer <token>`, or null. */
export function bearerToken(header: string | undefined): string | null {
  return /^Bearer +(\S+) *$/i.exec(header ?? "")?.[1] ?? null;
}

/** Lower-case hex SHA-256, the only form in which keys are stored. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
