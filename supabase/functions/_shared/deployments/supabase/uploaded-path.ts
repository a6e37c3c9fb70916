/** Where the platform keeps the source of a version, and below it what was uploaded. The name holds the version: no two are alike. */
const KEPT_IN = /^tmp\/user_fn_[^/]+\//;
const SOURCE = /^source\//;

/**
 * The path under which a file of a function was uploaded, of the one that the Management API tells: `source/index.ts`, or
 * `file:///tmp/user_fn_<project>_<function>_<version>/source/index.ts`. A client that deploys it again must use the former.
 */
export function uploadedPath(told: string): string {
  return told.replace(/^file:\/\//, "").replace(/^\/+/, "").replace(KEPT_IN, "").replace(SOURCE, "");
}

/** Which of the files `told` means, whichever part of its path the platform shows; the uploaded path where none fits. */
export function fileNamed(told: string, paths: readonly string[]): string {
  const path = uploadedPath(told);
  if (paths.includes(path)) return path;
  return paths.find((one) => one.endsWith(`/${path}`) || path.endsWith(`/${one}`)) ?? path;
}
