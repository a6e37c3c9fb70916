import { ActionError } from "../action-error.ts";
import type { IntegrationKind } from "../integrations.ts";
import type { ReadSecret } from "./delivery.ts";
import { type PolicyOf, underPolicy } from "./policy.ts";

/** What the adapters of deployment platforms share. */
export interface PlatformOptions {
  /** A guarded one: the addresses come from users. */
  fetch: typeof fetch;
  secret: ReadSecret;
  policyOf?: PolicyOf;
}

/** How to reach one platform: its token, and a `fetch` behind the platform's circuit breaker. */
export async function platformAccess(
  options: PlatformOptions,
  kind: IntegrationKind,
  name: string,
  baseUrl: string,
): Promise<{ token: string; fetch: typeof fetch; baseUrl: string }> {
  const token = await options.secret(kind, name);
  if (token === null || token === "") {
    throw new ActionError("unconfigured", `The integration ${kind} ${name} has no secret. Store its token.`);
  }
  return {
    token,
    baseUrl: baseUrl.replace(/\/+$/, ""),
    fetch: behindBreaker(options, kind, baseUrl),
  };
}

/** A `fetch` with a circuit breaker of its own: what is down leaves other parts of the platform usable. */
export function behindBreaker(options: PlatformOptions, part: string, baseUrl: string): typeof fetch {
  const policy = options.policyOf?.(`${part}:${new URL(baseUrl).host}`) ?? null;
  return (input, init) => underPolicy(policy, () => options.fetch(input, init));
}

/** @throws ActionError `unconfigured` */
export function required<T>(integration: T | null, kind: IntegrationKind): T {
  if (integration !== null) return integration;
  throw new ActionError(
    "unconfigured",
    `There is no ${kind} integration named default. Add one with its token.`,
  );
}
