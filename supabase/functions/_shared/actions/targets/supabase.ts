import { loadFunctionVersion, type StoredFunction } from "../../deployments/store.ts";
import { createSupabaseTarget, type SupabaseTarget } from "../../deployments/supabase/target.ts";
import type { RpcClient } from "../../platform/rpc.ts";
import type { SupabaseIntegration } from "../integrations.ts";
import { platformAccess, type PlatformOptions, required } from "./platform-access.ts";

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
  },
): SupabaseAccess {
  return {
    configured: options.integration !== null,
    async open() {
      const { name, api_url, ref } = required(options.integration, "supabase");
      return createSupabaseTarget({ ...await platformAccess(options, "supabase", name, api_url), ref });
    },
    stored: (slug, version) => loadFunctionVersion(options.client, options.projectId, slug, version),
  };
}
