import { createGithubRevertTarget, type GithubRevertTarget } from "../../deployments/github/target.ts";
import type { GithubIntegration } from "../integrations.ts";
import { platformAccess, type PlatformOptions, required } from "./platform-access.ts";

/** Pull requests that revert commits of the project's repository. */
export interface GithubReverts {
  configured: boolean;
  /** The adapter, with its token read now. @throws ActionError `unconfigured` */
  open(): Promise<GithubRevertTarget>;
}

export function createGithubReverts(
  options: PlatformOptions & { integration: GithubIntegration | null },
): GithubReverts {
  return {
    configured: options.integration !== null,
    async open() {
      const { name, api_url, owner, repository, base } = required(options.integration, "github");
      return createGithubRevertTarget({
        ...await platformAccess(options, "github", name, api_url),
        owner,
        repository,
        base,
      });
    },
  };
}
