import type { Frame } from "../event.ts";
import { makeFrame } from "./frame.ts";
import { parseLocation } from "./location.ts";

const SCHEME = /^[a-z][a-z0-9+.-]{1,40}:\/\//i;
/** Functions of code that has no file: Safari prints the name alone. */
const BARE_NAME = /^(?:[\w$]+(?:\.[\w$]+)*|(?:eval|module|global|Global) code)$/;

/** The `@` between name and location: the first that is not inside quotes (`obj["@who"]@http://host/a.js`). */
function separator(text: string): number {
  let quote = "";
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (quote !== "") {
      if (character === quote) quote = "";
    } else if (character === '"') {
      if (text.indexOf('"', i + 1) > 0) quote = character;
    } else if (character === "@") {
      return i;
    }
  }
  return -1;
}

function looksLikePath(text: string): boolean {
  return SCHEME.test(text) || text.startsWith("/") || text.startsWith("[native code]") ||
    text.startsWith("[wasm code]");
}

/** Names lose what only one engine adds: call arguments, and the reasons of SpiderMonkey's asynchronous frames. */
function geckoName(printed: string): { name: string | null; isAsync: boolean } {
  let name = printed.trim();
  const star = name.lastIndexOf("*");
  let isAsync = star >= 0 && /^[\w .]{1,80}\*$/.test(name.slice(0, star + 1));
  if (isAsync) name = name.slice(star + 1);
  else if (name.startsWith("async ")) {
    isAsync = true;
    name = name.slice("async ".length);
  }
  const opera = /^<anonymous function(?:: ([\w$]{1,200}))?>/.exec(name);
  if (opera) return { name: opera[1] ?? null, isAsync };
  if (name.endsWith(")")) {
    const open = name.indexOf("(");
    if (open === 0 || (open > 0 && !name.startsWith("(", 0))) name = name.slice(0, open);
  }
  return { name: name === "" ? null : name, isAsync };
}

/**
 * One frame as SpiderMonkey, JavaScriptCore and old Opera print it: `name@location:line:column`, `@location:line`,
 * `location:line:column`, `name@[native code]`, `[native code]`. Null when the line is none of these.
 */
export function parseGeckoFrame(line: string): Frame | null {
  const text = line.trim();
  if (text === "" || text.startsWith("Error created at ")) return null;
  const at = separator(text);
  const name = at < 0 ? "" : text.slice(0, at);
  const noName = at < 0 || (at > 0 && looksLikePath(name));
  const place = noName ? text : text.slice(at + 1);
  const location = parseLocation(place);
  if (location.isNative) return makeFrame(noName ? null : geckoName(name).name, location);
  if (location.wasmFunction !== null) {
    const own = noName ? null : geckoName(name).name;
    return makeFrame(own, location);
  }
  const path = location.path;
  if (path === null || path === "") return null;
  if (noName) {
    // Without a name only a place with a line is a frame, and prose such as `error: code:12` is not a place.
    if (location.line === null || (path.includes(" ") && !looksLikePath(path))) return null;
    if (!looksLikePath(path) && !/[./\\]/.test(path)) return null;
    if (/^[A-Z]\w*Error: /.test(path)) return null;
    return makeFrame(null, location);
  }
  if (location.line === null && !looksLikePath(path) && !path.startsWith("<")) return null;
  if (/\s/.test(name.trim()) && !/(?: code|<anonymous function.*|\*.*)$/.test(name.trim())) {
    if (!looksLikePath(path)) return null;
  }
  const { name: clean, isAsync } = geckoName(name);
  const evaluated = clean === null && place.includes(" > eval");
  return makeFrame(evaluated ? "eval" : clean, location, { isAsync });
}

/** A function of evaluated code, which Safari prints by its name alone. Only to be tried inside such a stack. */
export function parseBareName(line: string): Frame | null {
  const text = line.trim();
  if (!BARE_NAME.test(text)) return null;
  return makeFrame(text, { path: null, line: null, column: null, isNative: false, wasmFunction: null });
}
