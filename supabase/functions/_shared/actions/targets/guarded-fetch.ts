import { ActionError } from "../action-error.ts";
import { checkedUrl, type OutboundLimits } from "./outbound/guard.ts";

/** Bodies of edge functions are the largest answers that are read. */
const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

/**
 * `fetch` for adapters that need more of an answer than its text (forms, streams): the same addresses are allowed as for `Outbound`,
 * redirects are never followed, and a body that is larger than any honest one breaks off.
 */
export function createGuardedFetch(
  limits: OutboundLimits = {},
  send: typeof fetch = fetch,
): typeof fetch {
  return async (input, init) => {
    const url = await checkedUrl(input instanceof Request ? input.url : String(input), limits);
    const response = await send(url, { ...init, redirect: "manual" });
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      throw new ActionError(
        "blocked",
        `The redirect of ${url.host} was not followed. Configure the final URL.`,
      );
    }
    if (!response.body) return response;
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(limited(url.host)), { status, statusText, headers });
  };
}

function limited(host: string): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let size = 0;
  return new TransformStream({
    transform(chunk, controller) {
      size += chunk.byteLength;
      if (size <= MAX_RESPONSE_BYTES) return controller.enqueue(chunk);
      controller.error(
        new ActionError("rejected", `The answer of ${host} is larger than ${MAX_RESPONSE_BYTES} bytes.`),
      );
    },
  });
}
