import type { RpcClient } from "../../platform/rpc.ts";
import type { Integrations } from "../integrations.ts";
import { type ConfigurationTarget, createConfigurationTarget } from "./configuration.ts";
import type { DeliveryOptions, ReadSecret } from "./delivery.ts";
import { createGithubTarget, type GithubTarget } from "./github.ts";
import { createNotifyTarget, type NotifyTarget } from "./notify.ts";
import { createGithubReverts, type GithubReverts } from "./github-reverts.ts";
import { createGuardedFetch } from "./guarded-fetch.ts";
import type { Outbound } from "./outbound.ts";
import type { PolicyOf } from "./policy.ts";
import { createPostgresTarget, type PostgresTarget } from "./postgres.ts";
import { createProcessTarget, type ProcessTarget } from "./process.ts";
import { createSupabaseAccess, type SupabaseAccess } from "./supabase.ts";
import { createVercelAccess, type VercelAccess } from "./vercel.ts";
import { createWebhookTarget, type WebhookTarget } from "./webhook.ts";

/** The adapters of one project. They are made per project, so that none can reach another tenant. */
export interface Targets {
  configuration: ConfigurationTarget;
  postgres: PostgresTarget;
  webhook: WebhookTarget;
  notify: NotifyTarget;
  github: GithubTarget;
  reverts: GithubReverts;
  vercel: VercelAccess;
  supabase: SupabaseAccess;
  process: ProcessTarget;
}

export interface TargetOptions {
  projectId: number;
  /** A client with the service role. */
  client: RpcClient;
  integrations: Integrations;
  secret: ReadSecret;
  outbound: Outbound;
  now: () => Date;
  /** Tells this installation from others, e.g. the host of its API. */
  installation: string;
  /** Breakers of the outgoing calls, by name, e.g. `github:api.github.com`. */
  policyOf?: PolicyOf;
  /** For adapters that read more than text; a guarded one for public addresses unless a caller brings its own. */
  fetch?: typeof fetch;
  wait?: (ms: number) => Promise<void>;
}

/** Wires the adapters of one project. */
export function createTargets(options: TargetOptions): Targets {
  const { client, projectId, integrations, now } = options;
  const delivery = (kind: string): DeliveryOptions => ({
    outbound: options.outbound,
    kind,
    secret: options.secret,
    installation: options.installation,
    policyOf: options.policyOf,
    wait: options.wait,
  });
  const platform = {
    fetch: options.fetch ?? createGuardedFetch(),
    secret: options.secret,
    policyOf: options.policyOf,
  };
  return {
    configuration: createConfigurationTarget(client, projectId),
    postgres: createPostgresTarget(client, projectId, now),
    webhook: createWebhookTarget({
      ...delivery("webhook"),
      runbooks: integrations.runbooks,
      now,
    }),
    notify: createNotifyTarget({
      ...delivery("notify"),
      channels: integrations.channels,
    }),
    github: createGithubTarget({ ...delivery("github"), integration: integrations.github }),
    reverts: createGithubReverts({ ...platform, integration: integrations.github }),
    vercel: createVercelAccess({ ...platform, integration: integrations.vercel }),
    supabase: createSupabaseAccess({
      ...platform,
      integration: integrations.supabase,
      client,
      projectId,
      installation: options.installation,
    }),
    process: createProcessTarget({ ...delivery("process"), integration: integrations.process }),
  };
}
