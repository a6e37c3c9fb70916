import { type TraceMap, traceSegment } from "@jridgewell/trace-mapping";
import type { ExceptionValue, Frame } from "../event.ts";
import { decideInApp } from "./in-app.ts";
import { modulePackage, normalizePath } from "./paths.ts";
import { checkSourceMap, MAX_SEGMENTS, openSourceMap, SourceMapError } from "./source-map.ts";

/** Maps kept parsed, and the bytes that all of them together take. */
const MAX_CACHED_MAPS = 16;
const MAX_CACHED_BYTES = 96 * 1024 * 1024;
/** Bytes of one decoded place: measured, an array of five numbers. */
const SEGMENT_BYTES = 130;
/** Places that one event may cause to be decoded: half a second of CPU. */
const MAX_DECODED = 1.5 * MAX_SEGMENTS;
/** Lines of source kept before and after the one that a frame points to. */
const CONTEXT_LINES = 5;
/** Characters kept of one source line: minified vendor code has lines of megabytes. */
const MAX_CONTEXT_LENGTH = 200;
/** Characters of sources that are cut into lines for one event: some tens of milliseconds of CPU. */
const MAX_SPLIT = 4 * 1024 * 1024;
/** Characters kept of a name. */
const MAX_NAME = 256;

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

  /** The parsed map. Throws `SourceMapError` when it is none, or asks for more than `budget` has left. */
  get({ key, text }: SourceMapText, budget: SymbolicationBudget = newBudget()): TraceMap {
    const known = this.#maps.get(key);
    if (known) {
      this.#maps.delete(key);
      this.#maps.set(key, known);
      return known.map;
    }
    const checked = checkSourceMap(text);
    if (checked.segmentCount > budget.segments) {
      throw new SourceMapError("The maps of this event tell of more places than are decoded for one event.");
    }
    budget.segments -= checked.segmentCount;
    const map = openSourceMap(checked);
    const bytes = text.length + SEGMENT_BYTES * checked.segmentCount;
    this.#maps.set(key, { map, bytes });
    this.#bytes += bytes;
    for (const [oldest, entry] of this.#maps) {
      if (this.#maps.size <= MAX_CACHED_MAPS && this.#bytes <= MAX_CACHED_BYTES) break;
      if (oldest === key) break;
      this.#maps.delete(oldest);
      this.#bytes -= entry.bytes;
    }
    return map;
  }
}

/** What symbolicating one event may cost; shared by its exceptions. */
interface SymbolicationBudget {
  /** Places that may still be decoded. */
  segments: number;
  /** Characters of sources that may still be cut into lines. */
  characters: number;
}

function newBudget(): SymbolicationBudget {
  return { segments: MAX_DECODED, characters: MAX_SPLIT };
}

/** A built file's map while the frames of one event are looked up in it. */
interface OpenMap {
  map: TraceMap;
  lines: Map<number, string[] | null>;
}

/** The lines of a source, by its number in the map; null when the map has none, or the event had enough. */
function sourceLines({ map, lines }: OpenMap, source: number, budget: SymbolicationBudget): string[] | null {
  const known = lines.get(source);
  if (known !== undefined) return known;
  const content = map.sourcesContent?.[source] ?? null;
  const affordable = content !== null && content.length <= budget.characters;
  if (affordable) budget.characters -= content.length;
  const split = affordable ? content.split("\n") : null;
  lines.set(source, split);
  return split;
}

function context(
  lines: string[] | null,
  line: number,
): Pick<Frame, "contextLine" | "preContext" | "postContext"> {
  if (lines === null) return { contextLine: null, preContext: [], postContext: [] };
  const cut = (text: string) => text.replace(/\r$/, "").slice(0, MAX_CONTEXT_LENGTH);
  return {
    contextLine: cut(lines[line - 1] ?? ""),
    preContext: lines.slice(Math.max(0, line - 1 - CONTEXT_LINES), line - 1).map(cut),
    postContext: lines.slice(line, line + CONTEXT_LINES).map(cut),
  };
}

/** The built file that a frame is in: SDKs for JavaScript send its whole address as the file name. */
export function builtFileOf(frame: Frame): string | null {
  return frame.absPath ?? frame.filename;
}

/** One frame in its source, or null when the map has no place for it. */
function originalFrame(frame: Frame, open: OpenMap, budget: SymbolicationBudget): Frame | null {
  if (frame.line === null || frame.column === null || frame.line < 1) return null;
  // Frames count lines and columns from 1, source maps from 0.
  const place = traceSegment(open.map, frame.line - 1, Math.max(0, frame.column - 1));
  if (place === null || place.length === 1) return null;
  const [, source, sourceLine, sourceColumn, name] = place;
  const path = open.map.resolvedSources[source];
  // Whoever wrote the map may point anywhere: a source that it does not have, a line before the first.
  if (!path || sourceLine < 0 || sourceColumn < 0) return null;
  const called = name === undefined ? null : open.map.names[name]?.slice(0, MAX_NAME) ?? null;
  const result: Frame = {
    ...frame,
    function: called ?? frame.function,
    filename: normalizePath(path),
    absPath: path,
    module: modulePackage(path),
    line: sourceLine + 1,
    column: sourceColumn + 1,
    inApp: null,
    ...context(sourceLines(open, source, budget), sourceLine + 1),
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
  budget: SymbolicationBudget = newBudget(),
): Frame[] {
  const byFile = new Map(debugIds.map(({ debugId, codeFile }) => [codeFile, debugId]));
  const open = (absPath: string): OpenMap | null => {
    const found = find({ absPath, debugId: byFile.get(absPath) ?? null });
    if (!found) return null;
    try {
      return { map: cache.get(found, budget), lines: new Map() };
    } catch (error) {
      if (!(error instanceof SourceMapError)) throw error;
      onError(error);
      return null;
    }
  };
  const originals = new Array<Frame | null>(frames.length).fill(null);
  // File by file, so that a map that the cache has dropped meanwhile is not held on to.
  const places = Map.groupBy(frames.keys(), (index) => builtFileOf(frames[index]!));
  for (const [absPath, indexes] of places) {
    const map = absPath === null ? null : open(absPath);
    if (map === null) continue;
    for (const index of indexes) originals[index] = originalFrame(frames[index]!, map, budget);
  }
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
  const budget = newBudget();
  return exceptions.map((exception) => ({
    ...exception,
    frames: symbolicateFrames(exception.frames, find, cache, debugIds, onError, budget),
  }));
}
