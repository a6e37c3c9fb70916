import { originalPositionFor, sourceContentFor, TraceMap } from "@jridgewell/trace-mapping";
import type { ExceptionValue, Frame } from "../event.ts";
import { decideInApp } from "./in-app.ts";
import { modulePackage, normalizePath } from "./paths.ts";

/** Source maps larger than this are refused: parsed, they would need several times their size of 256 MB. */
export const MAX_SOURCE_MAP_BYTES = 32 * 1024 * 1024;
/** Maps kept parsed, and the text of all of them together. */
const MAX_CACHED_MAPS = 16;
const MAX_CACHED_BYTES = 48 * 1024 * 1024;
/** Lines of source kept before and after the one that a frame points to. */
const CONTEXT_LINES = 5;
/** Characters kept of one source line: minified vendor code has lines of megabytes. */
const MAX_CONTEXT_LENGTH = 200;

/** A source map as it was uploaded. */
export interface SourceMapText {
  /** Distinguishes maps in the cache: the debug id, or release and file. */
  key: string;
  text: string;
}

/**
 * Finds the source map of a file that was served. `debugId` where the build wrote one into the file, else the URL or
 * path of the file as the frame has it, to be looked up under the event's release. Null when none was uploaded.
 */
export type FindSourceMap = (file: { absPath: string; debugId: string | null }) => SourceMapText | null;

/** Why a source map cannot be used, for the person who uploads it. */
export class SourceMapError extends Error {
  override name = "SourceMapError";
}

/** Parsed source maps, the least recently used dropped first. */
export class SourceMapCache {
  #maps = new Map<string, { map: TraceMap; bytes: number }>();
  #bytes = 0;

  get size(): number {
    return this.#maps.size;
  }

  /** Whether the map is parsed already, so that its text is not needed. Counts as a use. */
  has(key: string): boolean {
    const known = this.#maps.get(key);
    if (known === undefined) return false;
    this.#maps.delete(key);
    this.#maps.set(key, known);
    return true;
  }

  /** The parsed map. Throws `SourceMapError` when it is too large or no source map. */
  get({ key, text }: SourceMapText): TraceMap {
    const known = this.#maps.get(key);
    if (known) {
      this.#maps.delete(key);
      this.#maps.set(key, known);
      return known.map;
    }
    const map = parseSourceMap(text);
    this.#maps.set(key, { map, bytes: text.length });
    this.#bytes += text.length;
    for (const [oldest, entry] of this.#maps) {
      if (this.#maps.size <= MAX_CACHED_MAPS && this.#bytes <= MAX_CACHED_BYTES) break;
      if (oldest === key) break;
      this.#maps.delete(oldest);
      this.#bytes -= entry.bytes;
    }
    return map;
  }
}

/** Parses a source map (version 3), plain or indexed. Throws `SourceMapError`. */
export function parseSourceMap(text: string): TraceMap {
  if (text.length > MAX_SOURCE_MAP_BYTES) {
    throw new SourceMapError(
      `The source map has ${text.length} characters; the limit is ${MAX_SOURCE_MAP_BYTES}. Split the bundle.`,
    );
  }
  // Some servers prefix JSON so that no script tag can read it.
  const json = text.startsWith(")]}'") ? text.slice(text.indexOf("\n") + 1) : text;
  try {
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed !== "object" || parsed === null || !("mappings" in parsed || "sections" in parsed)) {
      throw new SourceMapError("The file is JSON but no source map: it has neither mappings nor sections.");
    }
    return new TraceMap(json);
  } catch (error) {
    if (error instanceof SourceMapError) throw error;
    throw new SourceMapError(
      `The file is no source map: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function context(
  map: TraceMap,
  source: string,
  line: number,
): Pick<Frame, "contextLine" | "preContext" | "postContext"> {
  const content = sourceContentFor(map, source);
  if (content === null) return { contextLine: null, preContext: [], postContext: [] };
  const lines = content.split("\n");
  const cut = (text: string) => text.replace(/\r$/, "").slice(0, MAX_CONTEXT_LENGTH);
  return {
    contextLine: cut(lines[line - 1] ?? ""),
    preContext: lines.slice(Math.max(0, line - 1 - CONTEXT_LINES), line - 1).map(cut),
    postContext: lines.slice(line, line + CONTEXT_LINES).map(cut),
  };
}

/** One frame in its source, or null when the map has no place for it. */
function originalFrame(frame: Frame, map: TraceMap): Frame | null {
  if (frame.line === null || frame.column === null || frame.line < 1) return null;
  // Frames count columns from 1, source maps from 0.
  const original = originalPositionFor(map, { line: frame.line, column: Math.max(0, frame.column - 1) });
  if (original.source === null) return null;
  const path = original.source;
  const result: Frame = {
    ...frame,
    function: original.name ?? frame.function,
    filename: normalizePath(path),
    absPath: path,
    module: modulePackage(path),
    line: original.line,
    column: original.column + 1,
    inApp: null,
    ...context(map, path, original.line),
  };
  result.inApp = decideInApp(result);
  return result;
}

/**
 * The frames of an exception in the sources that they were built from. A map names what is called at a place, so the name
 * of the function in a frame is the name at the call in the frame around it. Frames without a map stay as they are; a map
 * that cannot be read is passed to `onError` once and counts as missing. Pure but for the cache.
 */
export function symbolicateFrames(
  frames: readonly Frame[],
  find: FindSourceMap,
  cache: SourceMapCache,
  debugIds: readonly { debugId: string; codeFile: string }[] = [],
  onError: (error: SourceMapError) => void = () => {},
): Frame[] {
  const byFile = new Map(debugIds.map(({ debugId, codeFile }) => [codeFile, debugId]));
  const maps = new Map<string, TraceMap | null>();
  const mapOf = (absPath: string): TraceMap | null => {
    const known = maps.get(absPath);
    if (known !== undefined) return known;
    let map: TraceMap | null = null;
    const found = find({ absPath, debugId: byFile.get(absPath) ?? null });
    if (found) {
      try {
        map = cache.get(found);
      } catch (error) {
        if (!(error instanceof SourceMapError)) throw error;
        onError(error);
      }
    }
    maps.set(absPath, map);
    return map;
  };
  const originals = frames.map((frame) => {
    const map = frame.absPath === null ? null : mapOf(frame.absPath);
    return map === null ? null : originalFrame(frame, map);
  });
  return frames.map((frame, index) => {
    const original = originals[index];
    if (!original) return frame;
    // Frames run from the outermost to the innermost: the caller stands before.
    const caller = originals[index - 1];
    const called = caller && caller.function !== frames[index - 1]!.function ? caller.function : null;
    return { ...original, function: called ?? frame.function };
  });
}

/** All exceptions of an event in their sources. */
export function symbolicate(
  exceptions: readonly ExceptionValue[],
  find: FindSourceMap,
  cache: SourceMapCache,
  debugIds: readonly { debugId: string; codeFile: string }[] = [],
  onError: (error: SourceMapError) => void = () => {},
): ExceptionValue[] {
  return exceptions.map((exception) => ({
    ...exception,
    frames: symbolicateFrames(exception.frames, find, cache, debugIds, onError),
  }));
}
