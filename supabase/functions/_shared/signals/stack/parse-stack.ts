import type { ExceptionValue, Frame } from "../event.ts";
import { type Header, isHeaderLine, parseHeader } from "./header.ts";
import { MAX_CHAIN, MAX_FRAMES, stackLines } from "./limits.ts";
import { type FrameLine, parseFrameLine, type StackFormat } from "./line.ts";
import { dropNoise } from "./noise.ts";
import { parseBareName } from "./gecko.ts";
import { isPythonMarker } from "./python.ts";

/** One exception of a printed chain. */
export interface StackEntry {
  type: string | null;
  value: string | null;
  /** In the order of the text. */
  frames: Frame[];
  /** Whether the first frame is the innermost call; false for Python, which prints it last. */
  innermostFirst: boolean;
}

const CAUSE = /^\s*(?:\[(?:cause|error|suppressed)\]: |Caused by: |Suppressed: |Wrapped by: )/;
const MEMBERS = /^\s*\[?errors\]?: \[$/;
const PYTHON_START = /^\s*(?:[|+]\s*)*(?:Exception Group )?Traceback \(most recent call last\):$/;
const PYTHON_LINK =
  /^(?:The above exception was the direct cause of the following exception:|During handling of the above exception, another exception occurred:)$/;
/** The bars that Python draws beside the members of an exception group. */
const GROUP_RULE = /^[\s+|\d-]*$/;
/** The rule above one member, which may have no traceback of its own. */
const GROUP_MEMBER = /^\s*(?:[|+]\s?)*\+?-\+?-{4,} (?:\d{1,6}|\.\.\.) -{4,}$/;
const GROUP_BARS = /^\s*(?:[|+]\s?)+/;

class ChainReader {
  /** Whether some line begins with `at`: then lines such as `/srv/main.js:3` are what Node prints above the source line. */
  readonly #hasAt: boolean;
  readonly entries: StackEntry[] = [];
  #pending: string[] = [];
  #frames: Frame[] = [];
  #header: Header | null = null;
  #format: StackFormat | null = null;

  constructor(lines: readonly string[]) {
    this.#hasAt = lines.some((line) => line.trimStart().startsWith("at "));
  }

  read(line: string): void {
    if (PYTHON_START.test(line)) {
      // What a logger prints above a traceback is no exception.
      if (this.#format === null) this.#pending = [];
      this.#finish();
      this.#format = "python";
      return;
    }
    if (this.#format === "python") {
      if (GROUP_MEMBER.test(line)) {
        this.#finish();
        this.#format = "python";
        return;
      }
      return this.#readPython(line.replace(GROUP_BARS, "  "));
    }
    const parsed = parseFrameLine(line, this.#format);
    if (parsed && !(parsed.format === "gecko" && this.#hasAt)) return this.#addFrame(parsed);
    if (this.#frames.length > 0 && (CAUSE.test(line) || isHeaderLine(line))) this.#finish();
    if (this.#frames.length === 0 && !MEMBERS.test(line)) this.#pending.push(line);
  }

  #addFrame({ format, frame }: FrameLine): void {
    if (this.#frames.length === 0) {
      // Safari prints functions of evaluated code by name alone, above the first frame that has a place.
      const bare = format === "gecko"
        ? this.#pending.map((line) => isHeaderLine(line) ? null : parseBareName(line))
        : [];
      if (bare.length > 0 && bare.every((one) => one !== null)) {
        this.#frames.push(...bare);
        this.#header = { type: null, value: null };
      } else this.#header = parseHeader(this.#pending);
      this.#pending = [];
      this.#format = format;
    }
    if (this.#frames.length < MAX_FRAMES) this.#frames.push(frame);
  }

  #readPython(line: string): void {
    const parsed = parseFrameLine(line, "python");
    if (parsed?.format === "python") {
      if (this.#frames.length < MAX_FRAMES) this.#frames.push(parsed.frame);
      return;
    }
    if (PYTHON_LINK.test(line.trim())) return this.#finish();
    const last = this.#frames.at(-1);
    if (/^\s{4,}\S/.test(line) && this.#pending.length === 0) {
      if (last && last.contextLine === null && !isPythonMarker(line)) last.contextLine = line.trim();
      return;
    }
    if (/^\s*\[Previous line repeated \d+ more times?\]$/.test(line) || isPythonMarker(line)) return;
    if (line.trim() === "" && this.#pending.length > 0) return this.#finish();
    if (line.trim() !== "" && !(line.includes("--") && GROUP_RULE.test(line))) this.#pending.push(line);
  }

  #finish(): void {
    const python = this.#format === "python";
    const header = python || this.#header === null ? parseHeader(this.#pending) : this.#header;
    if ((this.#frames.length > 0 || header.type !== null) && this.entries.length < MAX_CHAIN) {
      this.entries.push({ ...header, frames: dropNoise(this.#frames, !python), innermostFirst: !python });
    }
    this.#pending = [];
    this.#frames = [];
    this.#header = null;
    this.#format = null;
  }

  end(): StackEntry[] {
    this.#finish();
    return this.entries;
  }
}

/**
 * The chain of exceptions in a printed stack, in the order of the text: JavaScript and Java print the outermost
 * exception first, Python the root cause. Never throws; text that is no stack gives an empty chain.
 */
export function parseStackChain(text: string): StackEntry[] {
  const lines = stackLines(text);
  const reader = new ChainReader(lines);
  for (const line of lines) reader.read(line);
  return reader.end().filter((entry, _, all) =>
    entry.frames.length > 0 || all.length > 1 || entry.type !== null
  );
}

/** The frames of the first exception in a printed stack, in the order of the text. */
export function parseStack(text: string): Frame[] {
  return parseStackChain(text).find((entry) => entry.frames.length > 0)?.frames ?? [];
}

/** A printed stack as `ErrorEvent.exceptions`: the root cause first, and in each the innermost call last. */
export function exceptionsFromText(text: string): ExceptionValue[] {
  const chain = parseStackChain(text);
  const exceptions = chain.map((entry): ExceptionValue => ({
    type: entry.type,
    value: entry.value,
    module: null,
    handled: null,
    mechanism: null,
    frames: entry.innermostFirst ? entry.frames.toReversed() : entry.frames,
  }));
  const outermostFirst = chain[0]?.innermostFirst ?? true;
  return outermostFirst ? exceptions.toReversed() : exceptions;
}
