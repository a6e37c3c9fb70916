import { MAX_HEADER_BYTES, MAX_ITEMS } from "./limits.ts";
import { Rejection } from "./rejection.ts";
import { isRecord } from "./coerce.ts";

export interface EnvelopeItem {
  type: string;
  header: Record<string, unknown>;
  /** A view into the envelope, not a copy. */
  payload: Uint8Array;
}

export interface Envelope {
  header: Record<string, unknown>;
  items: EnvelopeItem[];
  /** Why reading stopped before the end, when it did: the items before that place are still good. */
  broken: string | null;
}

const NEWLINE = 0x0a;
const decoder = new TextDecoder();

/**
 * Splits an envelope into its items. Works on bytes, because an item's `length` counts bytes and payloads need not be
 * text. A carriage return is never taken for part of a line's end: it belongs to the payload.
 *
 * What follows a framing mistake cannot be found any more, but what came before is kept: the SDKs do not send again.
 * @throws Rejection 400 when the envelope header is unreadable, or framing breaks before the first whole item.
 */
export function parseEnvelope(bytes: Uint8Array): Envelope {
  const headerEnd = lineEnd(bytes, 0);
  const header = parseHeader(bytes, 0, headerEnd);
  if (!header) throw new Rejection(400, "invalid envelope header: the first line must be a JSON object");

  const items: EnvelopeItem[] = [];
  let broken: string | null = null;
  let offset = headerEnd + 1;
  while (offset < bytes.length) {
    if (bytes[offset] === NEWLINE) {
      offset += 1;
      continue;
    }
    if (items.length >= MAX_ITEMS) {
      broken = `more than ${MAX_ITEMS} items`;
      break;
    }
    const item = parseItem(bytes, offset);
    if (typeof item === "string") {
      broken = item;
      break;
    }
    items.push(item.item);
    offset = item.next;
  }
  if (broken !== null && items.length === 0) throw new Rejection(400, `invalid envelope: ${broken}`);
  return { header, items, broken };
}

/** The item at `offset` and where the next one begins, or what is wrong with its framing. */
function parseItem(bytes: Uint8Array, offset: number): { item: EnvelopeItem; next: number } | string {
  const headerEnd = lineEnd(bytes, offset);
  const header = parseHeader(bytes, offset, headerEnd);
  if (!header) return "item header is not a JSON object";
  const type = typeof header.type === "string" ? header.type : "";
  const start = Math.min(headerEnd + 1, bytes.length);
  const length = header.length ?? null;
  if (length === null) {
    const end = lineEnd(bytes, start);
    return { item: { type, header, payload: bytes.subarray(start, end) }, next: end + 1 };
  }
  if (typeof length !== "number" || !Number.isSafeInteger(length) || length < 0) {
    return "item length is not a whole number";
  }
  const end = start + length;
  if (end > bytes.length) return "item is shorter than its length";
  if (end < bytes.length && bytes[end] !== NEWLINE) return "item is longer than its length";
  return { item: { type, header, payload: bytes.subarray(start, end) }, next: end + 1 };
}

function lineEnd(bytes: Uint8Array, offset: number): number {
  const end = bytes.indexOf(NEWLINE, offset);
  return end === -1 ? bytes.length : end;
}

function parseHeader(bytes: Uint8Array, start: number, end: number): Record<string, unknown> | null {
  if (end - start > MAX_HEADER_BYTES) return null;
  const value = parseJson(bytes.subarray(start, end));
  return isRecord(value) ? value : null;
}

/** The JSON value in `bytes`, or undefined when there is none. Broken UTF-8 is replaced, as SDKs cut strings anywhere. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}
