import { mergedDocument } from "../../../scripts/checks/openapi.ts";

// deno-lint-ignore no-explicit-any -- a schema of any operation, read with its own keywords
export type Schema = Record<string, any>;

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  schema: Schema;
}

/** One route as the OpenAPI document describes it, with all references followed. */
export interface Operation {
  /** `POST /control/heal` */
  title: string;
  method: string;
  path: string;
  parameters: Parameter[];
  body: { type: string; schema: Schema } | null;
  /** Names of the schemes that open it; empty for the routes of ingest, which take the key of a DSN. */
  schemes: string[];
}

/** Every route of every function: what is written here about all of them holds for those that are still to come. */
export async function operations(): Promise<Operation[]> {
  const document = await mergedDocument();
  const follow = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(follow);
    if (typeof value !== "object" || value === null) return value;
    if ("$ref" in value && typeof value.$ref === "string") {
      const [kind, name] = value.$ref.split("/").slice(2);
      return follow(document.components?.[kind!]?.[name!]);
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, follow(inner)]));
  };
  return Object.entries(document.paths ?? {}).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, value]) => {
      const operation = follow(value) as Schema;
      const [content] = Object.entries(operation.requestBody?.content ?? {}) as [string, Schema][];
      return {
        title: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        parameters: operation.parameters ?? [],
        body: content ? { type: content[0], schema: content[1].schema ?? {} } : null,
        schemes: (operation.security ?? []).flatMap((requirement: Schema) => Object.keys(requirement)),
      };
    })
  );
}

/** Values for parameters and properties by their name; the others are made up from the schema. */
export type Given = Record<string, unknown>;

/** Valid values of a schema, one for each of its alternatives. */
export function samples(schema: Schema, given: Given = {}, where = "body"): unknown[] {
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return alternatives.flatMap((one: Schema) => samples(one, given, where));
  return [sample(schema, given, where)];
}

export function sample(schema: Schema, given: Given, where: string): unknown {
  if ("example" in schema) return schema.example;
  if ("const" in schema) return schema.const;
  if ("enum" in schema) return schema.enum[0];
  if (schema.allOf) return merged(schema.allOf.map((part: Schema) => sample(part, given, where)));
  if (schema.anyOf ?? schema.oneOf) return samples(schema, given, where)[0];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case "object":
      return Object.fromEntries(
        Object.entries<Schema>(schema.properties ?? {}).flatMap(([name, property]) => {
          if (name in given) return [[name, property.type === "array" ? [given[name]] : given[name]]];
          if (!schema.required?.includes(name)) return [];
          return [[name, sample(property, given, `${where}.${name}`)]];
        }),
      );
    case "array":
      return [sample(schema.items ?? {}, given, `${where}[]`)];
    case "string":
      if (schema.format === "date-time") return "2026-01-01T00:00:00Z";
      if (schema.pattern) throw new Error(`${where} has a pattern: give its schema an example`);
      return "x".repeat(Math.max(3, schema.minLength ?? 0));
    case "integer":
    case "number":
      return schema.minimum ?? (schema.exclusiveMinimum ?? 0) + 1;
    case "boolean":
      return true;
    default:
      return {};
  }
}

/** Of several descriptions of one value the first that says something; objects have the properties of all. */
function merged(parts: unknown[]): unknown {
  return parts.every((part) => typeof part === "object" && part !== null && !Array.isArray(part))
    ? Object.assign({}, ...parts)
    : parts[0];
}

export interface Call {
  method: string;
  path: string;
  body?: string;
  type?: string;
}

/** Valid calls of a route, as far as the document tells what is valid. Required parameters, and those given by name. */
export function calls(operation: Operation, given: Given = {}): Call[] {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const schema = operation.parameters.find((one) => one.name === name)?.schema ?? {};
    return encodeURIComponent(String(name in given ? given[name] : sample(schema, given, name)));
  });
  const query = new URLSearchParams();
  for (const one of operation.parameters) {
    if (one.in !== "query" || !(one.required || one.name in given)) continue;
    query.set(one.name, String(one.name in given ? given[one.name] : sample(one.schema, given, one.name)));
  }
  const address = query.size > 0 ? `${path}?${query}` : path;
  const call = { method: operation.method, path: address.slice(1) };
  if (!operation.body) return [call];
  const { type, schema } = operation.body;
  const bodies = type.includes("json")
    ? samples(schema, given).map((body) => JSON.stringify(body))
    : [`{}\n{"type":"event"}\n{"message":"x"}\n`];
  return bodies.map((body) => ({ ...call, body, type }));
}

/** The names by which parameters and the body's properties of a route are called. */
export function namesOf(operation: Operation): string[] {
  const alternatives = operation.body?.schema.anyOf ?? operation.body?.schema.oneOf ??
    [operation.body?.schema ?? {}];
  return [
    ...new Set([
      ...operation.parameters.map(({ name }) => name),
      ...alternatives.flatMap((one: Schema) => Object.keys(one.properties ?? {})),
    ]),
  ];
}
