import type { JsonObject } from "../../platform/json.ts";
import type { Scrubber } from "../scrub/scrubber.ts";
import type { ErrorEvent, Level } from "../event.ts";
import { get, hexId, isRecord, list, number, record, text, traceId, type Unknown } from "./coerce.ts";
import type { ParseContext } from "./context.ts";
import { readExceptions } from "./exceptions.ts";
import {
  MAX_BREADCRUMBS,
  MAX_DEBUG_IMAGES,
  MAX_FINGERPRINT_PARTS,
  MAX_MESSAGE_CHARS,
  MAX_NAME_CHARS,
  MAX_STRING_CHARS,
  MAX_TAG_KEY_CHARS,
  MAX_TAG_VALUE_CHARS,
  MAX_TAGS,
  MAX_URL_CHARS,
} from "./limits.ts";
import { FREE_FORM } from "./prose.ts";
import { occurredAt } from "./time.ts";

const FILTERED = "[Filtered]";

/**
 * Turns what an SDK calls an event into ours. Never fails: what has the wrong type is left out, what is too much is
 * cut, and every text is scrubbed on its way.
 */
export function normalizeEvent(raw: Unknown, context: ParseContext, fallbackId: unknown = null): ErrorEvent {
  const { scrubber } = context;
  const contexts = record(get(raw, "contexts"));
  const name = (value: unknown) => scrubbed(scrubber, value, MAX_NAME_CHARS);
  const version = (value: unknown) => {
    const given = text(value);
    return given === null ? null : scrubber.version(given, MAX_NAME_CHARS);
  };
  return {
    eventId: hexId(get(raw, "event_id")) ?? hexId(fallbackId) ?? context.newId(),
    occurredAt: occurredAt(get(raw, "timestamp"), context.receivedAt),
    level: readLevel(get(raw, "level")),
    platform: name(get(raw, "platform")) ?? "other",
    logger: name(get(raw, "logger")),
    ...readMessage(raw, scrubber),
    exceptions: readExceptions(raw, scrubber),
    release: version(get(raw, "release")),
    environment: name(get(raw, "environment")),
    serverName: name(get(raw, "server_name")),
    transaction: name(get(raw, "transaction")),
    traceId: traceId(get(record(get(contexts, "trace")), "trace_id")),
    sdk: readSdk(get(raw, "sdk"), version),
    tags: readTags(get(raw, "tags"), scrubber),
    userHash: context.hashUser(get(raw, "user")),
    clientFingerprint: readFingerprint(get(raw, "fingerprint"), scrubber),
    request: readRequest(get(raw, "request"), contexts, scrubber),
    breadcrumbs: readBreadcrumbs(get(raw, "breadcrumbs"), scrubber),
    contexts: readContexts(contexts, scrubber),
    extra: readObject(get(raw, "extra"), scrubber),
    debugImages: readDebugImages(get(raw, "debug_meta"), scrubber),
  };
}

const LEVELS: Record<string, Level> = {
  fatal: "fatal",
  critical: "fatal",
  error: "error",
  warning: "warning",
  warn: "warning",
  info: "info",
  log: "info",
  notice: "info",
  debug: "debug",
  trace: "debug",
};

/** The level, whatever its spelling; `error` when none was given, as Sentry has it. */
export function readLevel(value: unknown): Level {
  return levelNamed(value) ?? "error";
}

/** The level of that name, or null. */
export function levelNamed(value: unknown): Level | null {
  const name = typeof value === "string" ? value.toLowerCase() : "";
  return Object.hasOwn(LEVELS, name) ? LEVELS[name]! : null;
}

export function scrubbed(scrubber: Scrubber, value: unknown, maxChars: number): string | null {
  const given = text(value);
  return given === null ? null : scrubber.text(given, maxChars);
}

/** `logentry` is what SDKs send now; `message` was a text once and an object in between. */
function readMessage(raw: Unknown, scrubber: Scrubber): Pick<ErrorEvent, "message" | "messageTemplate"> {
  const given = get(raw, "logentry") ?? get(raw, "message") ?? get(raw, "sentry.interfaces.Message");
  const entry = isRecord(given) ? given : { formatted: given };
  const template = text(get(entry, "message"));
  const formatted = text(get(entry, "formatted")) ?? format(template, get(entry, "params"));
  const read = (value: string | null) => scrubbed(scrubber, value, MAX_MESSAGE_CHARS);
  return {
    message: read(formatted),
    messageTemplate: template !== null && template !== formatted ? read(template) : null,
  };
}

/** Puts the parameters in, as SDKs do that send only the template: `%s` and `%d` in order, or `{name}`. */
function format(template: string | null, params: unknown): string | null {
  if (template === null || (!Array.isArray(params) && !isRecord(params))) return template;
  let next = 0;
  return template.slice(0, MAX_MESSAGE_CHARS).replace(/%[sdif]|\{(\w{0,64})\}/g, (hole, key?: string) => {
    const value = Array.isArray(params) ? params[next++] : get(params, key ?? "");
    return text(value)?.slice(0, MAX_STRING_CHARS) ?? hole;
  });
}

function readSdk(value: unknown, version: (value: unknown) => string | null): ErrorEvent["sdk"] {
  const name = version(get(record(value), "name"));
  return name === null ? null : { name, version: version(get(record(value), "version")) ?? "" };
}

/** Tags come as an object, as pairs, or as a list of `{ key, value }`. */
function readTags(value: unknown, scrubber: Scrubber): Record<string, string> {
  const pairs: [unknown, unknown][] = Array.isArray(value)
    ? value.slice(0, MAX_TAGS).map((tag): [unknown, unknown] =>
      Array.isArray(tag) ? [tag[0], tag[1]] : [get(record(tag), "key"), get(record(tag), "value")]
    )
    : Object.entries(record(value)).slice(0, MAX_TAGS);
  const tags = pairs.flatMap(([key, given]): [string, string][] => {
    const tag = text(key);
    const content = text(given);
    if (tag === null || content === null) return [];
    return [[
      scrubber.text(tag, MAX_TAG_KEY_CHARS),
      scrubber.isSecretKey(tag) ? FILTERED : scrubber.text(content, MAX_TAG_VALUE_CHARS),
    ]];
  });
  return Object.fromEntries(tags);
}

function readFingerprint(value: unknown, scrubber: Scrubber): string[] | null {
  const parts = (Array.isArray(value) ? value : [value]).slice(0, MAX_FINGERPRINT_PARTS)
    .flatMap((part) => scrubbed(scrubber, part, MAX_NAME_CHARS) ?? []);
  return parts.length > 0 ? parts : null;
}

/** Headers, cookies, bodies and the environment of a request are not kept at all: they are full of personal data. */
function readRequest(value: unknown, contexts: Unknown, scrubber: Scrubber): ErrorEvent["request"] {
  const request = record(value);
  const method = scrubbed(scrubber, get(request, "method"), MAX_TAG_KEY_CHARS);
  const url = scrubbed(scrubber, get(request, "url"), MAX_URL_CHARS);
  const status = number(get(record(get(contexts, "response")), "status_code"));
  const valid = status !== null && status >= 100 && status <= 599 ? Math.trunc(status) : null;
  return method === null && url === null && valid === null ? null : { method, url, status: valid };
}

function readBreadcrumbs(value: unknown, scrubber: Scrubber): JsonObject[] {
  return list(value).slice(-MAX_BREADCRUMBS).flatMap((crumb) =>
    isRecord(crumb) ? [readObject(crumb, scrubber)] : []
  );
}

/** A device's name is often its owner's. */
function readContexts(contexts: Unknown, scrubber: Scrubber): JsonObject {
  const out = readObject(contexts, scrubber);
  if (isRecord(out.device) && "name" in out.device) out.device = { ...out.device, name: FILTERED };
  return out;
}

export function readObject(value: unknown, scrubber: Scrubber): JsonObject {
  if (!isRecord(value)) return {};
  const out = scrubber.json(value, FREE_FORM);
  return typeof out === "object" && out !== null && !Array.isArray(out) ? out : {};
}

function readDebugImages(value: unknown, scrubber: Scrubber): ErrorEvent["debugImages"] {
  const images = get(record(value), "images");
  if (!Array.isArray(images)) return [];
  return images.slice(0, MAX_DEBUG_IMAGES).flatMap((image) => {
    const fields = record(image);
    const debugId = hexId(get(fields, "debug_id"));
    const codeFile = scrubbed(scrubber, get(fields, "code_file"), MAX_URL_CHARS);
    return get(fields, "type") === "sourcemap" && debugId !== null && codeFile !== null
      ? [{ debugId, codeFile }]
      : [];
  });
}
