import type { SourceFile } from "../diffs/source-file.ts";

/** One source file as JSON can keep it: text where it is text, base64 where it is not. */
export interface FunctionFile {
  path: string;
  encoding: "utf8" | "base64";
  content: string;
}

/** All that is needed to deploy an edge function again. Plain JSON. */
export interface FunctionBody {
  name: string;
  verifyJwt: boolean;
  entrypointPath: string;
  importMapPath: string | null;
  files: FunctionFile[];
}

const CHUNK = 0x8000;

export async function readFile(part: File): Promise<FunctionFile> {
  const bytes = new Uint8Array(await part.arrayBuffer());
  try {
    const content = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return { path: part.name, encoding: "utf8", content };
  } catch {
    let binary = "";
    for (let i = 0; i < bytes.length; i += CHUNK) {
      binary += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
    }
    return { path: part.name, encoding: "base64", content: btoa(binary) };
  }
}

export function writeFile(file: FunctionFile): Blob {
  if (file.encoding === "utf8") return new Blob([file.content], { type: "application/typescript" });
  const bytes = Uint8Array.from(atob(file.content), (character) => character.charCodeAt(0));
  return new Blob([bytes], { type: "application/octet-stream" });
}

/**
 * SHA-256 over everything that decides how the function behaves, hex. Two bodies with the same hash are the same version, whatever
 * number the platform gave them.
 */
export async function bodyHash(body: FunctionBody): Promise<string> {
  const files = [...body.files].sort((a, b) => a.path < b.path ? -1 : a.path > b.path ? 1 : 0)
    .map((file) => [file.path, file.encoding, file.content]);
  const canonical = JSON.stringify([body.verifyJwt, body.entrypointPath, body.importMapPath, files]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The files under names that stack frames end with: `checkout/index.ts`, `_shared/cors.ts`. Clients upload paths from the function's folder,
 * from the folder of all functions or from the root of the repository.
 */
export function sourcesOf(slug: string, files: readonly FunctionFile[]): SourceFile[] {
  return files.map(({ path, encoding, content }) => ({
    path: pathOf(slug, path),
    content,
    isText: encoding === "utf8",
  }));
}

function pathOf(slug: string, uploaded: string): string {
  const path = uploaded.replace(/^(?:\.{0,2}\/)+/, "").replace(/^(?:.*\/)?functions\//, "");
  return path.startsWith(`${slug}/`) || path.startsWith("_shared/") ? path : `${slug}/${path}`;
}

/** Relative and bare imports of all files, for dependency tracking: `npm:` and `jsr:` names with versions, URLs, paths. */
export function dependenciesOf(body: FunctionBody): string[] {
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*)["']([^"'\n]{1,300})["']/g;
  const found = new Set<string>();
  for (const file of body.files) {
    if (file.encoding !== "utf8" || !/\.[cm]?[jt]sx?$/.test(file.path)) continue;
    for (const match of file.content.matchAll(pattern)) found.add(match[1]!);
  }
  return [...found].sort();
}
