/** Schemes whose "host" names the build or the module, not a part of the path. */
const BUILD_SCHEME =
  /^(?:webpack|webpack-internal|turbopack|rsc|about|ng|app|capacitor|ionic|file|vite|rollup|parcel|metro):\/\//;
const WEB_ORIGIN = /^(?:https?|wss?|capacitor|ionic|tauri|app|resource):\/\/[^/?#]*/;
const EXTENSION = /^(?:chrome|moz|safari|safari-web|ms-browser|edge)-extension:\/\/[^/]*/;
/** `(app-pages-browser)/`, `(rsc)/`, `[project]/`, `[app-client]/`: the layer of a bundler, not a folder. */
const LAYER =
  /^(?:\([\w-]{1,60}\)|\[(?:project|root|turbopack|externals|[\w-]{1,30}-(?:client|ssr|rsc|route))\])\//;
/** A content hash between a name and its extension, or after it: `main.3f2a9c1b.js`, `index-Bq3xW9aZ.js`. */
const HASH_IN_NAME =
  /([-._~])(?:[0-9a-f]{6,64}|[0-9A-F]{8,64})(?=(?:\.(?:chunk|bundle|min|modern|legacy|worker|module|entry))*\.[a-z]{1,5}$|$)/;
const MIXED_HASH_IN_NAME = /([-._])([A-Za-z0-9_-]{8})(?=(?:\.(?:min|modern|legacy))*\.(?:[cm]?js|css|wasm)$)/;
const WHOLE_HASH = /^(?:[0-9a-f]{8,64})(?=(?:\.(?:chunk|bundle|min|worker|module))*\.[a-z]{1,5}$)/i;

function decode(path: string): string {
  if (!path.includes("%")) return path;
  try {
    return decodeURI(path);
  } catch {
    // A stray percent sign is part of the name.
    return path;
  }
}

function withoutQuery(path: string): string {
  const question = path.indexOf("?");
  const cut = question > 0 ? path.slice(0, question) : path;
  const hash = cut.indexOf("#");
  return hash > 0 ? cut.slice(0, hash) : cut;
}

/** Eight characters of base64url with a digit or an inner capital: no word that a person would put into a name. */
function looksMixed(part: string): boolean {
  return /\d/.test(part)
    ? /[A-Za-z]/.test(part)
    : /[a-z][A-Z]/.test(part) && /[A-Z].*[a-z].*[A-Z]|[_-]/.test(part);
}

/** A file name without the hash of its content, so that two releases of one bundle have one name. */
export function withoutContentHash(name: string): string {
  if (name.length > 300) return name;
  let result = name.replace(WHOLE_HASH, "<hash>").replace(HASH_IN_NAME, "");
  const mixed = MIXED_HASH_IN_NAME.exec(result);
  if (mixed && mixed.index > 0 && looksMixed(mixed[2]!)) {
    result = result.slice(0, mixed.index) + result.slice(mixed.index + mixed[0].length);
  }
  return result;
}

/**
 * The path of a frame without what changes between hosts, builds and engines: origin, query, bundler prefix, layer,
 * percent encoding and the kind of slash. Content hashes stay (see `withoutContentHash`): a reader wants the real name.
 *
 *     normalizePath("webpack-internal:///(app-pages-browser)/./src/app/page.tsx?1a2b")  // "src/app/page.tsx"
 *     normalizePath("https://example.org/assets/index-Bq3xW9aZ.js?v=2")                 // "/assets/index-Bq3xW9aZ.js"
 */
export function normalizePath(printed: string): string {
  if (printed.startsWith("<") || printed.startsWith("node:") || printed.startsWith("ext:")) return printed;
  if (printed.startsWith("data:")) {
    return `<${printed.slice(0, Math.max(0, printed.indexOf(","))) || "data:"}>`;
  }
  if (printed.startsWith("blob:")) return "<blob>";
  // V8 names compiled modules by their name, if they have one, and a hash.
  if (printed.startsWith("wasm://wasm/")) {
    return printed.slice("wasm://wasm/".length).replace(/-?[0-9a-f]{8}$/, "") || "<wasm>";
  }
  let path = printed.length > 1 ? decode(withoutQuery(printed)) : printed;
  if (path.startsWith("rsc://") || path.startsWith("about://")) {
    // React names server frames `rsc://React/Server/<the real path>`.
    path = path.replace(/^(?:rsc|about):\/\/React\/[\w-]{1,40}\//, "");
  }
  const scheme = path.indexOf("://");
  if (scheme > 0 && scheme < 24) {
    if (EXTENSION.test(path)) path = path.replace(EXTENSION, "<extension>");
    else if (path.startsWith("file://")) path = path.slice("file://".length);
    else if (BUILD_SCHEME.test(path) && !path.startsWith("capacitor") && !path.startsWith("ionic")) {
      const rest = path.slice(scheme + 3);
      // `webpack://name/./src/a.ts`, `webpack:///./src/a.ts`, `app:///src/a.ts`
      path = rest.startsWith("/") ? rest.slice(1) : rest.slice(rest.indexOf("/") + 1);
      path = path.replace(LAYER, "");
      if (path.startsWith("./")) path = path.slice(2);
      return path === "" ? printed : path;
    } else if (WEB_ORIGIN.test(path)) path = path.replace(WEB_ORIGIN, "") || "/";
    else path = path.slice(scheme + 3).replace(/^[^/]*/, "") || printed;
  }
  if (path.includes("\\")) path = path.replaceAll("\\", "/");
  // `/C:/app/a.js`, which file URLs leave behind.
  if (path[0] === "/" && path[2] === ":" && path[3] === "/") path = path.slice(1);
  // The dev server of vite serves files outside its root under this prefix.
  if (path.startsWith("/@fs/")) path = path.slice("/@fs".length);
  if (path.startsWith("./")) path = path.slice(2);
  return path;
}

const PACKAGE_FOLDER = "node_modules/";

/** `@scope/name` or `name` of the npm package that a path lies in; null for a file of the application. */
export function modulePackage(path: string): string | null {
  const unified = path.includes("\\") ? path.replaceAll("\\", "/") : path;
  let at = unified.lastIndexOf(PACKAGE_FOLDER);
  let rest: string;
  if (at >= 0) {
    rest = unified.slice(at + PACKAGE_FOLDER.length);
    if (rest.startsWith(".vite/deps/")) {
      // Prebundled dependencies: `@scope_name.js`, `react-dom_client.js`.
      const file = rest.slice(".vite/deps/".length).replace(/[?#].*$/, "").replace(/\.js$/, "");
      return file.startsWith("@") ? file.replace("_", "/") : file.split("_")[0] || null;
    }
  } else if ((at = unified.indexOf("/~/")) >= 0) {
    rest = unified.slice(at + 3); // webpack 1 and 2 abbreviated node_modules
  } else if (unified.startsWith("npm:")) {
    rest = unified.slice("npm:".length).replace(/^\//, "");
  } else {
    return null;
  }
  const first = rest.indexOf("/");
  if (rest.startsWith("@")) {
    const second = first < 0 ? -1 : rest.indexOf("/", first + 1);
    return stripVersion(second < 0 ? rest : rest.slice(0, second)) || null;
  }
  return stripVersion(first < 0 ? rest : rest.slice(0, first)) || null;
}

function stripVersion(name: string): string {
  const at = name.indexOf("@", 1);
  return at > 0 ? name.slice(0, at) : name;
}

/** The last part of a path. */
export function baseName(path: string): string {
  const end = path.endsWith("/") ? path.length - 1 : path.length;
  return path.slice(path.lastIndexOf("/", end - 1) + 1, end);
}

/** What a path tells, apart from the frame that it stands in. */
export interface PathFacts {
  filename: string;
  module: string | null;
}

/** Paths remembered: the frames of an application come from few files. */
const MAX_REMEMBERED = 1_000;
const remembered = new Map<string, PathFacts>();

/** `normalizePath` and `modulePackage` of a path, remembered because stacks repeat the same few paths. */
export function pathFacts(path: string): PathFacts {
  let facts = remembered.get(path);
  if (facts === undefined) {
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(path, facts = { filename: normalizePath(path), module: modulePackage(path) });
  }
  return facts;
}
