import { ActionError, isActionError } from "../action-error.ts";
import type { IntegrationKind } from "../integrations.ts";
import type { Outbound, OutboundRequest, OutboundResponse } from "./outbound.ts";
import { type PolicyOf, underPolicy } from "./policy.ts";

/** The secret of an integration of the project, from Vault. Null when there is none. */
export type ReadSecret = (kind: IntegrationKind, name: string) => Promise<string | null>;

export interface DeliveryOptions {
  outbound: Outbound;
  secret: ReadSecret;
  /** Tells this installation from others that call the same systems: fixes are numbered from 1 in each. */
  installation: string;
  /** Kind of target, for the names of its breakers: there is one for each host. */
  kind: string;
  policyOf?: PolicyOf;
  /** Waits between two attempts; a test passes one that returns at once. */
  wait?: (ms: number) => Promise<void>;
}

// Together with the time-outs of the attempts this stays far below the 150 s that an edge function may live.
const RETRY_DELAYS_MS = [500, 2_000];
const MAX_RETRY_AFTER_MS = 5_000;

/**
 * Sends a request and returns its successful answer. Sends again only where the first attempt had certainly no effect: no
 * connection, or the other side turned it away before working on it (429, 503). Everything else is for `observe`.
 *
 * There is no jitter: a target has one active fix at a time, so no herd can form.
 *
 * @throws ActionError `rejected` (it will not), `unreachable` (it cannot now), `uncertain` (it may have), `blocked`.
 */
export async function deliver(
  options: DeliveryOptions,
  request: () => OutboundRequest | Promise<OutboundRequest>,
): Promise<OutboundResponse> {
  const wait = options.wait ?? pause;
  for (let attempt = 0;; attempt++) {
    try {
      const next = await request();
      const policy = options.policyOf?.(`${options.kind}:${hostOf(next.url)}`) ?? null;
      return await underPolicy(policy, () => sendOnce(options.outbound, next));
    } catch (error) {
      const delayMs = RETRY_DELAYS_MS[attempt];
      if (!(error instanceof ActionError) || error.code !== "unreachable" || !error.retry) throw error;
      const askedMs = (error.retryAfterSeconds ?? 0) * 1000;
      if (delayMs === undefined || askedMs > MAX_RETRY_AFTER_MS) throw error;
      await wait(Math.max(delayMs, askedMs));
    }
  }
}

/** The secret, or an error that tells which one to fill in. */
export async function requiredSecret(
  { secret }: DeliveryOptions,
  kind: IntegrationKind,
  name: string,
): Promise<string> {
  const value = await secret(kind, name);
  if (value !== null && value !== "") return value;
  throw new ActionError("unconfigured", `The integration ${kind} ${name} has no secret. Store one for it.`);
}

/** The idempotency key as other systems see it. */
export function externalId({ installation }: DeliveryOptions, key: string): string {
  return `${installation.replace(/[^A-Za-z0-9_-]+/g, "-")}:${key}`;
}

async function sendOnce(outbound: Outbound, request: OutboundRequest): Promise<OutboundResponse> {
  try {
    return succeeded(await outbound(request), hostOf(request.url));
  } catch (error) {
    // Reading changes nothing, so an unknown outcome is only a failed attempt.
    if (request.method !== "GET" || !isActionError(error, "uncertain")) throw error;
    throw new ActionError("unreachable", error.message, { status: error.status });
  }
}

function succeeded(response: OutboundResponse, host: string): OutboundResponse {
  const { status } = response;
  if (status >= 200 && status < 300) return response;
  if (turnedAway(response)) {
    const retryAfterSeconds = retryAfter(response.headers.get("retry-after"));
    throw new ActionError("unreachable", `${host} has no capacity now (HTTP ${status}).`, {
      status,
      retryAfterSeconds,
    });
  }
  if (status === 408 || status === 409 || status === 425 || status >= 500) {
    throw new ActionError("uncertain", `${host} answered HTTP ${status}: whether it acted is unknown.`, {
      status,
    });
  }
  const hint = status === 401 || status === 403 ? " Check its secret." : "";
  throw new ActionError("rejected", `${host} refused the request (HTTP ${status}).${hint}`, { status });
}

/** What is safe to show of a URL. One that cannot be parsed is refused later, with its reason. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "invalid";
}

function turnedAway({ status, headers }: OutboundResponse): boolean {
  if (status === 429 || status === 503) return true;
  // GitHub tells of its rate limits with 403.
  return status === 403 && (headers.get("x-ratelimit-remaining") === "0" || headers.has("retry-after"));
}

/** Seconds of a Retry-After header. Its other form, a date, is left out: the clocks may differ. */
function retryAfter(value: string | null): number | undefined {
  return value !== null && /^\d{1,6}$/.test(value) ? Number(value) : undefined;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
