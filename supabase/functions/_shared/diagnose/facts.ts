import { lastCall } from "../signals/calls.ts";
import type { ErrorEvent } from "../signals/event.ts";
import type { JsonObject } from "../platform/json.ts";
import type { Facts } from "./diagnosis.ts";
import { allFields, firstField } from "./reading/fields.ts";
import { readEvent, type Reading } from "./reading/reading.ts";
import { isSqlstate, sqlstateOfMessage } from "./reading/sqlstate.ts";
import { statementFingerprint, statementRelation } from "./statement.ts";

/**
 * Everything in an event that an action may need as a parameter or a reader wants to see at once. Keys are absent where
 * the event does not tell. Sources: own properties of drivers' errors (postgres.js `table_name`, pg `table`), PostgREST's
 * `{ code, details, hint, message }`, Node's `{ code, address, port }`, error bodies of HTTP APIs, and the wording.
 *
 * @example extractFacts(event) // { sqlstate: "23505", relation: "users", constraint: "users_email_key", ... }
 */
export function extractFacts(event: ErrorEvent): Facts {
  const reading = readEvent(event);
  const facts: Facts = {};
  const set = (name: string, value: Facts[string] | undefined) => {
    if (value !== undefined && value !== null && value !== "" && !(name in facts)) facts[name] = value;
  };
  codeFacts(reading, set);
  databaseFacts(reading, set);
  callFacts(event, reading, set);
  configurationFacts(event, reading, set);
  workFacts(event, reading, set);
  return facts;
}

type Set = (name: string, value: Facts[string] | undefined) => void;

function codeFacts(reading: Reading, set: Set): void {
  const upper = [...reading.codes, ...reading.mentionedCodes].map((code) => code.toUpperCase());
  const sqlstate = upper.find(isSqlstate) ??
    reading.lowered.map(sqlstateOfMessage).find((code) => code !== null);
  set("sqlstate", sqlstate ?? undefined);
  // Node's and vendors' codes are written as they came: `ECONNRESET`, `PGRST116`, `rate_limit_exceeded`.
  const own = allFields(reading.objects, ["code", "error_code", "errorCode"]).find((code) =>
    /^[\w.-]{2,64}$/.test(code)
  );
  set(
    "code",
    own ?? [...reading.mentionedCodes].map((code) => code.toUpperCase()).find(isVendorCode) ?? sqlstate,
  );
}

function isVendorCode(code: string): boolean {
  return /^(?:PGRST\w{3}|E[A-Z]{3,}|ERR_\w+|UND_ERR_\w+|(?:EDGE_)?FUNCTION_\w+)$/.test(code) &&
    code !== "ERROR" && code !== "EXCEPTION";
}

/** A name in quotes, or a plain identifier, with an optional schema before it. */
const NAME = String.raw`["'\x60]?(?:([\w$]{1,63})["'\x60]?\.["'\x60]?)?([\w$]{1,63})["'\x60]?`;
/** A path such as base/16384/2619 is no name. */
const NO_PATH = String.raw`(?![/\w])`;
const named = (before: string, after = NO_PATH) => new RegExp(`${before}\\s${NAME}${after}`, "i");

const RELATION_IN_TEXT = [
  named("\\bon table"),
  named("\\bof relation"),
  named('\\b(?:permission denied|row-level security policy[^"]{0,40}?) for (?:table|relation|view)'),
  named("\\bfor (?:table|relation)"),
  named("(?<!view )\\brelation"),
  named("\\bfind the table"),
  /\bcolumn\b.{0,80} of ["']?(?:([\w$]{1,63})\.)?([\w$]{1,63})["']? in the schema cache/i,
  named("\\bin relation"),
];
const VIEW_IN_TEXT = named("\\bmaterialized view");
const INDEX_IN_TEXT = named("\\bindex");
const COLUMN_IN_TEXT =
  /\bcolumn ["']?(?:[\w$]{1,63}\.)?([\w$]{1,63})["']?|\bfind the '([\w$]{1,63})' column/i;
const CONSTRAINT_IN_TEXT = /\bconstraint ["']([\w$]{1,63})["']/i;
const KEY_IN_TEXT = /\bKey \(([\w$", ]{1,300})\)=/;

function databaseFacts(reading: Reading, set: Set): void {
  const { objects, texts } = reading;
  const view = firstMatch(texts, VIEW_IN_TEXT);
  if (view) {
    set("schema", view[1]);
    set("view", view[2]);
    if (reading.lowered.some((text) => text.includes("has not been populated"))) set("view_stale", true);
  }
  const index = indexName(reading);
  if (index !== null) {
    set("schema", index.schema);
    set("index", index.name);
    set("index_invalid", true);
  }
  const table = firstField(objects, ["table_name", "tableName", "table"]);
  const found = RELATION_IN_TEXT.map((pattern) => firstMatch(texts, pattern)).find((match) => match !== null);
  set("schema", firstField(objects, ["schema_name", "schemaName"]) ?? pgSchema(objects) ?? found?.[1]);
  set("relation", table !== null && isIdentifier(table) ? table : found?.[2]);
  const column = firstMatch(texts, COLUMN_IN_TEXT);
  set("column", firstField(objects, ["column_name", "columnName", "column"]) ?? column?.[1] ?? column?.[2]);
  set(
    "constraint",
    firstField(objects, ["constraint_name", "constraintName", "constraint"]) ??
      firstMatch(texts, CONSTRAINT_IN_TEXT)?.[1],
  );
  const key = firstMatch(texts, KEY_IN_TEXT);
  if (key?.[1]) set("constraint_columns", key[1].split(",").map((name) => name.replace(/["\s]/g, "")));
  const statement = firstField(objects, ["query", "sql", "statement", "db.statement", "db.query.text"]);
  if (statement !== null && /^\s*(?:with|select|insert|update|delete|merge)\b/i.test(statement)) {
    set("statement_fingerprint", statementFingerprint(statement));
    const target = statementRelation(statement);
    set("schema", target?.schema ?? undefined);
    set("relation", target?.relation);
  }
}

/** pg puts the schema under `schema`; other libraries use that word for validation, where it is an object. */
function pgSchema(objects: JsonObject[]): string | undefined {
  return objects.flatMap(({ schema, table }) =>
    typeof schema === "string" && table !== undefined ? [schema] : []
  )[0];
}

/** An index that Postgres says is damaged: only then is its name a reason to build it again. */
function indexName({ texts, lowered, codes }: Reading): { schema?: string; name: string } | null {
  const isDamaged = codes.has("xx002") ||
    lowered.some((text) =>
      /\bindex\b.{0,80}(?:unexpected zero page|corrupted page|is not valid|is corrupt)/.test(text)
    );
  const match = isDamaged ? firstMatch(texts, INDEX_IN_TEXT) : null;
  return match?.[2] ? { schema: match[1], name: match[2] } : null;
}

const RETRY_IN_TEXT =
  /\b(?:retry[- ]after["']?|try again in|only request this after|retry in|wait)[:=]?\s?["']?(\d{1,6}(?:\.\d{1,6})?)\s?(ms|milliseconds?|s|sec|seconds?|m|min|minutes?)?\b/i;
const PORT_IN_TEXT =
  /\b(?:ECONNREFUSED|ETIMEDOUT|ECONNRESET|EHOSTUNREACH|EADDRINUSE)\b[^\n]{0,80}?:(\d{2,5})\b/;
const URL_IN_TEXT = /\bhttps?:\/\/[^\s"'<>()]{1,500}/i;

function callFacts(event: ErrorEvent, reading: Reading, set: Set): void {
  const { objects, texts } = reading;
  const last = lastCall(event.breadcrumbs);
  const call = last?.failed && last.host !== null ? last : null;
  set("host", reading.hosts[0] ?? call?.host);
  const port = firstMatch(texts, PORT_IN_TEXT)?.[1] ?? firstField(objects, ["port"]);
  if (port && /^\d{1,5}$/.test(port)) set("port", Number(port));
  set("status", reading.statuses[0] ?? call?.status ?? undefined);
  set("retry_after_s", retryAfter(reading));
  const url = firstMatch(texts, URL_IN_TEXT)?.[0] ?? firstField(objects, ["url"]) ?? event.request?.url ??
    null;
  set("url_path", url === null ? undefined : pathOf(url));
  set("method", event.request?.method ?? firstField(objects, ["method"]) ?? undefined);
}

function retryAfter({ objects, texts }: Reading): number | undefined {
  const field = firstField(objects, [
    "retry_after",
    "retryAfter",
    "retry-after",
    "Retry-After",
    "retry_after_s",
  ]);
  if (field !== null && /^\d{1,6}(?:\.\d+)?$/.test(field)) return Number(field);
  const match = firstMatch(texts, RETRY_IN_TEXT);
  if (!match) return undefined;
  const unit = match[2]?.toLowerCase() ?? "s";
  const factor = unit.startsWith("ms") || unit.startsWith("milli") ? 0.001 : unit.startsWith("m") ? 60 : 1;
  return Math.round(Number(match[1]) * factor * 1000) / 1000;
}

function pathOf(url: string): string | undefined {
  try {
    return new URL(url, "http://relative.invalid").pathname;
  } catch {
    return undefined;
  }
}

const VARIABLE_IN_TEXT = [
  /\b(?:environment variable|env var|env|secret|variable)s?:?\s["'`]?([A-Z][A-Z0-9_]{2,63})\b/,
  /\b(?:process\.env|import\.meta\.env|Deno\.env\.get)\b[.(["'`]{1,3}([A-Za-z_]\w{1,63})/,
  /["'`]?\b([A-Z][A-Z0-9]*_[A-Z0-9_]{1,60})\b["'`]?(?: environment variable)? (?:is|was|must be|has to be) (?:not (?:set|defined|found|configured)|missing|required|undefined|empty|set\b)/,
];
const SETTING_IN_TEXT = [
  /\b(?:setting|parameter|config(?:uration)?(?: key| option| value)?|option) ["'`]([\w.-]{2,100})["'`]/i,
  /\b(?:setting|config(?:uration)?(?: key)?):? (app\.[\w.-]{1,100}|[a-z]\w*[._]\w[\w.]{0,80})\b/,
  /\b(app\.[a-z][\w-]*(?:\.[\w-]+){0,5})\b/,
];
const FLAG_IN_TEXT = /\b(?:feature flag|flag|experiment) ["'`]?([A-Za-z][\w.-]{1,80})["'`]?/;

function configurationFacts(event: ErrorEvent, { objects, texts, lowered }: Reading, set: Set): void {
  set("environment_variable", captured(texts, VARIABLE_IN_TEXT));
  set(
    "setting",
    firstField(objects, ["setting", "config_key", "configuration_key", "configurationKey"]) ??
      captured(texts, SETTING_IN_TEXT),
  );
  set(
    "flag",
    event.tags.flag ?? event.tags.feature_flag ?? firstField(objects, ["feature_flag", "featureFlag"]) ??
      undefined,
  );
  const flag = evaluatedFlag(event, lowered) ?? captured(texts, [FLAG_IN_TEXT]);
  // `flag enabled`, `flag is`: a word of the sentence and no name.
  if (flag !== undefined && !/^(?:is|was|enabled|disabled|evaluation|named|service)$/i.test(flag)) {
    set("flag", flag);
  }
  set(
    "breaker",
    event.tags.breaker ?? event.tags.circuit_breaker ?? firstField(objects, ["breaker", "circuit_breaker"]) ??
      undefined,
  );
}

/** Sentry's `flags` context lists the flags that were evaluated; the one that the message names is the suspect. */
function evaluatedFlag(event: ErrorEvent, lowered: string[]): string | undefined {
  const context = event.contexts.flags;
  if (
    context === null || typeof context !== "object" || Array.isArray(context) ||
    !Array.isArray(context.values)
  ) {
    return undefined;
  }
  const names = context.values.flatMap((value) =>
    value !== null && typeof value === "object" && !Array.isArray(value) && typeof value.flag === "string"
      ? [value.flag]
      : []
  );
  return names.findLast((name) => lowered.some((text) => text.includes(name.toLowerCase())));
}

const MODULE_IN_TEXT =
  /\b(?:Cannot find (?:module|package)|Module not found|Relative import path|No module named|Could not resolve)\s?:?\s?["'`]([^"'`\s]{1,200})["'`]/;
const FILE_IN_TEXT = /\b(?:ENOENT|EACCES|EPERM|EISDIR|EROFS)\b[^'"]{0,80}["']([^'"]{1,300})["']/;
const FUNCTION_IN_TEXT = [
  /\/functions\/v1\/([\w-]{1,64})/,
  /\bfind the function ([\w$.]{1,127})/i,
  /\bfunction ([\w$.]{1,127})\([^)]{0,200}\) does not exist/i,
];
const MODEL_IN_TEXT = /\bmodel:?\s["'`]([\w.:/-]{2,80})["'`]|\breached for ([a-z][\w.:-]{2,60})/i;
const QUEUE_IN_TEXT = /\bqueue ["'`]([\w.:-]{1,80})["'`]/i;

function workFacts(event: ErrorEvent, { objects, texts }: Reading, set: Set): void {
  set("module_name", firstMatch(texts, MODULE_IN_TEXT)?.[1]);
  set("file", firstMatch(texts, FILE_IN_TEXT)?.[1]);
  set("function", captured([...texts, event.request?.url ?? ""], FUNCTION_IN_TEXT));
  const model = firstMatch(texts, MODEL_IN_TEXT);
  set("model", firstField(objects, ["model"]) ?? model?.[1] ?? model?.[2]);
  const queue = event.tags.queue ?? firstField(objects, ["queue", "queue_name", "queueName"]);
  set("queue", queue ?? firstMatch(texts, QUEUE_IN_TEXT)?.[1]);
}

function firstMatch(texts: string[], pattern: RegExp): RegExpExecArray | null {
  for (const text of texts) {
    const match = pattern.exec(text);
    if (match) return match;
  }
  return null;
}

function captured(texts: string[], patterns: readonly RegExp[]): string | undefined {
  for (const pattern of patterns) {
    const match = firstMatch(texts, pattern);
    if (match?.[1]) return match[1];
  }
  return undefined;
}

function isIdentifier(text: string): boolean {
  return /^[\w$]{1,63}$/.test(text);
}
