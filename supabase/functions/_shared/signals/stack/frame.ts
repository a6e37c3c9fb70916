import type { Frame } from "../event.ts";
import { decideInApp } from "./in-app.ts";
import type { Location } from "./location.ts";
import { pathFacts } from "./paths.ts";

const ANONYMOUS = new Set([
  "",
  "?",
  "??",
  "<anonymous>",
  "anonymous",
  "Anonymous function",
  "(anonymous)",
  "(anonymous function)",
  "<anonymous function>",
  "<unknown>",
  "(null)",
  "{anonymous}",
  "<?>",
]);

/** The printed name, or null for every engine's way of saying that a function has none. */
export function functionName(printed: string | null): string | null {
  if (printed === null) return null;
  const name = printed.trim();
  return ANONYMOUS.has(name) ? null : name;
}

/** A frame of a printed stack, with its path normalised and `inApp` decided. */
export function makeFrame(
  name: string | null,
  location: Location,
  details: { isAsync?: boolean; contextLine?: string | null; module?: string | null } = {},
): Frame {
  const path = location.path;
  const facts = path === null ? null : pathFacts(path);
  const frame: Frame = {
    function: functionName(name ?? location.wasmFunction),
    module: details.module ?? facts?.module ?? null,
    filename: facts?.filename ?? null,
    absPath: path,
    line: location.line,
    column: location.column,
    inApp: null,
    contextLine: details.contextLine ?? null,
    preContext: [],
    postContext: [],
  };
  if (details.isAsync) frame.isAsync = true;
  if (location.isNative) frame.isNative = true;
  frame.inApp = decideInApp(frame);
  return frame;
}
