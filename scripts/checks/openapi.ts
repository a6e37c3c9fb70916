const FUNCTIONS = new URL("../../supabase/functions/", import.meta.url);
const DOCUMENT = "docs/openapi.json";

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

interface Document {
  openapi: string;
  info: { title: string; version: string; description?: string };
  servers?: { url: string }[];
  tags?: { name: string; description?: string }[];
  paths?: Record<string, Record<string, unknown>>;
  components?: Record<string, Record<string, unknown>>;
}

/** docs/openapi.json is exactly what the routes say, and has no fault. With `write`, it is made. */
export async function openApi(root: string, write = false): Promise<string[]> {
  const document = await mergedDocument();
  const problems = validate(document);
  const file = `${root}/${DOCUMENT}`;
  const text = render(document);
  if (await Deno.readTextFile(file).catch(() => "") === text) return problems;
  if (write) await Deno.writeTextFile(file, text);
  else problems.push(`${DOCUMENT} is not what the routes say: npm run check -- --write`);
  return problems;
}

function render(document: Document): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** The documents of all functions as one, with each function's name before its paths. */
export async function mergedDocument(): Promise<Document> {
  const merged: Required<Document> = {
    openapi: "3.1.0",
    info: {
      title: "Prunella",
      version: "",
      description: "The HTTP interface of Prunella's edge functions. Made from the schemas of their routes.",
    },
    servers: [{ url: "/functions/v1" }],
    tags: [],
    paths: {},
    components: {},
  };
  for (const name of await functionNames()) {
    const document = await documentOf(name);
    merged.info.version = document.info.version;
    merged.tags.push(...document.tags ?? []);
    for (const [path, operations] of Object.entries(document.paths ?? {})) {
      // Generators of clients name their functions by the id; a route that gives none is named by what it is.
      const tagged = Object.entries(operations).map(([method, operation]) => [
        method,
        METHODS.includes(method)
          ? { tags: [name], operationId: madeUpId(name, method, path), ...operation as object }
          : operation,
      ]);
      merged.paths[path === "/" ? `/${name}` : `/${name}${path}`] = Object.fromEntries(tagged);
    }
    for (const [kind, components] of Object.entries(document.components ?? {})) {
      for (const [key, component] of Object.entries(components)) {
        const known = merged.components[kind] ??= {};
        if (key in known && JSON.stringify(known[key]) !== JSON.stringify(component)) {
          throw new Error(
            `Two functions mean different things by ${kind}/${key}: give one of them another name`,
          );
        }
        known[key] = component;
      }
    }
  }
  return merged;
}

/** @example madeUpId("ingest", "post", "/api/{project}/store/") // "ingestPostApiProjectStore" */
function madeUpId(name: string, method: string, path: string): string {
  const words = `${name}/${method}${path}`.split(/[^a-zA-Z0-9]+/).filter(Boolean);
  return words.map((word, i) => i === 0 ? word : word[0]!.toUpperCase() + word.slice(1)).join("");
}

async function functionNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(FUNCTIONS)) {
    const index = new URL(`${entry.name}/index.ts`, FUNCTIONS);
    if (entry.isDirectory && await Deno.stat(index).then(() => true, () => false)) names.push(entry.name);
  }
  return names.sort();
}

// Asked over HTTP, as any client would: what is served and what is written cannot differ.
async function documentOf(name: string): Promise<Document> {
  const module = await import(new URL(`${name}/index.ts`, FUNCTIONS).href);
  const response: Response = await module.default.fetch(new Request(`http://localhost/${name}/openapi.json`));
  if (!response.ok) {
    throw new Error(`${name} does not serve /openapi.json: ${response.status} ${await response.text()}`);
  }
  return await response.json();
}

/** What generators stumble over: ids that are missing or used twice, references to nothing, undeclared parameters. */
export function validate(document: Document): string[] {
  const problems: string[] = [];
  const ids = new Set<string>();
  for (const [path, operations] of Object.entries(document.paths ?? {})) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    for (const [method, value] of Object.entries(operations)) {
      if (!METHODS.includes(method)) continue;
      const where = `${method.toUpperCase()} ${path}`;
      const operation = value as {
        operationId?: string;
        summary?: string;
        responses?: Record<string, unknown>;
        parameters?: { name: string; in: string }[];
      };
      if (!operation.operationId) problems.push(`${where} has no operationId`);
      else if (ids.has(operation.operationId)) {
        problems.push(`operationId ${operation.operationId} is used twice`);
      } else ids.add(operation.operationId);
      if (!operation.summary) problems.push(`${where} has no summary`);
      if (Object.keys(operation.responses ?? {}).length === 0) problems.push(`${where} has no responses`);
      const declared = (operation.parameters ?? []).filter((p) => p.in === "path").map((p) => p.name);
      for (const name of inPath) {
        if (!declared.includes(name!)) problems.push(`${where} does not declare the parameter ${name}`);
      }
    }
  }
  for (const reference of references(document)) {
    const found = reference.split("/").slice(1).reduce<unknown>(
      (at, key) =>
        (at as Record<string, unknown> | undefined)?.[key.replaceAll("~1", "/").replaceAll("~0", "~")],
      document,
    );
    if (found === undefined) problems.push(`${reference} refers to nothing`);
  }
  return problems;
}

function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "$ref" && typeof inner === "string" ? [inner] : references(inner)
  );
}
