import { z } from "zod";

/** Where variables come from: the runtime's environment, or a plain object in a test. */
export type EnvSource = Record<string, string | undefined>;

const flag = z.stringbool().default(false);

const variables = z.object({
  SUPABASE_URL: z.url({ protocol: /^https?$/ }).default("http://127.0.0.1:54321"),
  SUPABASE_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  SUPABASE_SECRET_KEY: z.string().optional(),
  SUPABASE_SECRET_KEYS: z.string().optional(),
  PRUNELLA_ENVIRONMENT: z.string().max(64).default("production"),
  PRUNELLA_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  PRUNELLA_METRICS_PUBLIC: flag,
  PRUNELLA_ALLOW_LOOPBACK_TARGETS: flag,
  PRUNELLA_USER_HASH_KEY: z.string().min(16).optional(),
  PRUNELLA_ALLOWED_ORIGINS: z.string().default("*"),
  PRUNELLA_DASHBOARD_URL: z.url({ protocol: /^https?$/ }).optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  OPENAI_MODEL: z.string().default("gpt-4o-mini"),
});

export type LogLevel = z.infer<typeof variables>["PRUNELLA_LOG_LEVEL"];

/** What a deployment can set. Supabase's own API keys are not here: `@supabase/server` reads those. */
export interface Env {
  /** The project's API as functions reach it, without a trailing slash. */
  supabaseUrl: string;
  /** The project's API as people reach it; differs behind a self-hosted gateway. */
  publicUrl: string;
  environment: string;
  logLevel: LogLevel;
  /** True: `/metrics` answers without a key. */
  metricsPublic: boolean;
  /** True: outgoing webhooks may reach loopback and private addresses. For development only. */
  allowLoopbackTargets: boolean;
  /** Key of the HMAC that turns a user's id into a hash. Null: users are not counted. */
  userHashKey: string | null;
  /** Origins whose browsers may call; `["*"]` is safe, because no route reads cookies. */
  allowedOrigins: string[];
  dashboardUrl: string | null;
  /** An OpenAI-compatible endpoint, or null: everything then works by rules alone. */
  llm: { apiKey: string; baseUrl: string; model: string } | null;
}

const OPENAI_URL = "https://api.openai.com/v1";

/**
 * Parses the environment. Empty strings count as not set.
 *
 * @throws Error that names every wrong variable, never its value.
 * @example parseEnv({ PRUNELLA_METRICS_PUBLIC: "true" }).metricsPublic // true
 */
export function parseEnv(source: EnvSource): Env {
  const given = Object.fromEntries(
    Object.entries(source).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = variables.safeParse(given);
  if (!parsed.success) {
    // zod's own message may quote what it was given, which may be a secret: only names and kinds of fault are told.
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join(".")} (${issue.code})`).join(", ");
    throw new Error(`The environment is wrong: ${wrong}. Set the variable to a valid value or remove it.`);
  }
  const v = parsed.data;
  const supabaseUrl = withoutSlash(v.SUPABASE_URL);
  return {
    supabaseUrl,
    publicUrl: withoutSlash(v.SUPABASE_PUBLIC_URL ?? supabaseUrl),
    environment: v.PRUNELLA_ENVIRONMENT,
    logLevel: v.PRUNELLA_LOG_LEVEL,
    metricsPublic: v.PRUNELLA_METRICS_PUBLIC,
    allowLoopbackTargets: v.PRUNELLA_ALLOW_LOOPBACK_TARGETS,
    userHashKey: v.PRUNELLA_USER_HASH_KEY ?? derivedHashKey(v.SUPABASE_SECRET_KEYS ?? v.SUPABASE_SECRET_KEY),
    allowedOrigins: v.PRUNELLA_ALLOWED_ORIGINS.split(",").map((origin) => origin.trim()).filter(Boolean),
    dashboardUrl: v.PRUNELLA_DASHBOARD_URL ?? null,
    llm: v.OPENAI_API_KEY || v.OPENAI_BASE_URL
      ? {
        // Local model servers want no key, but the client library insists on one.
        apiKey: v.OPENAI_API_KEY ?? "none",
        baseUrl: withoutSlash(v.OPENAI_BASE_URL ?? OPENAI_URL),
        model: v.OPENAI_MODEL,
      }
      : null,
  };
}

let current: Env | undefined;

/** The environment of this process, read on first use so that importing a module needs no variable. */
export function env(): Env {
  current ??= parseEnv(
    Object.fromEntries(Object.keys(variables.shape).map((name) => [name, Deno.env.get(name)])),
  );
  return current;
}

// Every project has a secret key, so users are counted without further set-up. Rotating it starts the count anew.
function derivedHashKey(secret: string | undefined): string | null {
  return secret ? `prunella:user-hash:${secret}` : null;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}
