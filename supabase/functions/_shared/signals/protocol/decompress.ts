import { own } from "../../platform/own.ts";
import zlib from "node:zlib";
import { Decompress as ZstdDecompress } from "fzstd";
import { Rejection } from "./rejection.ts";

/**
 * Decompression with a hard limit on the output: it stops as soon as the limit is passed, so a bomb costs no more than
 * the limit. `DecompressionStream` is not used: it turns one chunk of input into one chunk of output, however large.
 */
export type Encoding = "identity" | "gzip" | "deflate" | "br" | "zstd";

const NAMES: Record<string, Encoding> = {
  "": "identity",
  identity: "identity",
  gzip: "gzip",
  "x-gzip": "gzip",
  deflate: "deflate",
  br: "br",
  zstd: "zstd",
};

/**
 * Reads a `Content-Encoding` header. `identity` may be listed beside another one; two real encodings in a row are
 * refused, because each layer multiplies the work that a few bytes can cause.
 */
export function parseEncoding(header: string | null): Encoding {
  const layers = (header ?? "").split(",").map((name) => {
    const encoding = own(NAMES, name.trim().toLowerCase());
    if (encoding === undefined) {
      throw new Rejection(415, `content encoding not supported: use gzip, deflate, br or zstd`);
    }
    return encoding;
  }).filter((encoding) => encoding !== "identity");
  if (layers.length > 1) throw new Rejection(415, "more than one content encoding: compress the body once");
  return layers[0] ?? "identity";
}

/**
 * Decompresses `body`, which is whole and already bounded.
 * @throws Rejection 413 when more than `maxBytes` come out, 400 when the data is broken.
 */
export function decompress(body: Uint8Array, encoding: Encoding, maxBytes: number): Uint8Array {
  if (encoding === "identity") return body;
  if (body.length === 0) return body;
  try {
    return DECODERS[encoding](body, maxBytes);
  } catch (cause) {
    if (cause instanceof Rejection) throw cause;
    if (isTooLarge(cause)) throw tooLarge(maxBytes);
    throw new Rejection(400, `body is not valid ${encoding} data`, { cause });
  }
}

export function tooLarge(maxBytes: number): Rejection {
  return new Rejection(413, `body is larger than ${maxBytes} bytes`);
}

const DECODERS: Record<Exclude<Encoding, "identity">, (body: Uint8Array, maxBytes: number) => Uint8Array> = {
  gzip: (body, maxOutputLength) => zlib.gunzipSync(body, { maxOutputLength }),
  deflate(body, maxOutputLength) {
    // RFC 9110 means the zlib format by "deflate"; some clients send the raw stream all the same.
    if (hasZlibHeader(body)) {
      try {
        return zlib.inflateSync(body, { maxOutputLength });
      } catch (error) {
        if (isTooLarge(error)) throw error;
      }
    }
    return zlib.inflateRawSync(body, { maxOutputLength });
  },
  br(body, maxOutputLength) {
    if (!brotliIsBounded()) throw new Rejection(415, "br is not supported here: use gzip, deflate or zstd");
    const out = zlib.brotliDecompressSync(body, { maxOutputLength });
    // Deno gives nothing, and no error, for a stream that is broken or cut off.
    if (out.length === 0) throw new Rejection(400, "body is not valid br data");
    return out;
  },
  zstd: (body, maxBytes) =>
    typeof zlib.zstdDecompressSync === "function"
      ? zlib.zstdDecompressSync(body, { maxOutputLength: maxBytes })
      : zstdInScript(body, maxBytes),
};

/** For runtimes whose `node:zlib` has no zstd: the same in JavaScript, block by block. */
export function zstdInScript(body: Uint8Array, maxBytes: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  let length = 0;
  const stream = new ZstdDecompress((block) => {
    length += block.length;
    if (length > maxBytes) throw tooLarge(maxBytes);
    blocks.push(block);
  });
  stream.push(body, true);
  return concat(blocks, length);
}

export function concat(parts: Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function hasZlibHeader(body: Uint8Array): boolean {
  const [cmf = 0, flags = 0] = body;
  return (cmf & 0x0f) === 8 && ((cmf << 8) | flags) % 31 === 0;
}

function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}

/** 64 KiB of zeros in brotli: what the probe below must refuse to expand. */
const BROTLI_PROBE_BYTES = 64 * 1024;
let brotliBounded: boolean | undefined;

/** Older runtimes ignore `maxOutputLength` for brotli, whose bombs are the worst of all; there it is not offered. */
function brotliIsBounded(): boolean {
  if (brotliBounded === undefined) {
    const probe = zlib.brotliCompressSync(new Uint8Array(BROTLI_PROBE_BYTES));
    try {
      zlib.brotliDecompressSync(probe, { maxOutputLength: BROTLI_PROBE_BYTES / 2 });
      brotliBounded = false;
    } catch (error) {
      brotliBounded = isTooLarge(error);
    }
  }
  return brotliBounded;
}
