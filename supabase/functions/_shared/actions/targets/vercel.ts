import { createVercelTarget, type VercelTarget } from "../../deployments/vercel/target.ts";
import type { VercelIntegration } from "../integrations.ts";
import { platformAccess, type PlatformOptions, required } from "./platform-access.ts";

/** The project's Vercel project. */
export interface VercelAccess {
  configured: boolean;
  /** The adapter, with its token read now. @throws ActionError `unconfigured` */
  open(): Promise<VercelTarget>;
}

export function createVercelAccess(
  options: PlatformOptions & { integration: VercelIntegration | null },
): VercelAccess {
  return {
    configured: options.integration !== null,
    async open() {
      const { name, api_url, project_id, team_id } = required(options.integration, "vercel");
      return createVercelTarget({
        ...await platformAccess(options, "vercel", name, api_url),
        projectId: project_id,
        ...(team_id === undefined ? {} : { teamId: team_id }),
      });
    },
  };
}
