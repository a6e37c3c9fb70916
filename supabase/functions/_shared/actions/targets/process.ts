import { z } from "zod";
import { ActionError, isActionError } from "../action-error.ts";
import type { ProcessIntegration } from "../integrations.ts";
import { deliver, type DeliveryOptions, externalId, requiredSecret } from "./delivery.ts";

/** What a controlled process tells about itself. */
export interface ProcessState {
  /** The release that it serves now. */
  release: string;
  /** Releases that it can serve. */
  releases: string[];
  startedAt: string;
  /** The last request that it obeyed, by the key that came with it. */
  lastKey: string | null;
}

/** A process with a small control endpoint of its own: a server of the team's, or the shop of the demonstration. */
export interface ProcessTarget {
  configured: boolean;
  state(): Promise<ProcessState>;
  /** Serves another release, if `expected` is the one it serves now. Repeating it with the same key changes nothing. */
  serve(change: { release: string; expected: string; key: string }): Promise<ProcessState>;
  restart(key: string): Promise<ProcessState>;
}

const stateSchema = z.object({
  release: z.string(),
  releases: z.array(z.string()).default([]),
  started_at: z.string(),
  last_key: z.string().nullable().default(null),
});

/**
 * The contract of the endpoint, below `url` and with the secret as bearer token:
 * `GET /state` answers `{ release, releases, started_at, last_key }`; `POST /release { release, expected }` and `POST /restart` carry an
 * `idempotency-key`, do their work and answer the same; `POST /release` answers 412 when another release than `expected` is served.
 */
export function createProcessTarget(
  options: DeliveryOptions & { integration: ProcessIntegration | null },
): ProcessTarget {
  return {
    configured: options.integration !== null,
    state: () => call("GET", "state"),
    async serve({ release, expected, key }) {
      try {
        return await call("POST", "release", key, { release, expected });
      } catch (error) {
        if (!isActionError(error) || error.status !== 412) throw error;
        throw new ActionError("conflict", `The process no longer serves ${expected}.`, { status: 412 });
      }
    },
    restart: (key) => call("POST", "restart", key, {}),
  };

  async function call(
    method: "GET" | "POST",
    path: string,
    key?: string,
    content?: Record<string, string>,
  ): Promise<ProcessState> {
    if (!options.integration) {
      throw new ActionError(
        "unconfigured",
        "No process is set up. Add a process integration with its secret.",
      );
    }
    const { url, name } = options.integration;
    const token = await requiredSecret(options, "process", name);
    const response = await deliver(options, () => ({
      method,
      url: `${url.replace(/\/+$/, "")}/${path}`,
      headers: {
        accept: "application/json",
        authorization: `Bearer ${token}`,
        ...(key === undefined ? {} : { "idempotency-key": externalId(options, key) }),
        ...(content === undefined ? {} : { "content-type": "application/json" }),
      },
      body: content === undefined ? undefined : JSON.stringify(content),
    }));
    return parsed(response.text, method);
  }
}

function parsed(text: string, method: string): ProcessState {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = undefined;
  }
  const result = stateSchema.safeParse(answer);
  if (!result.success) {
    throw new ActionError(
      method === "GET" ? "rejected" : "uncertain",
      "The process's answer was not understood. Check the URL of its control endpoint.",
    );
  }
  const { release, releases, started_at, last_key } = result.data;
  return { release, releases, startedAt: started_at, lastKey: last_key };
}
