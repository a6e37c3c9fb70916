import { z } from "zod";
import { whenSchema } from "./matcher.ts";

/**
 * What the `configuration` column of an integration holds, by kind. Secrets are named here and kept in Vault; nothing in
 * these objects is one.
 */

const secretName = z.string().regex(/^[A-Za-z0-9_.:-]{1,200}$/);
const url = z.url({ protocol: /^https?$/ }).max(2048);
const identifier = z.string().min(1).max(63);
const milliseconds = z.int().min(0).max(86_400_000);

/** One thing that a team can trigger by HTTP. Without `rollback_url` it cannot be undone, and so never runs by itself. */
export const runbookSchema = z.strictObject({
  /** Its action is called `webhook.<name>`; `webhook.call` is the general one. */
  name: z.string().regex(/^[a-z][a-z0-9-]{0,47}$/).refine((name) => name !== "call", "This name is taken."),
  title: z.string().min(1).max(200),
  description: z.string().max(2000).default(""),
  url,
  rollback_url: url.optional(),
  /** Tells what became of a call; without it, a crash in the middle needs a human. */
  status_url: url.optional(),
  secret: secretName,
  risk: z.enum(["safe", "guarded", "dangerous"]).default("guarded"),
  recovery_ms: milliseconds.default(30_000),
  window_ms: milliseconds.default(900_000),
  /** Runbooks that touch the same thing share a key, so that only one runs at a time. Default: its own name. */
  subject: z.string().min(1).max(200).optional(),
  /** Facts of the diagnosis that are sent along. */
  arguments: z.array(z.string().min(1).max(64)).max(20).default([]),
  when: whenSchema.optional(),
});
export type Runbook = z.infer<typeof runbookSchema>;

export const webhookIntegrationSchema = z.strictObject({
  runbooks: z.array(runbookSchema).max(100)
    .refine(
      (all) => new Set(all.map((one) => one.name)).size === all.length,
      "Two runbooks have the same name.",
    ),
});

/** Slack-compatible (Slack, Mattermost, Discord's `/slack`): the URL itself is the secret. */
const slackChannelSchema = z.strictObject({ kind: z.literal("slack"), url_secret: secretName });
/** An HTTP API that sends e-mail, in the shape that Resend and its kin understand. */
const emailChannelSchema = z.strictObject({
  kind: z.literal("email"),
  url,
  token_secret: secretName.optional(),
  from: z.string().min(3).max(320),
  to: z.array(z.string().min(3).max(320)).min(1).max(50),
});
export const channelSchema = z.discriminatedUnion("kind", [slackChannelSchema, emailChannelSchema]);
export type Channel = z.infer<typeof channelSchema>;

/** The channel `default` is used unless another is asked for. */
export const notifyIntegrationSchema = z.strictObject({
  channels: z.record(z.string().min(1).max(64), channelSchema),
});

export const githubIntegrationSchema = z.strictObject({
  owner: z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/),
  repository: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/).refine((name) => name !== "." && name !== ".."),
  labels: z.array(z.string().min(1).max(50)).max(10).default([]),
  token_secret: secretName,
  /** Another address for GitHub Enterprise Server, e.g. `https://github.example.org/api/v3`. */
  api_url: url.default("https://api.github.com"),
});
export type GithubIntegration = z.infer<typeof githubIntegrationSchema>;

/** A table in which the application keeps its jobs. `retryable` is the team's word that jobs may run again. */
export const queueSchema = z.strictObject({
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

/** What the database functions allow for this project. They read and enforce it themselves. */
export const postgresIntegrationSchema = z.strictObject({
  schemas: z.array(identifier).max(100),
  /** `application_name` of sessions that may be ended; a trailing `*` matches the rest. */
  applications: z.array(z.string().min(1).max(64)).max(100).default([]),
  queues: z.record(z.string().min(1).max(64), queueSchema).default({}),
});
export type PostgresIntegration = z.infer<typeof postgresIntegrationSchema>;

/** All integrations of one project; a kind that is missing is not set up. */
export const integrationsSchema = z.object({
  webhook: webhookIntegrationSchema.optional(),
  notify: notifyIntegrationSchema.optional(),
  github: githubIntegrationSchema.optional(),
  postgres: postgresIntegrationSchema.optional(),
});
export type Integrations = z.infer<typeof integrationsSchema>;

/** The schema for one kind, for those who store an integration. */
export const INTEGRATION_SCHEMAS = {
  webhook: webhookIntegrationSchema,
  notify: notifyIntegrationSchema,
  github: githubIntegrationSchema,
  postgres: postgresIntegrationSchema,
} as const;
