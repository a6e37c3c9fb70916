import { concat, decompress, parseEncoding, tooLarge } from "./decompress.ts";
import { MAX_BODY_MS, MAX_BYTES_IN_FLIGHT, MAX_COMPRESSED_BYTES, MAX_ENVELOPE_BYTES } from "./limits.ts";
import { Rejection } from "./rejection.ts";

export interface BodyLimits {
  /** Bytes on the wire. */
  compressedBytes: number;
  /** Bytes after decompression. */
  bytes: number;
  /** Milliseconds to receive it all. */
  ms: number;
}

export const BODY_LIMITS: BodyLimits = {
  compressedBytes: MAX_COMPRESSED_BYTES,
  bytes: MAX_ENVELOPE_BYTES,
  ms: MAX_BODY_MS,
};

/** Seconds after which a sender may try again when the isolate holds too many bodies already. */
const BUSY_RETRY_SECONDS = 5;

/** Counts the bytes that all requests of one isolate hold, and refuses more than it can carry. */
export class ByteBudget {
  #held = 0;
  constructor(readonly limit: number = MAX_BYTES_IN_FLIGHT) {}

  take(bytes: number): void {
    if (this.#held + bytes > this.limit) {
      throw new Rejection(503, "too many large requests at once: try again", {
        headers: { "retry-after": String(BUSY_RETRY_SECONDS) },
      });
    }
    this.#held += bytes;
  }

  give(bytes: number): void {
    this.#held -= bytes;
  }

  get held(): number {
    return this.#held;
  }
}

export interface Body {
  bytes: Uint8Array;
  /** Gives the bytes back to the budget; to be called when nothing refers to them any more. */
  release(): void;
}

/**
 * Reads and decompresses a request's body within `limits`.
 * @throws Rejection 400 (broken data), 408 (too slow), 413 (too large), 415 (unknown encoding), 503 (budget is spent).
 */
export async function readBody(
  request: Request,
  budget: ByteBudget,
  limits: BodyLimits = BODY_LIMITS,
): Promise<Body> {
  const encoding = parseEncoding(request.headers.get("content-encoding"));
  const wireLimit = encoding === "identity" ? limits.bytes : Math.min(limits.compressedBytes, limits.bytes);
  if (Number(request.headers.get("content-length") ?? 0) > wireLimit) {
    await request.body?.cancel();
    throw tooLarge(wireLimit);
  }
  let held = 0;
  const take = (bytes: number) => {
    budget.take(bytes);
    held += bytes;
  };
  try {
    const wire = await receive(request, wireLimit, limits.ms, take);
    const bytes = decompress(wire, encoding, limits.bytes);
    if (encoding !== "identity") take(bytes.length);
    let released = false;
    return {
      bytes,
      release() {
        if (!released) budget.give(held);
        released = true;
      },
    };
  } catch (error) {
    budget.give(held);
    throw error;
  }
}

async function receive(
  request: Request,
  maxBytes: number,
  ms: number,
  take: (bytes: number) => void,
): Promise<Uint8Array> {
  if (!request.body) return new Uint8Array();
  const reader = request.body.getReader();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    reader.cancel().catch(() => {});
  }, ms);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause) => {
        throw new Rejection(400, "body ended early", { cause });
      });
      if (expired) throw new Rejection(408, `body was not received within ${ms} ms`);
      if (done) break;
      length += value.length;
      if (length > maxBytes) throw tooLarge(maxBytes);
      take(value.length);
      chunks.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return chunks.length === 1 ? chunks[0]! : concat(chunks, length);
}
