import type { Json, JsonObject } from "../platform/json.ts";

/** JSON with sorted keys and without undefined members: equal values give equal texts. */
export function canonicalJson(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.keys(value).filter((key) => value[key] !== undefined).sort();
    return `{${members.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`).join(",")}}`;
  }
  return JSON.stringify(value ?? null);
}

/** Identity of an action with its parameters. */
export function candidateKey(action: string, parameters: JsonObject): string {
  return `${action} ${canonicalJson(parameters)}`;
}
