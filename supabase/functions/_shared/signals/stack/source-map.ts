import { FlattenMap, TraceMap } from "@jridgewell/trace-mapping";

/** Source maps larger than this are refused: parsed, they would need several times their size of 256 MB. */
export const MAX_SOURCE_MAP_BYTES = 32 * 1024 * 1024;
/** Places that a map may tell: each takes about 130 bytes once decoded, and a million a quarter of a second of CPU. */
export const MAX_SEGMENTS = 1_000_000;
/** Sections of an indexed map: some bundlers write one for each module. */
const MAX_SECTIONS = 20_000;
/** Lines of a built file. A section may begin at any, and each line before it takes memory. */
const MAX_LINES = 500_000;
/** Sources of a map: the address of each is resolved when it is parsed. */
const MAX_SOURCES = 50_000;
/** Characters of the address of a source. */
const MAX_SOURCE_NAME = 2_000;

/** Why a source map cannot be used, for the person who uploads it. */
export class SourceMapError extends Error {
  override name = "SourceMapError";
}

/** A source map whose shape was checked, not decoded yet. */
export interface CheckedSourceMap {
  content: Record<string, unknown>;
  /** Places that it tells, at most. */
  segmentCount: number;
}

/**
 * Checks the shape of a source map (version 3), plain or indexed: everything that reading it relies on, and everything that
 * would cost more than an edge function has. Linear in the length of the text; nothing is decoded.
 *
 * @throws SourceMapError
 */
export function checkSourceMap(text: string): CheckedSourceMap {
  if (text.length > MAX_SOURCE_MAP_BYTES) {
    throw new SourceMapError(
      `The source map has ${text.length} characters; the limit is ${MAX_SOURCE_MAP_BYTES}. Split the bundle.`,
    );
  }
  // Some servers prefix JSON so that no script tag can read it.
  const json = text.startsWith(")]}'") ? text.slice(text.indexOf("\n") + 1) : text;
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new SourceMapError(
      `The file is no source map: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (!isObject(parsed) || !("mappings" in parsed || "sections" in parsed)) {
    throw new SourceMapError("The file is JSON but no source map: it has neither mappings nor sections.");
  }
  if (!("sections" in parsed)) return { content: parsed, segmentCount: checkPlain(parsed) };
  return { content: parsed, segmentCount: checkSections(parsed.sections) };
}

/** Decodes nothing yet where the map is plain. @throws SourceMapError */
export function openSourceMap({ content }: CheckedSourceMap): TraceMap {
  try {
    // Typed as what was checked: the library takes a parsed map, and reads no more of it than that.
    const map = content as unknown as ConstructorParameters<typeof TraceMap>[0];
    return "sections" in content
      ? new FlattenMap(content as unknown as ConstructorParameters<typeof FlattenMap>[0])
      : new TraceMap(map);
  } catch (error) {
    throw new SourceMapError(
      `The file is no source map: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkSections(sections: unknown): number {
  if (!Array.isArray(sections) || sections.length > MAX_SECTIONS) {
    throw new SourceMapError(`The sections of a source map are a list of at most ${MAX_SECTIONS}.`);
  }
  let segmentCount = 0;
  let sourceCount = 0;
  let [line, column] = [0, 0];
  for (const section of sections as unknown[]) {
    const offset = isObject(section) ? section.offset : null;
    const map = isObject(section) ? section.map : null;
    if (!isObject(offset) || !isPlace(offset.line) || !isPlace(offset.column) || offset.line > MAX_LINES) {
      throw new SourceMapError(
        `A section of a source map begins at a line, up to ${MAX_LINES}, and a column.`,
      );
    }
    if (offset.line < line || (offset.line === line && offset.column < column)) {
      throw new SourceMapError("The sections of a source map follow each other; these do not.");
    }
    [line, column] = [offset.line, offset.column];
    // The standard (ECMA-426) allows no sections within sections.
    if (!isObject(map) || "sections" in map) {
      throw new SourceMapError("A section of a source map has a map without sections of its own.");
    }
    segmentCount += checkPlain(map);
    sourceCount += (map.sources as unknown[]).length;
    if (segmentCount > MAX_SEGMENTS || sourceCount > MAX_SOURCES) throw tooMuch();
  }
  return segmentCount;
}

const isPlace = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** @returns how many places the map tells, at most */
function checkPlain(map: Record<string, unknown>): number {
  const { mappings, sources, sourcesContent, names, sourceRoot, ignoreList } = map;
  if (typeof mappings !== "string") {
    throw new SourceMapError("The mappings of a source map are text; these are not.");
  }
  if (!isTexts(sources, true) || !isTexts(sourcesContent ?? [], true) || !isTexts(names ?? [], false)) {
    throw new SourceMapError(
      "Sources, their contents and names of a source map are lists of texts; these are not.",
    );
  }
  if (typeof (sourceRoot ?? "") !== "string" || !Array.isArray(ignoreList ?? [])) {
    throw new SourceMapError(
      "The root of the sources is text, and what to ignore a list; here they are not.",
    );
  }
  const root = (sourceRoot as string | null | undefined)?.length ?? 0;
  if (sources.some((source) => (source?.length ?? 0) + root > MAX_SOURCE_NAME)) {
    throw new SourceMapError(`The address of a source may have ${MAX_SOURCE_NAME} characters.`);
  }
  const { segments, lines } = countPlaces(mappings);
  if (sources.length > MAX_SOURCES || segments > MAX_SEGMENTS || lines > MAX_LINES) throw tooMuch();
  return segments;
}

function isTexts(value: unknown, orNull: boolean): value is (string | null)[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string" || (orNull && one === null));
}

/** What mappings are written in: base64 digits, and marks between places and lines. */
const MAPPINGS = /^[A-Za-z0-9+/,;]*$/;
const [COMMA, SEMICOLON] = [44, 59];

function countPlaces(mappings: string): { segments: number; lines: number } {
  if (!MAPPINGS.test(mappings)) {
    throw new SourceMapError("The mappings of a source map are base64 VLQ; these have other characters.");
  }
  let [commas, lines] = [0, 1];
  for (let at = 0; at < mappings.length; at++) {
    const code = mappings.charCodeAt(at);
    if (code === COMMA) commas++;
    else if (code === SEMICOLON) lines++;
  }
  return { segments: commas + lines, lines };
}

function tooMuch(): SourceMapError {
  return new SourceMapError(
    `The source map tells of more than ${MAX_SEGMENTS} places, ${MAX_LINES} lines or ${MAX_SOURCES} sources. Split the bundle.`,
  );
}
