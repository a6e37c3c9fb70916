import type { JsonObject } from "../../platform/json.ts";
import type { Observation } from "../action.ts";
import { isActionError } from "../action-error.ts";
import type { Runbook } from "../integrations.ts";
import { deliver, type DeliveryOptions, externalId, requiredSecret } from "./delivery.ts";
import { signedHeaders } from "./signature.ts";

/** Signed requests to the webhooks that a team has declared. */
export interface WebhookTarget {
  /** The runbook of this name in the project's integration, or null. */
  runbook(name: string): Runbook | null;
  /** Posts a payload, signed with the runbook's secret. A receiver must not work on the same key twice. */
  post(runbook: string, url: string, key: string, payload: JsonObject): Promise<{ status: number }>;
  /** Asks a status URL what became of the request with this key. */
  status(runbook: string, url: string, key: string): Promise<Observation>;
}

export interface WebhookOptions extends DeliveryOptions {
  runbooks: readonly Runbook[];
  now: () => Date;
}

const STATES = new Map<string, Observation>(Object.entries({
  applied: "applied",
  succeeded: "applied",
  // It has begun: sending it again would do it twice.
  running: "applied",
  not_applied: "not_applied",
  failed: "not_applied",
}));

/**
 * Requests carry the Standard Webhooks signature and `idempotency-key`. The status URL is asked with
 * `GET <url>?id=<webhook id>`, signed over an empty body, and answers 404 when it does not know the id, or
 * `{ "state": "applied" | "running" | "not_applied" | "failed" }`.
 */
export function createWebhookTarget(options: WebhookOptions): WebhookTarget {
  return {
    runbook: (name) => options.runbooks.find((runbook) => runbook.name === name) ?? null,

    async post(runbook, url, key, payload) {
      const secret = await requiredSecret(options, "webhook", runbook);
      const id = externalId(options, key);
      const body = JSON.stringify(payload);
      const response = await deliver(options, async () => ({
        method: "POST",
        url,
        headers: {
          "content-type": "application/json",
          "idempotency-key": id,
          ...await signedHeaders(secret, id, options.now(), body),
        },
        body,
      }));
      return { status: response.status };
    },

    async status(runbook, url, key) {
      const secret = await requiredSecret(options, "webhook", runbook);
      const id = externalId(options, key);
      const asked = new URL(url);
      asked.searchParams.set("id", id);
      try {
        const response = await deliver(options, async () => ({
          method: "GET",
          url: asked.href,
          headers: { accept: "application/json", ...await signedHeaders(secret, id, options.now(), "") },
        }));
        return stateOf(response.text);
      } catch (error) {
        if (isActionError(error) && error.status === 404) return "not_applied";
        if (isActionError(error, "rejected")) return "unknown";
        throw error;
      }
    },
  };
}

function stateOf(text: string): Observation {
  try {
    const answer: unknown = JSON.parse(text);
    const state = typeof answer === "object" && answer !== null && "state" in answer ? answer.state : null;
    return typeof state === "string" ? STATES.get(state) ?? "unknown" : "unknown";
  } catch {
    return "unknown";
  }
}
