import { importGraph, type ModuleImports, reachable } from "./import-graph.ts";

const FUNCTIONS = "supabase/functions";

/**
 * A deployed function has no package.json: its own deno.json must name every package that it reaches, in the version
 * that is tested here. With `write`, the files are made.
 */
export async function functionImports(root: string, write = false): Promise<string[]> {
  const versions = await packageVersions(root);
  const graph = await importGraph(root, FUNCTIONS);
  const problems: string[] = [];
  for (const name of functionNames(graph)) {
    for (const file of reachable(graph, `${FUNCTIONS}/${name}/index.ts`)) {
      if (!file.startsWith(`${FUNCTIONS}/`)) {
        problems.push(`${FUNCTIONS}/${name} reaches ${file}, which is not deployed with it`);
      }
    }
    const wanted: Record<string, string> = {};
    for (const [specifier, users] of [...packagesOf(graph, name)].sort(([a], [b]) => a < b ? -1 : 1)) {
      const { packageName, subpath } = split(specifier);
      const version = versions[packageName];
      if (version) wanted[specifier] = `npm:${packageName}@${version}${subpath}`;
      else problems.push(`${users[0]} imports ${specifier}, which is no dependency in package.json`);
    }
    const named = new Set(Object.keys(wanted).map((specifier) => split(specifier).packageName));
    for (const packageName of named) {
      for (const peer of await requiredPeers(root, packageName)) {
        if (named.has(peer)) continue;
        problems.push(
          `${FUNCTIONS}/${name} would be deployed with the newest ${peer}, the peer of ${packageName}: import it beside`,
        );
      }
    }
    const file = `${FUNCTIONS}/${name}/deno.json`;
    const text = JSON.stringify({ imports: wanted, fmt: await formatting(root) }, null, 2) + "\n";
    if (await textOf(`${root}/${file}`) === text) continue;
    if (write) await Deno.writeTextFile(`${root}/${file}`, text);
    else problems.push(`${file} does not name exactly what the function imports: npm run check -- --write`);
  }
  return problems;
}

/** Folders that are deployed: those with an index.ts. */
export function functionNames(graph: ReadonlyMap<string, ModuleImports>): string[] {
  return [...graph.keys()].flatMap((file) =>
    /^supabase\/functions\/([^_/][^/]*)\/index\.ts$/.exec(file)?.[1] ?? []
  );
}

/** Each bare specifier that the function reaches, with the files that import it. */
function packagesOf(graph: ReadonlyMap<string, ModuleImports>, name: string): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const file of reachable(graph, `${FUNCTIONS}/${name}/index.ts`)) {
    for (const specifier of graph.get(file)?.packages ?? []) {
      users.set(specifier, [...users.get(specifier) ?? [], file]);
    }
  }
  return users;
}

function split(specifier: string): { packageName: string; subpath: string } {
  const parts = specifier.split("/");
  const length = specifier.startsWith("@") ? 2 : 1;
  const subpath = parts.slice(length).map((part) => `/${part}`).join("");
  return { packageName: parts.slice(0, length).join("/"), subpath };
}

/** What a package leaves to others to install: where nobody names a version, Deno takes the newest that fits. */
async function requiredPeers(root: string, packageName: string): Promise<string[]> {
  const text = await textOf(`${root}/node_modules/${packageName}/package.json`);
  const { peerDependencies = {}, peerDependenciesMeta = {} } = JSON.parse(text || "{}") as {
    peerDependencies?: Record<string, string>;
    peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  };
  return Object.keys(peerDependencies).filter((peer) => !peerDependenciesMeta[peer]?.optional);
}

async function packageVersions(root: string): Promise<Record<string, string>> {
  const manifest = JSON.parse(await Deno.readTextFile(`${root}/package.json`)) as {
    dependencies?: Record<string, string>;
  };
  return manifest.dependencies ?? {};
}

/** Deno formats a folder by the nearest deno.json, so each has to repeat what the project's own says. */
async function formatting(root: string): Promise<unknown> {
  const { fmt: { exclude: _, ...style } } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`)) as {
    fmt: Record<string, unknown>;
  };
  return style;
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cause;
  }
}
