import type { Frame } from "../event.ts";

/** Paths that only runtimes, bundlers and browser extensions have. Lower case. */
const RUNTIME_PREFIXES = [
  "node:",
  "internal/",
  "ext:",
  "deno:",
  "bun:",
  "native:",
  "chrome://",
  "resource://",
  "moz-extension://",
  "chrome-extension://",
  "safari-extension://",
  "safari-web-extension://",
  "ms-browser-extension://",
  "edge-extension://",
  "webpack/runtime/",
  "webpack/bootstrap",
  "webpack:///webpack/",
  "webpack-internal:///webpack/",
  "<frozen ",
];

const LIBRARY_FOLDERS = [
  "node_modules/",
  "node_modules\\",
  "/~/",
  "/bower_components/",
  "/.deno/",
  "/deno-dir/",
  "/.yarn/cache/",
  "/site-packages/",
  "\\site-packages\\",
  "/dist-packages/",
  "/usr/lib/python",
  "/lib/python2",
  "/lib/python3",
  "/webpack/bootstrap",
  "/webpack/runtime/",
];

/** Hosts that serve libraries of others: what they serve is not the application's code. */
const LIBRARY_HOST =
  /^(?:https?:)?\/\/(?:cdn\.jsdelivr\.net|unpkg\.com|cdnjs\.cloudflare\.com|ajax\.googleapis\.com|code\.jquery\.com|esm\.sh|cdn\.skypack\.dev|ga\.jspm\.io|deno\.land\/(?:std|x)|jsr\.io|www\.googletagmanager\.com|www\.google-analytics\.com|connect\.facebook\.net|js\.stripe\.com|maps\.googleapis\.com|js\.sentry-cdn\.com|browser\.sentry-cdn\.com)(?:[/@]|$)/i;

/** Modules of the first Node versions, printed without any folder: `events.js`, `repl.js`. */
const BARE_NODE_MODULE =
  /^(?:assert|buffer|child_process|cluster|crypto|dgram|dns|domain|events|fs|http|https|module|net|path|readline|repl|stream|string_decoder|timers|tls|tty|url|util|vm|zlib|bootstrap_node|node|_[a-z]+_[a-z]+|_stream_\w+|evalmachine)\.js$/;

const JAVA_LIBRARY =
  /^(?:java|javax|jdk|sun|com\.sun|kotlin|kotlinx|scala|groovy|clojure|android|androidx|dalvik|libcore|com\.android|com\.google\.android|org\.(?:springframework|apache|hibernate|eclipse|junit|jboss|slf4j|postgresql)|io\.(?:netty|vertx|micronaut|quarkus|reactivex)|reactor|com\.zaxxer|ch\.qos|okhttp3|retrofit2|com\.fasterxml|com\.mysql|oracle)\./;

/**
 * Whether a frame is the application's own code. Certain library and runtime paths decide whatever the sender said:
 * browser SDKs call every frame in-app because they cannot know.
 */
export function decideInApp(frame: Frame): boolean {
  if (frame.isNative) return false;
  const path = frame.absPath ?? frame.filename;
  if (path === null || path === "") {
    return frame.module !== null && !JAVA_LIBRARY.test(frame.module) ? frame.inApp ?? true : false;
  }
  if (isLibraryPath(path)) return false;
  if (frame.filename !== null && frame.filename !== path && isLibraryPath(frame.filename)) return false;
  if (frame.module !== null && /\.(?:java|kt|kts|scala|groovy|clj)$/.test(path)) {
    return !JAVA_LIBRARY.test(frame.module);
  }
  return frame.inApp ?? true;
}

/** Paths remembered: the frames of an application come from few files. */
const MAX_REMEMBERED = 2_000;
const remembered = new Map<string, boolean>();

function isLibraryPath(path: string): boolean {
  let known = remembered.get(path);
  if (known === undefined) {
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(path, known = looksLikeLibrary(path));
  }
  return known;
}

function looksLikeLibrary(path: string): boolean {
  if (path === "<anonymous>" || path === "native" || path === "[native code]") return true;
  if (path.startsWith("<") && path.endsWith(">")) return !/^<(?:data:.*|blob|wasm|stdin|eval)>$/.test(path);
  for (const prefix of RUNTIME_PREFIXES) if (path.startsWith(prefix)) return true;
  for (const folder of LIBRARY_FOLDERS) if (path.includes(folder)) return true;
  if (BARE_NODE_MODULE.test(path)) return true;
  return path.includes("//") && LIBRARY_HOST.test(path);
}
