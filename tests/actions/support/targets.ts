import {
  type IntegrationRow,
  type Integrations,
  parseIntegrations,
} from "../../../supabase/functions/_shared/actions/integrations.ts";
import { createGuardedFetch } from "../../../supabase/functions/_shared/actions/targets/guarded-fetch.ts";
import { createOutbound } from "../../../supabase/functions/_shared/actions/targets/outbound.ts";
import { createTargets, type Targets } from "../../../supabase/functions/_shared/actions/targets/targets.ts";
import type { PolicyOf } from "../../../supabase/functions/_shared/actions/targets/policy.ts";
import type { RpcClient } from "../../../supabase/functions/_shared/platform/rpc.ts";
import { NOW } from "./context.ts";

/** A database that must not be asked. */
const noDatabase: RpcClient = {
  rpc(name) {
    throw new Error(`${name} was called, and this test needs no database`);
  },
};

export interface TestTargets {
  integrations?: IntegrationRow[];
  /** By kind and name, e.g. `{ "slack default": "https://..." }`. */
  secrets?: Record<string, string>;
  client?: RpcClient;
  projectId?: number;
  policyOf?: PolicyOf;
  /** The waits that were asked for, in milliseconds. Nothing sleeps. */
  waits?: number[];
}

/** Real adapters that may call this machine. */
export function testTargets(options: TestTargets = {}): Targets {
  return createTargets({
    projectId: options.projectId ?? 1,
    client: options.client ?? noDatabase,
    integrations: parsed(options.integrations ?? []),
    secret: (kind, name) => Promise.resolve(options.secrets?.[`${kind} ${name}`] ?? null),
    outbound: createOutbound({ allowLoopback: true }),
    fetch: createGuardedFetch({ allowLoopback: true }),
    now: () => NOW,
    installation: "prunella.example.com",
    policyOf: options.policyOf,
    wait(ms) {
      options.waits?.push(ms);
      return Promise.resolve();
    },
  });
}

/** Integrations without a fault. */
export function parsed(rows: IntegrationRow[]): Integrations {
  const { integrations, faults } = parseIntegrations(rows);
  if (faults.length > 0) throw new Error(faults.join(" "));
  return integrations;
}
