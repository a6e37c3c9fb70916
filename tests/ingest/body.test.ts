import { Buffer } from "node:buffer";
import type { Transform } from "node:stream";
import {
  constants,
  createBrotliCompress,
  createGzip,
  createZstdCompress,
  gzipSync,
  zstdCompressSync,
} from "node:zlib";
import { describe, expect, it } from "vitest";
import { ByteBudget, readBody } from "../../supabase/functions/_shared/signals/protocol/body.ts";
import { decompress, zstdInScript } from "../../supabase/functions/_shared/signals/protocol/decompress.ts";
import { MAX_ENVELOPE_BYTES } from "../../supabase/functions/_shared/signals/protocol/limits.ts";
import { Rejection } from "../../supabase/functions/_shared/signals/protocol/rejection.ts";
import { bytes, ENCODERS, rejectionOf } from "./support.ts";

const MIB = 1 << 20;
const LIMITS = { compressedBytes: 64 * 1024, bytes: 256 * 1024, ms: 1000 };

function request(body: BodyInit | null, headers: Record<string, string> = {}): Request {
  return new Request("http://localhost/", { method: "POST", body, headers });
}

async function outcome(promise: Promise<unknown>): Promise<number | "ok"> {
  try {
    await promise;
    return "ok";
  } catch (error) {
    if (error instanceof Rejection) return error.status;
    throw error;
  }
}

describe("reading a body", () => {
  const text = JSON.stringify({ message: "héllo ".repeat(2000) });

  for (const [name, encode] of Object.entries(ENCODERS)) {
    it(`decompresses ${name}`, async () => {
      const header = name === "deflate-raw" ? "deflate" : name;
      const body = await readBody(
        request(encode(bytes(text)) as BodyInit, { "content-encoding": header }),
        new ByteBudget(),
        LIMITS,
      );
      expect(new TextDecoder().decode(body.bytes)).toBe(text);
    });
  }

  it("decompresses zstd in JavaScript to the same bytes, also in several frames", () => {
    const frame = zstdCompressSync(bytes(text));
    const both = new Uint8Array([...frame, ...frame]);
    expect(new TextDecoder().decode(zstdInScript(frame, MIB))).toBe(text);
    expect(new TextDecoder().decode(zstdInScript(both, MIB))).toBe(text + text);
  });

  it("reads a plain body, an empty one, and one whose encoding is identity", async () => {
    const none: Record<string, string> = {};
    for (const headers of [none, { "content-encoding": "identity" }, { "content-encoding": "" }]) {
      const body = await readBody(request(text, headers), new ByteBudget(), LIMITS);
      expect(new TextDecoder().decode(body.bytes)).toBe(text);
    }
    expect((await readBody(request(null), new ByteBudget(), LIMITS)).bytes).toHaveLength(0);
    expect((await readBody(request(null, { "content-encoding": "gzip" }), new ByteBudget(), LIMITS)).bytes)
      .toHaveLength(0);
  });

  it.each([["compress", 415], ["gzip, br", 415], ["gzip, gzip", 415], ["identity, gzip", "ok"], [
    "GZIP",
    "ok",
  ]])(
    "answers content-encoding %s with %s",
    async (header, expected) => {
      const body = gzipSync(bytes("{}")) as BodyInit;
      expect(await outcome(readBody(request(body, { "content-encoding": header }), new ByteBudget(), LIMITS)))
        .toBe(expected);
    },
  );

  it.each(["gzip", "deflate", "br", "zstd"])("refuses broken %s with 400", async (encoding) => {
    for (
      const broken of [bytes("this is not compressed at all"), ENCODERS.gzip(bytes(text)).subarray(0, 20)]
    ) {
      const status = await outcome(
        readBody(request(broken as BodyInit, { "content-encoding": encoding }), new ByteBudget(), LIMITS),
      );
      expect(status).toBe(400);
    }
  });

  it("refuses what is too large on the wire, announced or not", async () => {
    const large = new Uint8Array(300 * 1024);
    expect(await outcome(readBody(request(large), new ByteBudget(), LIMITS))).toBe(413);
    const stream = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(10_000)),
    });
    expect(await outcome(readBody(request(stream), new ByteBudget(), LIMITS))).toBe(413);
    expect(await outcome(readBody(request("x", { "content-length": "99999999" }), new ByteBudget(), LIMITS)))
      .toBe(413);
  });

  it("cuts off a sender that stalls", async () => {
    const stalled = new ReadableStream({ start: (controller) => controller.enqueue(bytes("{")) });
    expect(await outcome(readBody(request(stalled), new ByteBudget(), { ...LIMITS, ms: 20 }))).toBe(408);
  });

  it("refuses when a sender breaks off", async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) });
    expect(await outcome(readBody(request(broken), new ByteBudget(), LIMITS))).toBe(400);
  });

  it("bounds what all requests hold together, and gives back what they held", async () => {
    const budget = new ByteBudget(100_000);
    const first = await readBody(request(new Uint8Array(60_000)), budget, LIMITS);
    expect(await outcome(readBody(request(new Uint8Array(60_000)), budget, LIMITS))).toBe(503);
    expect(budget.held).toBe(60_000);
    first.release();
    first.release();
    expect(budget.held).toBe(0);
    expect(await outcome(readBody(request(new Uint8Array(60_000)), budget, LIMITS))).toBe("ok");
  });
});

describe("a zip bomb", () => {
  const GIB = 1024 * MIB;

  /** Zeros, compressed piece by piece so that the test itself stays small. */
  async function bomb(
    stream: Transform,
  ): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    const ended = new Promise<void>((resolve, reject) => {
      stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
      stream.on("end", resolve);
      stream.on("error", reject);
    });
    const zeros = Buffer.alloc(4 * MIB);
    for (let written = 0; written < GIB; written += zeros.length) {
      await new Promise<void>((resolve) => stream.write(zeros, () => resolve()));
    }
    stream.end();
    await ended;
    return new Uint8Array(Buffer.concat(chunks));
  }

  const bombs = {
    gzip: () => bomb(createGzip({ level: 9 })),
    zstd: () => bomb(createZstdCompress()),
    br: () => bomb(createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 2 } })),
  };

  for (const [encoding, make] of Object.entries(bombs)) {
    it(`of ${encoding} is cut off with 413 and holds no more than the limit`, async () => {
      const packed = await make();
      expect(packed.length).toBeLessThan(2 * MIB);
      const before = Deno.memoryUsage().rss;
      const started = performance.now();
      const refused = rejectionOf(() =>
        decompress(packed, encoding as "gzip" | "zstd" | "br", MAX_ENVELOPE_BYTES)
      );
      expect(refused.status).toBe(413);
      expect(performance.now() - started).toBeLessThan(2000);
      // The output that was held, the copies that zlib makes on the way, and the garbage of earlier tests.
      expect(Deno.memoryUsage().rss - before).toBeLessThan(4 * MAX_ENVELOPE_BYTES);
    }, 60_000);
  }

  it("of zstd is cut off where only JavaScript can read it, too", async () => {
    const packed = await bombs.zstd();
    expect(rejectionOf(() => zstdInScript(packed, MAX_ENVELOPE_BYTES)).status).toBe(413);
  }, 60_000);

  it("inside a small limit is refused however it is packed", async () => {
    for (const encoding of ["gzip", "deflate", "br", "zstd"] as const) {
      const packed = ENCODERS[encoding](new Uint8Array(MIB));
      const status = await outcome(
        readBody(request(packed as BodyInit, { "content-encoding": encoding }), new ByteBudget(), LIMITS),
      );
      expect(status, encoding).toBe(413);
    }
  });
});
