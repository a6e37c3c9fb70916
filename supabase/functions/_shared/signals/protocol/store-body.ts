import { isRecord, type Unknown } from "./coerce.ts";
import { decompress } from "./decompress.ts";
import { parseJson } from "./envelope.ts";
import { MAX_EVENT_BYTES } from "./limits.ts";
import { Rejection } from "./rejection.ts";

const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;
const OPENING_BRACE = 0x7b;

/**
 * The event in the body of the legacy `/store/` endpoint: JSON, or what SDKs of protocol version 5 and earlier sent:
 * base64 of zlib-compressed JSON, or base64 of JSON.
 * @throws Rejection 400 when it is none of these, 413 when it is too large.
 */
export function parseStoreBody(bytes: Uint8Array): Unknown {
  if (bytes.length > MAX_EVENT_BYTES) {
    throw new Rejection(413, `event is larger than ${MAX_EVENT_BYTES} bytes`);
  }
  const direct = parseJson(bytes);
  if (isRecord(direct)) return direct;
  const packed = direct === undefined ? fromBase64(bytes) : null;
  if (packed) {
    const json = packed[0] === OPENING_BRACE ? packed : decompress(packed, "deflate", MAX_EVENT_BYTES);
    const event = parseJson(json);
    if (isRecord(event)) return event;
  }
  throw new Rejection(400, "the body must be one event as a JSON object");
}

function fromBase64(bytes: Uint8Array): Uint8Array | null {
  const text = new TextDecoder().decode(bytes);
  if (!BASE64.test(text)) return null;
  try {
    return Uint8Array.from(atob(text.trim()), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}
