import type { ExceptionValue, Frame } from "../event.ts";
import { decideInApp } from "../stack/in-app.ts";
import { baseName, modulePackage, normalizePath, withoutContentHash } from "../stack/paths.ts";
import { canonicalFunction } from "./function-name.ts";

/**
 * Frames that count, from the innermost. Engines cut stacks at different depths (V8 at 10 unless told otherwise), so the
 * outer ones would split an issue by browser.
 */
export const MAX_CONTRIBUTING_FRAMES = 5;
/** Longest cycle of calls that is taken for recursion. */
const MAX_CYCLE = 4;
/** Columns beyond this are the mark of code that a minifier put on one line. */
const MINIFIED_COLUMN = 500;

const GENERIC_FILES = new Set([
  "index",
  "main",
  "app",
  "page",
  "layout",
  "route",
  "router",
  "handler",
  "handlers",
  "mod",
  "utils",
  "util",
  "helpers",
  "common",
  "server",
  "client",
  "middleware",
  "error",
  "loading",
  "template",
  "types",
  "api",
  "service",
  "lib",
  "__init__",
  "__main__",
  "views",
  "models",
  "tasks",
]);
const SCRIPT =
  /\.(?:[cm]?[jt]sx?|vue|svelte|astro|py|java|kts?|scala|groovy|clj|rb|php|go|rs|cs|dart|coffee|wasm|bundle|jsbundle|hbc)$/i;

/** What one frame adds to the fingerprint. */
export interface FrameToken {
  token: string;
  /** Anonymous, minified, or a wrapper that many errors pass through: says little by itself. */
  isWeak: boolean;
  frame: Frame;
}

function isMinifiedFrame(frame: Frame): boolean {
  return frame.line !== null && frame.line <= 2 && (frame.column ?? 0) > MINIFIED_COLUMN;
}

/** Paths remembered: the frames of an application come from few files. */
const MAX_REMEMBERED = 1_000;
const remembered = new Map<string, string>();

/** The name of a file as it stays over releases and browsers; generic names take their folder with them. */
export function fileToken(frame: Frame): string {
  const path = frame.absPath ?? frame.filename;
  if (path === null) return frame.module ?? "<unknown>";
  let token = remembered.get(path);
  if (token === undefined) {
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(path, token = pathToken(path));
  }
  return token;
}

function pathToken(path: string): string {
  const normal = normalizePath(path);
  if (normal.startsWith("<")) return normal;
  const name = withoutContentHash(baseName(normal));
  if (!SCRIPT.test(name) && /^https?:/.test(path)) return "<page>";
  const stem = name.replace(/(?:\.(?:min|bundle|chunk|prod|modern|legacy))*\.[a-z]{1,8}$/i, "").toLowerCase();
  if (!GENERIC_FILES.has(stem)) return stem || name.toLowerCase();
  const folder = baseName(normal.slice(0, Math.max(0, normal.lastIndexOf("/"))));
  return folder === "" || /\d{3}|^[0-9a-f]{8,}$/i.test(folder) ? stem : `${folder.toLowerCase()}/${stem}`;
}

/** Class of the JVM without what proxies, lambdas and anonymous classes add. */
function javaModule(module: string): string {
  return module.replace(/\$\$.*$/, "").replace(/\$(?:\d{1,4}|Lambda).*$/, "");
}

function isJvm(frame: Frame): boolean {
  return frame.module !== null && /\.(?:java|kts?|scala|groovy|clj)$/.test(frame.filename ?? ".java") &&
    frame.module.includes(".") && !(frame.absPath ?? "").includes("/");
}

function toToken(frame: Frame): FrameToken {
  const { name, isMinified, isGeneric } = canonicalFunction(frame.function);
  const place = isJvm(frame) ? javaModule(frame.module!) : fileToken(frame);
  const minified = isMinified || (isMinifiedFrame(frame) && name !== null && name.length <= 3);
  const shown = minified ? null : name;
  return { token: shown === null ? place : `${place} ${shown}`, isWeak: shown === null || isGeneric, frame };
}

/** Takes out the tail of a token list when it repeats what stands before it. */
function dropRepeatedTail(kept: FrameToken[]): void {
  const end = kept.length;
  for (let cycle = 1; cycle <= MAX_CYCLE && end >= 2 * cycle; cycle++) {
    let same = true;
    for (let i = 1; i <= cycle && same; i++) same = kept[end - i]!.token === kept[end - cycle - i]!.token;
    if (same) {
      kept.length = end - cycle;
      return;
    }
  }
}

/**
 * The first tokens with recursion collapsed: `a b a b a b c` is `a b c`. Reads only as many frames as can still change
 * the first `limit` tokens.
 */
export function collapseRecursion(
  frames: readonly Frame[],
  token: (frame: Frame) => FrameToken,
  limit: number,
): FrameToken[] {
  const kept: FrameToken[] = [];
  for (const frame of frames) {
    kept.push(token(frame));
    dropRepeatedTail(kept);
    if (kept.length >= limit + 2 * MAX_CYCLE) break;
  }
  return kept.slice(0, limit);
}

function isBrowserFrame(frame: Frame): boolean {
  return /^(?:https?|capacitor|ionic|app):/.test(frame.absPath ?? "");
}

function isAsync(frame: Frame): boolean {
  return frame.isAsync === true || (frame.function?.startsWith("async ") ?? false) ||
    (frame.function?.startsWith("async*") ?? false);
}

export interface StackTokens {
  tokens: FrameToken[];
  /** True when nothing in them tells this error from others that pass the same way. */
  isWeak: boolean;
  /** Whether they are the application's frames or, for want of those, a library's. */
  source: "application" | "library" | "none";
}

function packageOf(frame: Frame): string | null {
  return frame.absPath === null ? null : modulePackage(frame.absPath);
}

/** The frames of one exception that count, innermost first. */
export function contributingFrames(exception: ExceptionValue): StackTokens {
  const innermostFirst = exception.frames.toReversed();
  let inApp = innermostFirst.filter((frame) => decideInApp(frame));
  // A sender that calls nothing in-app has not looked: then the paths alone decide.
  if (inApp.length === 0) inApp = innermostFirst.filter((frame) => decideInApp({ ...frame, inApp: null }));
  // Of the browsers only Chrome prints who awaited; elsewhere those frames are the only ones that tell callers apart.
  const synchronous = inApp.filter((frame) => !isAsync(frame));
  if (synchronous.length > 0 && synchronous.length < inApp.length && inApp.some(isBrowserFrame)) {
    inApp = synchronous;
  }
  const tokens = collapseRecursion(inApp, toToken, MAX_CONTRIBUTING_FRAMES);
  if (tokens.length > 0) {
    return { tokens, isWeak: tokens.every((token) => token.isWeak), source: "application" };
  }
  const inPackage = innermostFirst.find((frame) => packageOf(frame) !== null);
  const library = inPackage
    ? [{ token: `package ${packageOf(inPackage)}`, isWeak: true, frame: inPackage }]
    : [];
  return { tokens: library, isWeak: true, source: library.length > 0 ? "library" : "none" };
}

/** The frame to look at first: the innermost of the application, of the root cause if that has one. */
export function culpritFrame(exceptions: readonly ExceptionValue[]): Frame | null {
  for (const exception of exceptions) {
    const found = exception.frames.findLast((frame) => decideInApp(frame)) ??
      exception.frames.findLast((frame) => decideInApp({ ...frame, inApp: null }));
    if (found) return found;
  }
  return exceptions[0]?.frames.findLast((frame) => !frame.isNative) ?? null;
}
