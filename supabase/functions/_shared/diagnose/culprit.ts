import type { ErrorEvent, Frame } from "../signals/event.ts";
import type { Diagnosis } from "./diagnosis.ts";

/** Where frames lie that are not the application's own, for events whose frames nobody has judged yet. */
const FOREIGN =
  /(?:^|[/\\])(?:node_modules|site-packages|dist-packages|vendor|bower_components)[/\\]|^(?:node|ext|internal|deno|native|jsr|npm|webpack\/runtime|<anonymous>|\[native code\])(?:[:/]|$)|^(?:chrome|moz|safari(?:-web)?)-extension:|^https:\/\/(?:deno\.land|esm\.sh|jsr\.io|cdn\.|unpkg\.com)/;

/**
 * The frame to look at first: the innermost one of the application's own code, of the root cause if it has any, otherwise
 * of the exceptions around it. Without own code the innermost frame at all, because the place of a library is still
 * better than none.
 */
export function findCulprit(event: ErrorEvent): Diagnosis["culprit"] {
  const stacks = event.exceptions.map(({ frames }) => frames);
  for (const frames of stacks) {
    const frame = frames.findLast(isOwn);
    if (frame) return place(frame);
  }
  const innermost = stacks.find((frames) => frames.length > 0)?.at(-1);
  return innermost ? place(innermost) : null;
}

function isOwn(frame: Frame): boolean {
  if (frame.inApp !== null) return frame.inApp;
  const path = frame.absPath ?? frame.filename;
  return path !== null && !frame.isNative && !FOREIGN.test(path) && !FOREIGN.test(frame.filename ?? "");
}

function place(frame: Frame): NonNullable<Diagnosis["culprit"]> {
  return { function: frame.function, filename: frame.filename ?? frame.absPath, line: frame.line };
}
