import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from "node:zlib";
import {
  type ParseContext,
  SignalsBuilder,
} from "../../supabase/functions/_shared/signals/protocol/context.ts";
import { parseEnvelope } from "../../supabase/functions/_shared/signals/protocol/envelope.ts";
import { addItems } from "../../supabase/functions/_shared/signals/protocol/items/items.ts";
import { Rejection } from "../../supabase/functions/_shared/signals/protocol/rejection.ts";
import { createScrubber } from "../../supabase/functions/_shared/signals/scrub/scrubber.ts";
import { userHasher } from "../../supabase/functions/_shared/signals/scrub/user-hash.ts";
import type { Signals } from "../../supabase/functions/_shared/signals/event.ts";

export const NOW = new Date("2026-11-21T12:00:30.000Z");
export const KEY = "0123456789abcdef0123456789abcdef";
export const PROJECT = 42;

/** A context in which ids count up, so that results can be compared. */
export function testContext(overrides: Partial<ParseContext> = {}): ParseContext {
  let ids = 0;
  return {
    receivedAt: NOW,
    scrubber: createScrubber(),
    hashUser: userHasher("a key that only the server knows", PROJECT),
    newId: () => (++ids).toString(16).padStart(32, "0"),
    ...overrides,
  };
}

export const bytes = (text: string) => new TextEncoder().encode(text);

export type Item = [header: Record<string, unknown>, payload: unknown];

/** An envelope as SDKs write it: payloads with their length in bytes. */
export function envelope(items: Item[], header: Record<string, unknown> = {}): Uint8Array<ArrayBuffer> {
  const lines = items.flatMap(([itemHeader, payload]) => {
    const text = typeof payload === "string" ? payload : JSON.stringify(payload);
    return [JSON.stringify({ ...itemHeader, length: bytes(text).length }), text];
  });
  return bytes([JSON.stringify(header), ...lines, ""].join("\n"));
}

/** What the items of an envelope become. */
export function read(items: Item[], header: Record<string, unknown> = {}): Signals & { problems: string[] } {
  const signals = new SignalsBuilder();
  addItems(parseEnvelope(envelope(items, header)), testContext(), signals);
  return { ...signals.build(), problems: signals.problems };
}

export function rejectionOf(run: () => unknown): Rejection {
  try {
    run();
  } catch (error) {
    if (error instanceof Rejection) return error;
    throw error;
  }
  throw new Error("nothing was rejected");
}

export const ENCODERS = {
  gzip: (data: Uint8Array) => gzipSync(data),
  "x-gzip": (data: Uint8Array) => gzipSync(data),
  deflate: (data: Uint8Array) => deflateSync(data),
  "deflate-raw": (data: Uint8Array) => deflateRawSync(data),
  br: (data: Uint8Array) => brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  zstd: (data: Uint8Array) => zstdCompressSync(data),
} as const;
