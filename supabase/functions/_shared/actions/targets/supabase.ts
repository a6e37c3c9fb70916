import { loadFunctionVersion, type StoredFunction } from "../../deployments/store-functions.ts";
import { createSupabaseTarget, type SupabaseTarget } from "../../deployments/supabase/target.ts";
import { OWN_FUNCTIONS } from "../../platform/own-functions.ts";
import type { RpcClient } from "../../platform/rpc.ts";
import type { SupabaseIntegration } from "../integrations.ts";
import { behindBreaker, platformAccess, type PlatformOptions, required } from "./platform-access.ts";

/** Edge functions of the project's Supabase project, and the versions that were kept of them. */
export interface SupabaseAccess {
  configured: boolean;
  /** The Management API, with its token read now. @throws ActionError `unconfigured` */
  open(): Promise<SupabaseTarget>;
  /** A version as it was kept; null when it never was. */
  stored(slug: string, version: number): Promise<StoredFunction | null>;
}

export function createSupabaseAccess(
  options: PlatformOptions & {
    integration: SupabaseIntegration | null;
    client: RpcClient;
    projectId: number;
    /** Host of the API of this installation. */
    installation: string;
  },
): SupabaseAccess {
  return {
    configured: options.integration !== null,
    async open() {
      const { name, api_url, ref } = required(options.integration, "supabase");
      const access = await platformAccess(options, "supabase", name, api_url);
      const isHome = options.installation === `${ref}.supabase.co`;
      return createSupabaseTarget({
        ...access,
        ref,
        // Logs are asked for all the time, and answer when they please: going back must not wait for them.
        fetchLogs: behindBreaker(options, "supabase-logs", api_url),
        ...(isHome && { hidden: OWN_FUNCTIONS }),
      });
    },
    stored: (slug, version) => loadFunctionVersion(options.client, options.projectId, slug, version),
  };
}
