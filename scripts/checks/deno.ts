import { command, denoProblems } from "./command.ts";
import { sourceFiles } from "./source-files.ts";

/** The code is formatted; with `write`, it is made so. */
export async function formatted(root: string, write = false): Promise<string[]> {
  if (write) return denoProblems(root, ["fmt", "--quiet"]);
  const { ok, stdout, stderr } = await command(Deno.execPath(), ["fmt", "--check"], root);
  if (ok) return [];
  // Deno prints every difference; the names of the files are enough, for `--write` mends them.
  const files = [...`${stdout}\n${stderr}`.matchAll(/^from (.+):$/gm)].map((match) => match[1]);
  return files.length > 0 ? files.map((file) => `${file} is not formatted: npm run format`) : [stderr.trim()];
}

export function linted(root: string): Promise<string[]> {
  return denoProblems(root, ["lint", "--quiet"]);
}

export async function typed(root: string): Promise<string[]> {
  return denoProblems(root, ["check", "--quiet", ...await sourceFiles(root, ".ts")]);
}
