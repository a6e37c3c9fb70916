import { createGithubChanges, type GithubChanges } from "../../deployments/github/changes.ts";
import { createGithubRevertTarget, type GithubRevertTarget } from "../../deployments/github/target.ts";
import type { GithubIntegration } from "../integrations.ts";
import { platformAccess, type PlatformOptions, required } from "./platform-access.ts";

/** The project's repository: what its commits changed, and pull requests that revert them. */
export interface GithubReverts {
  configured: boolean;
  /** The adapter, with its token read now. @throws ActionError `unconfigured` */
  open(): Promise<GithubRevertTarget>;
  /** The same for reading what changed. @throws ActionError `unconfigured` */
  openChanges(): Promise<GithubChanges>;
}

export function createGithubReverts(
  options: PlatformOptions & { integration: GithubIntegration | null },
): GithubReverts {
  const access = async () => {
    const { name, api_url, owner, repository, base } = required(options.integration, "github");
    return { ...await platformAccess(options, "github", name, api_url), owner, repository, base };
  };
  return {
    configured: options.integration !== null,
    open: async () => createGithubRevertTarget(await access()),
    openChanges: async () => createGithubChanges(await access()),
  };
}
