import type { Frame } from "../event.ts";
import { parseBareName, parseGeckoFrame } from "./gecko.ts";
import { parseJavaFrame } from "./java.ts";
import { parseOperaFrame } from "./opera.ts";
import { parsePythonFrame } from "./python.ts";
import { parseChunkError, parseV8Frame } from "./v8.ts";

/** The family of formats that a frame line belongs to; one stack never mixes them. */
export type StackFormat = "v8" | "gecko" | "opera" | "java" | "python";

export interface FrameLine {
  format: StackFormat;
  frame: Frame;
}

const MESSAGE_AS_FRAME = /^\S{0,80}Error: /;

/** `text` without the object braces and commas that `util.inspect` prints after the last frame. */
function withoutInspectTail(text: string): string {
  let end = text.length;
  if (text.endsWith(" {")) end -= 2;
  else if (text.endsWith("},")) return text;
  while (
    end > 0 &&
    (text[end - 1] === "," || text[end - 1] === "]" && text[end - 2] !== "[" && !text.includes("["))
  ) {
    end--;
  }
  return end === text.length ? text : text.slice(0, end).trimEnd();
}

/**
 * Reads one line of a stack in any known format; null when it is no frame.
 * `expected` is the format of the frames before it, which settles what a line alone leaves open.
 */
export function parseFrameLine(line: string, expected: StackFormat | null): FrameLine | null {
  const text = line.trimStart();
  if (text === "") return null;
  if (text.startsWith("at ")) {
    const rest = withoutInspectTail(text.slice(3).trim());
    const java = parseJavaFrame(rest);
    if (java) return { format: "java", frame: java };
    if (MESSAGE_AS_FRAME.test(rest) || expected === "gecko") return null;
    const frame = parseV8Frame(rest);
    return frame && { format: "v8", frame };
  }
  if (text.startsWith("File ")) {
    const frame = parsePythonFrame(line);
    if (frame) return { format: "python", frame };
  }
  if (text.startsWith("(error: ")) {
    const frame = parseChunkError(text);
    return frame && { format: "v8", frame };
  }
  if (expected === null || expected === "opera") {
    if (
      text.startsWith("Line ") || text.startsWith("Error thrown at") || text.startsWith("called ") ||
      text.startsWith("thrown ")
    ) {
      const frame = parseOperaFrame(line);
      if (frame) return { format: "opera", frame };
    }
  }
  if (expected === null || expected === "gecko") {
    const frame = parseGeckoFrame(text) ?? (expected === "gecko" ? parseBareName(text) : null);
    if (frame) return { format: "gecko", frame };
  }
  return null;
}
