import type { DeploymentRow } from "../store.ts";

/** What traffic without any better home belongs to. */
const DEFAULT_SERVICE = "application";
const PRODUCTION = /^(?:production|prod|live)?$/i;
/** Fewer digits of a commit than this would match by accident. */
const SHA_PREFIX = 7;

/** Which deployment a release label means, and which service it belongs to. */
export interface Labels {
  deploymentOf(release: string): DeploymentRow | null;
  /** The label under which blame knows this release: that of its deployment, else the release itself; null when there is none. */
  labelOf(release: string): string | null;
  serviceOf(release: string | null): string;
}

/** How a deployment is called where people or events name it. */
export function labelOf({ release, commit_sha, external_id }: DeploymentRow): string {
  return release ?? commit_sha ?? external_id;
}

/** The same for people: nobody reads a whole commit. */
export function shortLabelOf({ release, commit_sha, external_id }: DeploymentRow): string {
  return release ?? commit_sha?.slice(0, 12) ?? external_id;
}

/** Errors and traffic of other environments say nothing about production. */
export function isProduction(environment: string): boolean {
  return PRODUCTION.test(environment);
}

/**
 * Labels are what teams make of them: SDKs on Vercel send the commit, others `name@version`, a script its own. A label means the
 * deployment whose release, commit (or the beginning of it) or name it is, the latest one where several fit. What nobody deployed goes by
 * its package, the part before `@`, else to the service that served most recently under a label.
 */
export function labelsOf(deployments: readonly DeploymentRow[]): Labels {
  const latestFirst = [...deployments].sort((a, b) => servedAt(b) - servedAt(a));
  const found = new Map<string, DeploymentRow | null>();
  const deploymentOf = (given: string) => {
    const release = withoutRollouts(given);
    let match = found.get(release);
    if (match === undefined) {
      match = release === "" ? null : latestFirst.find((one) => means(release, one)) ?? null;
      found.set(release, match);
    }
    return match;
  };
  const labelled = latestFirst.find(({ release, target }) => release !== null && target !== "supabase");
  const main = (labelled ?? latestFirst.find(({ target }) => target !== "supabase"))?.service ??
    DEFAULT_SERVICE;
  return {
    deploymentOf,
    labelOf(release) {
      if (release === "") return null;
      const deployment = deploymentOf(release);
      return deployment ? labelOf(deployment) : withoutRollouts(release);
    },
    serviceOf(release) {
      if (!release) return main;
      const deployment = deploymentOf(release);
      if (deployment) return deployment.service;
      const name = packageOf(withoutRollouts(release));
      return latestFirst.find((one) =>
        name !== null && one.release !== null && packageOf(one.release) === name
      )
        ?.service ?? main;
    },
  };
}

const ROLLOUTS = /\+rollout\.(\d+(?:\.\d+)*)$/;

/**
 * An instance that has values of gradual configuration changes says so in its label, as build metadata of the release:
 * `shop@1.4.0+rollout.12.15`. It is the same release.
 */
export function withoutRollouts(release: string): string {
  return release.replace(ROLLOUTS, "");
}

/** The gradual changes that are in force where a label comes from. */
export function rolloutsOf(release: string): number[] {
  return ROLLOUTS.exec(release)?.[1]?.split(".").map(Number) ?? [];
}

function means(release: string, { release: own, commit_sha, external_id }: DeploymentRow): boolean {
  if (release === own || release === external_id || release === commit_sha) return true;
  if (commit_sha === null) return false;
  const version = release.slice(release.lastIndexOf("@") + 1);
  return version.length >= SHA_PREFIX && /^[0-9a-f]+$/.test(version) && commit_sha.startsWith(version);
}

function packageOf(release: string): string | null {
  const at = release.lastIndexOf("@");
  return at > 0 ? release.slice(0, at) : null;
}

function servedAt({ promoted_at, created_at }: DeploymentRow): number {
  return Date.parse(promoted_at ?? created_at);
}
