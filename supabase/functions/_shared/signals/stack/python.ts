import type { Frame } from "../event.ts";
import { makeFrame } from "./frame.ts";

const FILE_LINE = /^\s*File "([^"]{1,900})", line (\d{1,9})(?:, in (.{1,300}))?$/;

/** `File "/app/shop.py", line 12, in add`, the head of a Python frame. The source line follows it. */
export function parsePythonFrame(line: string): Frame | null {
  if (!line.includes('File "')) return null;
  const match = FILE_LINE.exec(line);
  if (!match) return null;
  const name = match[3] ?? null;
  const path = match[1]!;
  return makeFrame(
    name === "<module>" ? "<module>" : name,
    { path, line: Number(match[2]), column: null, isNative: false, wasmFunction: null },
    { module: pythonModule(path) },
  );
}

/** The package of an installed library; null for the application's own files. */
function pythonModule(path: string): string | null {
  const installed = /(?:site|dist)-packages[\\/]([\w.-]{1,100})/.exec(path);
  return installed ? installed[1]!.replace(/\.py$/, "") : null;
}

/** Lines of a traceback that point into the source line above them: `~~~~^^^^`. */
export function isPythonMarker(line: string): boolean {
  return /^ {2}[~^ ]*$/.test(line) && /[~^]/.test(line);
}
