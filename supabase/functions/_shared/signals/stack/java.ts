import type { Frame } from "../event.ts";
import { decideInApp } from "./in-app.ts";

const SOURCE_FILE = /^([\p{L}\p{N}_$.-]{1,200}\.(?:java|kt|kts|scala|groovy|clj|aj))(?::(\d{1,9}))?$/u;
const UNKNOWN_SOURCES = new Set(["Native Method", "Unknown Source", "<generated>"]);
const GENERATED = /^(?:SourceFile|r8-map-id-[0-9a-f]{1,80}|Unknown Source)(?::(\d{1,9}))?$/;

/**
 * One frame of a JVM: `com.acme.Shop$Cart.add(Shop.java:12)`, also with a module before it (`java.base/`, `app//`) and
 * with the jar that loggers print after it. Null when the line is no JVM frame.
 */
export function parseJavaFrame(afterAt: string): Frame | null {
  const text = afterAt.trim();
  const open = text.indexOf("(");
  if (open <= 0 || text[open - 1] === " ") return null;
  const close = text.indexOf(")", open);
  if (close < 0) return null;
  const tail = text.slice(close + 1).trim();
  if (tail !== "" && !/^~?\[[^\]]{0,300}\]$/.test(tail)) return null;
  const source = text.slice(open + 1, close);
  const file = SOURCE_FILE.exec(source);
  const generated = file ? null : GENERATED.exec(source);
  if (!file && !generated && !UNKNOWN_SOURCES.has(source)) return null;

  let qualified = text.slice(0, open);
  const slash = qualified.lastIndexOf("/");
  if (slash >= 0) qualified = qualified.slice(slash + 1);
  const dot = qualified.lastIndexOf(".");
  // Kotlin and Groovy have methods with blanks in their names, but no classes.
  if (dot <= 0 || /\s/.test(qualified.slice(0, dot))) return null;
  const frame: Frame = {
    function: qualified.slice(dot + 1),
    module: qualified.slice(0, dot),
    filename: file ? file[1]! : null,
    absPath: file ? file[1]! : null,
    line: file?.[2] ? Number(file[2]) : generated?.[1] ? Number(generated[1]) : null,
    column: null,
    inApp: null,
    contextLine: null,
    preContext: [],
    postContext: [],
  };
  if (source === "Native Method") frame.isNative = true;
  frame.inApp = decideInApp(frame);
  return frame;
}
