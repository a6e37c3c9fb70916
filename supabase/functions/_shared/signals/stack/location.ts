/** Where a frame points, as printed. `line` and `column` count from 1; null when the engine printed none. */
export interface Location {
  path: string | null;
  line: number | null;
  column: number | null;
  isNative: boolean;
  /** Name of the WebAssembly function, when the location names it. */
  wasmFunction: string | null;
}

const NATIVE = new Set([
  "native",
  "native code",
  "[native code]",
  "(native)",
  "Native Method",
  "[wasm code]",
]);
const UNKNOWN_PLACES = new Set(["", "unknown source", "Unknown Source", "unknown location", "unknown"]);

const DIGIT_0 = 48;
const DIGIT_9 = 57;
/** Larger numbers are no line of any file; they are kept out of integer columns. */
const MAX_POSITION = 2_147_483_647;

/** The start of a run of digits that ends at `end`, or `end` when there is none. */
function digitsStart(text: string, end: number): number {
  let at = end;
  while (at > 0) {
    const code = text.charCodeAt(at - 1);
    if (code < DIGIT_0 || code > DIGIT_9) break;
    at--;
  }
  return at;
}

function position(text: string): number | null {
  const value = Number(text);
  return value <= MAX_POSITION ? value : null;
}

/** Splits `path:line:column` from its end; either number may be missing. Linear, without backtracking. */
export function splitPosition(text: string): { path: string; line: number | null; column: number | null } {
  const last = digitsStart(text, text.length);
  if (last === text.length || last < 2 || text[last - 1] !== ":") {
    return { path: text, line: null, column: null };
  }
  const before = digitsStart(text, last - 1);
  if (before < last - 1 && before > 1 && text[before - 1] === ":") {
    return {
      path: text.slice(0, before - 1),
      line: position(text.slice(before, last - 1)),
      column: position(text.slice(last)),
    };
  }
  return { path: text.slice(0, last - 1), line: position(text.slice(last)), column: null };
}

function nowhere(isNative = false): Location {
  return { path: null, line: null, column: null, isNative, wasmFunction: null };
}

/** `data:text/javascript;base64,AAAA:1:2` is named by its type; positions in a body that is not kept mean nothing. */
function dataUrl(text: string): Location {
  const comma = text.indexOf(",");
  return { ...nowhere(), path: `<${text.slice(0, comma < 0 ? 100 : Math.min(comma, 100))}>` };
}

function wasm(text: string, mark: number): Location {
  const end = text.indexOf("]", mark);
  return {
    ...nowhere(),
    path: text.slice(0, mark) || null,
    wasmFunction: text.slice(mark + 1, end < 0 ? text.length : end + 1),
  };
}

/**
 * The file that called `eval`, from V8's `eval at f (eval at g (file.js:1:2)), <anonymous>:3:4`: evaluated code has
 * no file of its own, so the outermost written file stands for it.
 */
function evalOrigin(text: string): Location {
  const innermost = text.slice(text.lastIndexOf("eval at ") + "eval at ".length);
  const open = innermost.indexOf("(");
  if (open < 0) return { ...nowhere(), path: "<eval>" };
  let depth = 0;
  let close = innermost.length;
  for (let i = open; i < innermost.length; i++) {
    const character = innermost[i];
    if (character === "(") depth++;
    else if (character === ")" && --depth === 0) {
      close = i;
      break;
    }
  }
  return parseLocation(innermost.slice(open + 1, close));
}

/** `http://host/a.js line 26 > eval line 2 > eval:1:30` (SpiderMonkey): the place in the written file. */
function geckoEvalOrigin(text: string, mark: number): Location {
  const end = text.indexOf(" ", mark + " line ".length);
  const line = Number(text.slice(mark + " line ".length, end < 0 ? text.length : end));
  return { ...nowhere(), path: text.slice(0, mark), line: Number.isInteger(line) ? line : null };
}

/** Reads one printed location of any JavaScript engine. */
export function parseLocation(printed: string): Location {
  let text = printed.trim();
  if (NATIVE.has(text)) return nowhere(true);
  if (UNKNOWN_PLACES.has(text)) return nowhere();
  if (text.startsWith("eval at ")) return evalOrigin(text);
  if (text.startsWith("data:")) return dataUrl(text);
  if (text.startsWith("address at ")) text = text.slice("address at ".length);
  const inEval = text.indexOf(" > ");
  if (inEval > 0) {
    const mark = text.lastIndexOf(" line ", inEval);
    if (mark > 0) return geckoEvalOrigin(text, mark);
  }
  const wasmMark = text.indexOf(":wasm-function[");
  if (wasmMark >= 0) return wasm(text, wasmMark);
  const { path, line, column } = splitPosition(text);
  return { path, line, column, isNative: false, wasmFunction: null };
}
