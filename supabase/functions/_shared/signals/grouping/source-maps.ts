import { z } from "zod";
import { failures } from "../../platform/errors.ts";
import { callRpc, type RpcClient } from "../../platform/rpc.ts";
import type { ErrorEvent } from "../event.ts";
import { checkSourceMap, SourceMapError } from "../stack/source-map.ts";
import { builtFileOf, SourceMapCache, symbolicate } from "../stack/symbolicate.ts";

/** Bytes of a compressed map. Larger ones belong to bundles that no browser should load. */
export const MAX_STORED_BYTES = 10 * 1024 * 1024;
/** Built files of one event that are looked up: frames of more are a page full of widgets. */
const MAX_FILES = 10;
/** Bytes of maps that one event may cause to be parsed: about a quarter of a second of CPU. */
const MAX_PARSED_BYTES = 24 * 1024 * 1024;

const DEBUG_ID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

export const debugIdSchema = z.string().regex(DEBUG_ID, { message: "A debug id is a UUID" }).transform(
  dashed,
);

/** A debug id as Postgres prints UUIDs. */
function dashed(id: string): string {
  const hex = id.replaceAll("-", "").toLowerCase();
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, hex);
}

/**
 * The path of a built file below its origin, as maps are stored and found by.
 *
 * @example builtFile("https://shop.example/assets/a.js?v=2") // "assets/a.js"
 * @example builtFile("~/assets/a.js.map") // "assets/a.js"
 */
export function builtFile(path: string): string {
  return path.replace(/[?#].*$/s, "").replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, "").replace(/^~/, "")
    .replace(/^(?:\.?\/)+/, "").replace(/\.map$/, "");
}

export interface SourceMapUpload {
  projectId: number;
  release: string | null;
  file: string | null;
  debugId: string | null;
  text: string;
  uploadedBy: string;
}

const storedSchema = z.object({
  id: z.number().int(),
  dropped_count: z.number().int(),
  issue_count: z.number().int(),
});
/** The id that bundlers' plugins write into a map. Inside of source code its quotes would be escaped. */
const ID_IN_MAP = /"debug_?[iI]d"\s*:\s*"([0-9a-fA-F-]{32,36})"/;

/**
 * Keeps a source map. Without a debug id in the call, the one inside the map counts.
 *
 * @throws Failure `unprocessable` for what is no source map, `invalid_request` when it could never be found,
 * `payload_too_large`.
 */
export async function storeSourceMap(
  client: RpcClient,
  upload: SourceMapUpload,
): Promise<{ id: number; debugId: string | null; file: string | null; issueCount: number }> {
  try {
    checkSourceMap(upload.text);
  } catch (error) {
    if (error instanceof SourceMapError) throw failures.unprocessable(error.message, { cause: error });
    throw error;
  }
  const given = upload.debugId ?? ID_IN_MAP.exec(upload.text)?.[1] ?? null;
  const debugId = given !== null && DEBUG_ID.test(given) ? dashed(given) : null;
  const file = upload.file === null ? null : builtFile(upload.file);
  if (debugId === null && (upload.release === null || file === null || file === "")) {
    throw failures.invalidRequest(
      "The map could not be found later: send release and file, or a map with a debug id.",
    );
  }
  const bytes = new TextEncoder().encode(upload.text);
  const packed = await gzip(bytes);
  if (packed.length > MAX_STORED_BYTES) {
    throw failures.payloadTooLarge(
      `Compressed, the map has ${packed.length} bytes; the limit is ${MAX_STORED_BYTES}. Split the bundle.`,
    );
  }
  const stored = await callRpc(client, "store_source_map", {
    p_map: {
      project_id: upload.projectId,
      debug_id: debugId,
      release: file === null ? null : upload.release,
      file: upload.release === null ? null : file,
      content: base64(packed),
      byte_count: bytes.length,
      content_hash: await hash(bytes),
      uploaded_by: upload.uploadedBy,
    },
  }, storedSchema);
  return { id: stored.id, debugId, file, issueCount: stored.issue_count };
}

const foundSchema = z.array(
  z.object({ place: z.number().int(), id: z.number().int(), byte_count: z.number().int() }),
);

/** Finds maps of built files and symbolicates with them. Keeps parsed maps; one per isolate. */
export class Symbolicator {
  readonly #cache = new SourceMapCache();
  readonly #onError: (error: SourceMapError) => void;

  constructor(onError: (error: SourceMapError) => void = () => {}) {
    this.#onError = onError;
  }

  /**
   * The event with its frames in the sources that they were built from, or null when there is no map for any of them.
   *
   * @param client of the service role
   */
  async symbolicate(client: RpcClient, projectId: number, event: ErrorEvent): Promise<ErrorEvent | null> {
    const files = builtFilesOf(event);
    if (files.length === 0) return null;
    const found = await callRpc(client, "find_source_maps", {
      p_project_id: projectId,
      p_release: event.release,
      p_files: files.map(({ absPath, debugId }) => ({ path: builtFile(absPath), debug_id: debugId })),
    }, foundSchema);
    if (found.length === 0) return null;

    const texts = await this.#load(client, found);
    const ids = new Map(found.map(({ place, id }) => [files[place]!.absPath, id]));
    const exceptions = symbolicate(
      event.exceptions,
      ({ absPath }) => {
        const id = ids.get(absPath);
        const text = id === undefined ? undefined : texts.get(id);
        return text === undefined ? null : { key: String(id), text };
      },
      this.#cache,
      event.debugImages,
      this.#onError,
    );
    const changed = exceptions.some((exception, index) =>
      exception.frames.some((frame, at) => frame !== event.exceptions[index]!.frames[at])
    );
    return changed ? { ...event, exceptions } : null;
  }

  /** Texts of maps that are not parsed yet; the empty text for those that are. */
  async #load(
    client: RpcClient,
    found: z.output<typeof foundSchema>,
  ): Promise<Map<number, string>> {
    const texts = new Map<number, string>();
    let budget = MAX_PARSED_BYTES;
    for (const { id, byte_count } of found) {
      if (texts.has(id)) continue;
      if (this.#cache.has(String(id))) {
        texts.set(id, "");
        continue;
      }
      if (byte_count > budget) continue;
      budget -= byte_count;
      const packed = await callRpc(client, "read_source_map", { p_id: id }, z.string().nullable());
      if (packed !== null) texts.set(id, await gunzip(packed));
    }
    return texts;
  }
}

const BUILT = /\.(?:[cm]?js|bundle|jsbundle|hbc)(?:[?#].*)?$/i;

/** Files of the event's stacks that may have a map, those of the innermost frames first. */
function builtFilesOf(event: ErrorEvent): { absPath: string; debugId: string | null }[] {
  const debugIds = new Map(
    event.debugImages.filter(({ debugId }) => DEBUG_ID.test(debugId))
      .map(({ debugId, codeFile }) => [codeFile, dashed(debugId)]),
  );
  if (event.release === null && debugIds.size === 0) return [];
  const paths = new Set<string>();
  for (const exception of event.exceptions.toReversed()) {
    for (const frame of exception.frames.toReversed()) {
      const file = builtFileOf(frame);
      if (file === null || frame.line === null || frame.column === null) continue;
      if (paths.size < MAX_FILES && (BUILT.test(file) || debugIds.has(file))) paths.add(file);
    }
  }
  return [...paths].map((absPath) => ({ absPath, debugId: debugIds.get(absPath) ?? null }));
}

async function through(bytes: Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return through(bytes, new CompressionStream("gzip"));
}

async function gunzip(packed: string): Promise<string> {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  return new TextDecoder().decode(await through(bytes, new DecompressionStream("gzip")));
}

/** Characters that one call of `fromCharCode` takes. */
const CHUNK = 32_768;

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(text);
}

async function hash(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return Array.from(
    new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
}
