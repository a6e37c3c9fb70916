import type { ErrorEvent } from "../../signals/event.ts";
import type { Json, JsonObject } from "../../platform/json.ts";

/** How many objects of one event are looked at: more would cost CPU and tell nothing new. */
const OBJECT_LIMIT = 64;
/** Nesting below which nothing is read: error bodies are flat, `{ error: { code } }` is the deepest that vendors use. */
const DEPTH_LIMIT = 4;
/** Longest text, in characters, in which a JSON body is looked for. */
const EMBEDDED_JSON_LIMIT = 8_000;

/** Contexts that describe the machine and not the error; their `name`, `type` and `version` would be misread. */
const AMBIENT_CONTEXTS = new Set([
  "app",
  "browser",
  "client_os",
  "cloud_resource",
  "culture",
  "device",
  "gpu",
  "os",
  "otel",
  "profile",
  "replay",
  "runtime",
  "state",
  "trace",
]);

/**
 * The objects in an event that may describe its error: own properties of the exception (SDKs put them into `contexts`
 * or `extra`) and JSON bodies quoted in a message, such as `{"code":"PGRST116","details":...}`.
 */
export function readObjects(event: ErrorEvent, texts: string[]): JsonObject[] {
  const objects: JsonObject[] = [];
  for (const text of texts) {
    const body = embeddedJson(text);
    if (body !== null) collect(body, 0, objects);
  }
  collect(event.extra, 0, objects);
  for (const [name, context] of Object.entries(event.contexts)) {
    if (!AMBIENT_CONTEXTS.has(name) && context !== undefined) collect(context, 1, objects);
  }
  return objects;
}

/** The first string or number among `names`, looked up in every object in turn; numbers become strings. */
export function firstField(objects: JsonObject[], names: readonly string[]): string | null {
  for (const object of objects) {
    for (const name of names) {
      const value = object[name];
      if (typeof value === "string" && value.trim() !== "") return value.trim();
      if (typeof value === "number" && Number.isFinite(value)) return String(value);
    }
  }
  return null;
}

/** Every string or number under any of `names`. */
export function allFields(objects: JsonObject[], names: readonly string[]): string[] {
  return objects.flatMap((object) =>
    names.flatMap((name) => {
      const value = object[name];
      return typeof value === "string" || typeof value === "number" ? [String(value).trim()] : [];
    })
  );
}

function collect(value: Json, depth: number, into: JsonObject[]): void {
  if (depth > DEPTH_LIMIT || into.length >= OBJECT_LIMIT) return;
  if (typeof value === "string") {
    const body = embeddedJson(value);
    if (body !== null) collect(body, depth + 1, into);
  } else if (Array.isArray(value)) {
    for (const item of value.slice(0, OBJECT_LIMIT)) collect(item, depth + 1, into);
  } else if (value !== null && typeof value === "object") {
    into.push(value);
    for (const item of Object.values(value)) {
      if (item !== undefined && (typeof item === "object" || typeof item === "string")) {
        collect(item, depth + 1, into);
      }
    }
  }
}

function embeddedJson(text: string): JsonObject | null {
  if (text.length > EMBEDDED_JSON_LIMIT) return null;
  const start = text.indexOf("{");
  const end = text.lastIndexOf("}");
  if (start < 0 || end <= start || !text.startsWith('"', nextVisible(text, start + 1))) return null;
  try {
    const parsed: Json = JSON.parse(text.slice(start, end + 1));
    return parsed !== null && typeof parsed === "object" && !Array.isArray(parsed) ? parsed : null;
  } catch {
    return null; // Prose with braces is not a body.
  }
}

function nextVisible(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 32) at++;
  return at;
}
