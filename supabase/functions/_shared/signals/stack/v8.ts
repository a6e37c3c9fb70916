import type { Frame } from "../event.ts";
import { makeFrame } from "./frame.ts";
import { type Location, parseLocation } from "./location.ts";

/** React's component stacks name components of the page alone: `at App`. */
const BARE_NAME = /^[A-Z][\w$]*(?:\.[A-Z][\w$]*)*$|^[a-z][a-z0-9]{0,14}$/;
const FILE_NAME = /^native$|\.(?:[cm]?[jt]sx?|json|html?|bundle|hbc|py|rb)$/;
const NOWHERE: Location = { path: null, line: null, column: null, isNative: false, wasmFunction: null };
const INDEX_ONLY = /^index \d{1,9}$/;

/** Extensions of Safari print `name@safari-extension:(//id/file.js:1:2)`. */
const SAFARI_EXTENSION = /^(?:([^@]{0,300})@)?(safari-(?:web-)?extension:)$/;

/** The parenthesis that opens the location in `name (location)` or `name(location)`; -1 when there is none. */
function openingParenthesis(text: string): number {
  // Names have a parenthesis only without a blank before it: `fn.(anonymous function) [as x] (a.js:1:2)`.
  let from = 0;
  if (text.startsWith("(anonymous")) from = text.indexOf(")");
  const spaced = text.indexOf(" (", from);
  if (spaced >= 0) return spaced + 1;
  let depth = 0;
  for (let i = text.length - 1; i >= 0; i--) {
    const character = text[i];
    if (character === ")") depth++;
    else if (character === "(" && --depth === 0) return i;
  }
  return -1;
}

/** Whether a line without parentheses is a part of a message that begins with `at`: it has blanks, yet no place. */
function isProse(text: string): boolean {
  return text.includes(" ") && !text.includes("/") && !text.includes("\\") && !/:\d{1,9}$/.test(text) &&
    !text.startsWith("new ") && !text.endsWith("]");
}

/** webpack names the chunk it could not load where a frame should be: `(error: https://host/chunk.js)`. */
export function parseChunkError(text: string): Frame | null {
  if (!text.startsWith("(error: ")) return null;
  const place = text.slice("(error: ".length).replace(/^\(/, "").replace(/\){1,2}$/, "");
  return place === "" ? null : makeFrame(null, parseLocation(place));
}

/**
 * One frame as V8, Chakra (Edge, IE), Hermes and Deno print it, without its leading `at `:
 * `f (file:1:2)`, `async f (file:1:2)`, `new C (file:1:2)`, `T.m [as a] (file:1:2)`, `file:1:2`, `f (native)`,
 * `f (<anonymous>)`, `f (eval at g (file:1:2), <anonymous>:3:4)`, `f (address at bundle:1:2)`, `Promise.all (index 0)`.
 */
export function parseV8Frame(afterAt: string): Frame | null {
  let text = afterAt.trim();
  const isAsync = text.startsWith("async ");
  if (isAsync) text = text.slice("async ".length).trimStart();
  if (text === "") return null;
  const chunk = parseChunkError(text);
  if (chunk) return chunk;

  const dataMark = text.indexOf("(data:");
  if (dataMark >= 0) {
    return makeFrame(text.slice(0, dataMark), parseLocation(text.slice(dataMark + 1)), { isAsync });
  }
  // A line that was cut for its length has lost its closing parenthesis.
  const cut = !text.endsWith(")");
  if (cut && !text.includes(" (")) {
    if (isProse(text)) return null;
    const isName = BARE_NAME.test(text) && !FILE_NAME.test(text);
    return isName ? makeFrame(text, NOWHERE, { isAsync }) : makeFrame(null, parseLocation(text), { isAsync });
  }
  const open = openingParenthesis(text);
  if (open < 0) return makeFrame(null, parseLocation(text), { isAsync });
  const name = text.slice(0, open);
  const inside = text.slice(open + 1, cut ? text.length : -1);
  if (cut && name.includes("/") || cut && name.includes("\\")) {
    return makeFrame(null, parseLocation(text), { isAsync });
  }
  const extension = SAFARI_EXTENSION.exec(name);
  if (extension) {
    return makeFrame(extension[1] ?? null, parseLocation(`${extension[2]}${inside}`), { isAsync });
  }
  if (INDEX_ONLY.test(inside)) return makeFrame(name, { ...NOWHERE, isNative: true }, { isAsync });
  return makeFrame(name, parseLocation(inside), { isAsync });
}
