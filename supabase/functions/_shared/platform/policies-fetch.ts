import { Failure, failures } from "./errors.ts";
import type { Policy } from "./policies.ts";

/**
 * `fetch` under a policy. Answers of 408, 425, 429 and 5xx are thrown as failures, so that they are retried and count
 * against the target; `read` gets every other answer, and reads its body within the same time limit.
 */
export function fetchThrough<T>(
  policy: Policy,
  name: string,
  input: string | URL,
  init: RequestInit & { fetch?: typeof fetch },
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const { fetch: doFetch = fetch, ...request } = init;
  return policy.execute(async ({ signal }) => {
    const response = await doFetch(input, { ...request, signal });
    const failure = failureOf(response, name, Date.now());
    if (!failure) return await read(response);
    // The connection is given back; what an error page says is of no use here.
    await response.body?.cancel();
    throw failure;
  }, init.signal ?? undefined);
}

/** The failure that a response stands for, or null. `now` in milliseconds, for `Retry-After` given as a date. */
export function failureOf(response: Response, name: string, now: number): Failure | null {
  const { status } = response;
  const retryAfterSeconds = retryAfter(response.headers.get("retry-after"), now);
  const options = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  if (status === 429) return failures.rateLimited(`${name} asks for fewer requests.`, options);
  if (status === 408 || status === 425 || status >= 500) {
    return failures.upstreamFailed(`${name} answered ${status}.`, {
      ...options,
      // 501 and 505 say that the request can never work there.
      retry: status !== 501 && status !== 505,
    });
  }
  return null;
}

/** Seconds of a `Retry-After` header in either of its forms (RFC 9110, 10.2.3). */
export function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}
