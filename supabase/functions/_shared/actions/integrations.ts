import { z } from "zod";
import { whenSchema } from "./matcher.ts";

/**
 * What the column `configuration` of an integration holds, by kind. Each integration has a name and one secret, which is in
 * Vault; nothing in these objects is one.
 */

const url = z.url({ protocol: /^https?$/ }).max(2048);
const identifier = z.string().min(1).max(63);
const milliseconds = z.int().min(0).max(86_400_000);

/**
 * Kind `webhook`: one thing that a team can trigger by HTTP; the secret signs the requests. Its name is that of the
 * action, `webhook.<name>`. Without `rollback_url` it cannot be undone, and so never runs by itself.
 */
const webhookSchema = z.strictObject({
  title: z.string().min(1).max(200),
  description: z.string().max(2000).default(""),
  url,
  rollback_url: url.optional(),
  /** Tells what became of a call; without it, a crash in the middle needs a human. */
  status_url: url.optional(),
  risk: z.enum(["safe", "guarded", "dangerous"]).default("guarded"),
  recovery_ms: milliseconds.default(30_000),
  window_ms: milliseconds.default(900_000),
  /** Runbooks that touch the same thing share a key, so that only one runs at a time. Default: its own name. */
  subject: z.string().min(1).max(200).optional(),
  /** Facts of the diagnosis that are sent along. */
  arguments: z.array(z.string().min(1).max(64)).max(20).default([]),
  when: whenSchema.optional(),
});
export type Runbook = z.infer<typeof webhookSchema> & { name: string };

/** Kind `slack`: Slack, Mattermost, Discord's `/slack`. The secret is the URL of the incoming webhook. */
const slackSchema = z.strictObject({});

/** Kind `email`: an HTTP API that sends e-mail, in the shape of Resend and its kin. The secret, if any, is its token. */
const emailSchema = z.strictObject({
  url,
  from: z.string().min(3).max(320),
  to: z.array(z.string().min(3).max(320)).min(1).max(50),
});
export type Channel =
  | { kind: "slack"; name: string }
  | ({ kind: "email"; name: string } & z.infer<typeof emailSchema>);

/** Kind `github`: the repository for issues. The secret is a token that may write them. */
const githubSchema = z.strictObject({
  owner: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/),
  repository: z.string().regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/),
  labels: z.array(z.string().min(1).max(50)).max(10).default([]),
  /** The branch that production is built from: where reverts are proposed. */
  base: z.string().min(1).max(250).default("main"),
  /** Another address for GitHub Enterprise Server, e.g. `https://github.example.org/api/v3`. */
  api_url: url.default("https://api.github.com"),
  /** False when what is deployed there never migrates a database: then nothing has to be known of its migrations. */
  migrates_database: z.boolean().default(true),
});
export type GithubIntegration = z.infer<typeof githubSchema> & { name: string };

/** Kind `vercel`, name `default`: the Vercel project. The secret is a token that may roll it back. */
const vercelSchema = z.strictObject({
  project_id: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/),
  team_id: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/).optional(),
  /** Hobby can go back one deployment only. */
  plan: z.enum(["hobby", "pro", "enterprise"]).default("pro"),
  api_url: url.default("https://api.vercel.com"),
  /** False when what is deployed there never migrates a database: then nothing has to be known of its migrations. */
  migrates_database: z.boolean().default(true),
});
export type VercelIntegration = z.infer<typeof vercelSchema> & { name: string };

/** Kind `supabase`, name `default`: the Supabase project with edge functions. The secret is a personal or OAuth token. */
const supabaseSchema = z.strictObject({
  ref: z.string().regex(/^[a-z0-9-]{1,64}$/),
  api_url: url.default("https://api.supabase.com"),
});
export type SupabaseIntegration = z.infer<typeof supabaseSchema> & { name: string };

/** Kind `process`, name `default`: a process with a control endpoint, see `targets/process.ts`. The secret is its bearer token. */
const processSchema = z.strictObject({ url, migrates_database: z.boolean().default(true) });
export type ProcessIntegration = z.infer<typeof processSchema> & { name: string };

/** Kinds `vercel` and `github`, name `webhook`: they only hold the secret that signs the platform's webhooks. */
const signingSchema = z.strictObject({});

/** A table in which the application keeps its jobs. `retryable` is the team's word that jobs may run again. */
const queueSchema = z.strictObject({
  schema: identifier,
  table: identifier,
  id: identifier,
  status: identifier,
  ready: z.string().min(1).max(63),
  dead: z.string().min(1).max(63),
  attempts: identifier.optional(),
  run_at: identifier.optional(),
  retryable: z.literal(true),
});

/** Kind `postgres`: what the database functions allow for this project. They read and enforce it themselves. */
const postgresSchema = z.strictObject({
  schemas: z.array(identifier).max(100),
  /** `application_name` of sessions that may be ended; a trailing `*` matches the rest. */
  applications: z.array(z.string().min(1).max(64)).max(100).default([]),
  queues: z.record(z.string().min(1).max(64), queueSchema).default({}),
});
export type PostgresIntegration = z.infer<typeof postgresSchema>;

/** The schema of `configuration` by kind, for those who store an integration. */
export const INTEGRATION_SCHEMAS = {
  webhook: webhookSchema,
  slack: slackSchema,
  email: emailSchema,
  github: githubSchema,
  postgres: postgresSchema,
  vercel: vercelSchema,
  supabase: supabaseSchema,
  process: processSchema,
} as const;
export type IntegrationKind = keyof typeof INTEGRATION_SCHEMAS;

/** What a project has set up for actions. */
export interface Integrations {
  postgres: PostgresIntegration | null;
  runbooks: Runbook[];
  channels: Channel[];
  github: GithubIntegration | null;
  vercel: VercelIntegration | null;
  supabase: SupabaseIntegration | null;
  process: ProcessIntegration | null;
}

/** A row of `integrations`. */
export interface IntegrationRow {
  kind: string;
  name: string;
  configuration: unknown;
}

/** The name that counts where a project has one of a kind only. */
export const DEFAULT_NAME = "default";
/** The name under which a platform's webhooks have their secret. */
export const WEBHOOK_NAME = "webhook";

/**
 * Reads a project's enabled integrations. Kinds that no action uses are skipped; a row with faults is left out and told, so
 * that it does not take the others down.
 */
export function parseIntegrations(
  rows: readonly IntegrationRow[],
): { integrations: Integrations; faults: string[] } {
  const integrations: Integrations = {
    postgres: null,
    runbooks: [],
    channels: [],
    github: null,
    vercel: null,
    supabase: null,
    process: null,
  };
  const faults: string[] = [];
  const read = <S extends z.ZodType>(
    { kind, name, configuration }: IntegrationRow,
    schema: S,
  ): z.output<S> | null => {
    const result = schema.safeParse(configuration);
    if (result.success) return result.data;
    const where = result.error.issues.map((issue) => `${issue.path.join(".")} (${issue.code})`).join(", ");
    faults.push(`The integration ${kind} ${name} is wrong at ${where}: it is not used.`);
    return null;
  };
  for (const row of rows) {
    const { kind, name } = row;
    if (kind === "webhook") {
      const found = read(row, webhookSchema);
      if (found && name !== RESERVED_RUNBOOK) integrations.runbooks.push({ ...found, name });
      if (found && name === RESERVED_RUNBOOK) {
        faults.push(`A runbook cannot be called ${name}: choose another name.`);
      }
    } else if (kind === "slack") {
      if (read(row, slackSchema)) integrations.channels.push({ kind, name });
    } else if (kind === "email") {
      const found = read(row, emailSchema);
      if (found) integrations.channels.push({ ...found, kind, name });
    } else if (kind === "github" && name === DEFAULT_NAME) {
      const found = read(row, githubSchema);
      if (found) integrations.github = { ...found, name };
    } else if (kind === "vercel" && name === DEFAULT_NAME) {
      const found = read(row, vercelSchema);
      if (found) integrations.vercel = { ...found, name };
    } else if (kind === "supabase" && name === DEFAULT_NAME) {
      const found = read(row, supabaseSchema);
      if (found) integrations.supabase = { ...found, name };
    } else if (kind === "process" && name === DEFAULT_NAME) {
      const found = read(row, processSchema);
      if (found) integrations.process = { ...found, name };
    } else if (name === WEBHOOK_NAME && (kind === "vercel" || kind === "github")) {
      read(row, signingSchema);
    } else if (kind === "postgres" && name === DEFAULT_NAME) {
      integrations.postgres = read(row, postgresSchema);
    }
  }
  return { integrations, faults };
}

/** `webhook.call` is the general action. */
const RESERVED_RUNBOOK = "call";
