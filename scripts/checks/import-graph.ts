import { sourceFiles } from "./source-files.ts";

export interface ModuleImports {
  /** Files of this project, as paths relative to its root. */
  files: string[];
  /** Bare specifiers, such as `hono/cors`; neither `node:` nor URLs. */
  packages: string[];
}

/** Statements at the beginning of a line, which a string or a comment about imports hardly ever is. */
const STATIC = /^[ \t]*(?:import|export)\b(?:[^"'`;]*?\bfrom\b)?\s*["']([^"'\n]+)["']/gm;
const DYNAMIC = /\bimport\(\s*["']([^"'\n]+)["']/g;
const COMMENTS = /\/\*[\s\S]*?\*\/|^[ \t]*\/\/[^\n]*$/gm;

/** The specifiers that a module imports or exports from, types included, each once. */
export function specifiersOf(source: string): string[] {
  const code = source.replace(COMMENTS, "");
  const found = [...code.matchAll(STATIC), ...code.matchAll(DYNAMIC)].map((match) => match[1] ?? "");
  return [...new Set(found)];
}

/** What every TypeScript file below `root/<folder>` imports. */
export async function importGraph(root: string, folder: string): Promise<Map<string, ModuleImports>> {
  const graph = new Map<string, ModuleImports>();
  for (const file of await sourceFiles(root, ".ts", folder)) {
    const imports: ModuleImports = { files: [], packages: [] };
    for (const specifier of specifiersOf(await Deno.readTextFile(`${root}/${file}`))) {
      if (specifier.startsWith(".")) imports.files.push(resolve(file, specifier));
      else if (!/^[a-z]+:/.test(specifier)) imports.packages.push(specifier);
    }
    graph.set(file, imports);
  }
  return graph;
}

/** All files that `entry` reaches, itself included. */
export function reachable(graph: ReadonlyMap<string, ModuleImports>, entry: string): Set<string> {
  const seen = new Set([entry]);
  for (const file of seen) {
    for (const next of graph.get(file)?.files ?? []) seen.add(next);
  }
  return seen;
}

/** Every circle of a graph once, as the list of its nodes; found by Tarjan's strongly connected components. */
export function circles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const visit = (node: string) => {
    order.set(node, order.size);
    lowest.set(node, order.size - 1);
    stack.push(node);
    for (const next of edges.get(node) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) lowest.set(node, Math.min(lowest.get(node) ?? 0, lowest.get(next) ?? 0));
    }
    if (lowest.get(node) !== order.get(node)) return;
    const component = stack.splice(stack.indexOf(node));
    if (component.length > 1 || edges.get(node)?.includes(node)) found.push(component);
  };
  for (const node of edges.keys()) if (!order.has(node)) visit(node);
  return found;
}

function resolve(from: string, specifier: string): string {
  return decodeURI(new URL(specifier, `file:///${from}`).pathname.slice(1));
}
