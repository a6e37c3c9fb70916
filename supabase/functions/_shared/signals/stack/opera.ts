import type { Frame } from "../event.ts";
import { makeFrame } from "./frame.ts";
import type { Location } from "./location.ts";

const OPERA_10 =
  /^\s*Line (\d{1,9}) of (?:linked|inline#\d{1,6}|[\w#]{1,40}) script (?:in )?(\S{1,800}?)(?:: In function ([^\s]{1,200}))?\s*$/i;
const OPERA_11_PREFIX =
  /^(?:Error thrown at|called (?:from|via Function\.prototype\.\w+\(\) from)|\s*(?:thrown|called)[\w ]{0,30}) line (\d{1,9}), column (\d{1,9}) in /;

function at(path: string, line: string, column: string | null): Location {
  return {
    path,
    line: Number(line),
    column: column === null ? null : Number(column),
    isNative: false,
    wasmFunction: null,
  };
}

/** `called from line 27, column 8 in run(ex) in http://host/a.js:` (Opera 11 and 12). */
function parseOpera11(line: string): Frame | null {
  const prefix = OPERA_11_PREFIX.exec(line);
  if (!prefix) return null;
  let rest = line.slice(prefix[0].length).trimEnd();
  if (!rest.endsWith(":")) return null;
  rest = rest.slice(0, -1);
  const separator = rest.lastIndexOf(" in ");
  const path = separator < 0 ? rest : rest.slice(separator + " in ".length);
  let name = separator < 0 ? null : rest.slice(0, separator);
  if (name !== null) {
    const anonymous = /^<anonymous function(?:: ([^>]{1,200}))?>/.exec(name);
    name = anonymous
      ? anonymous[1] ?? null
      : name.slice(0, name.indexOf("(") < 0 ? name.length : name.indexOf("("));
  }
  return makeFrame(name, at(path, prefix[1]!, prefix[2]!));
}

/** One frame as Opera 9 to 12 printed it in `stacktrace` or in the message. */
export function parseOperaFrame(line: string): Frame | null {
  const ten = OPERA_10.exec(line);
  if (ten) return makeFrame(ten[3] ?? null, at(ten[2]!, ten[1]!, null));
  return parseOpera11(line);
}
