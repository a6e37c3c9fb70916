import type { ErrorEvent } from "../../signals/event.ts";
import type { JsonObject } from "../../platform/json.ts";
import { allFields, readObjects } from "./fields.ts";
import { sqlstateOfCondition } from "./sqlstate.ts";

/** Longest part of one text, and number of texts, that are read, in characters: bounds the cost of every later search. */
const TEXT_LIMIT = 2_000;
const TEXTS_LIMIT = 8;
const CODES_LIMIT = 64;

/** What an event says, read once and used by matching, facts and category. */
export interface Reading {
  /** Messages as sent, whitespace collapsed; the root cause's first. */
  texts: string[];
  /** The same in lower case. */
  lowered: string[];
  /** Exception types, lower case, with the names that messages begin with (`TypeError: ...`). */
  types: string[];
  /** Codes from fields that mean a code, lower case. */
  codes: Set<string>;
  /** Codes that only appear in the text, lower case. */
  mentionedCodes: Set<string>;
  /** HTTP statuses; of the failing call before that of the request being served. */
  statuses: number[];
  /** Hosts that the error names, lower case. */
  hosts: string[];
  /** Modules of the exceptions, the logger and the tags `module` and `component`, lower case. */
  modules: string[];
  platform: string;
  objects: JsonObject[];
}

const readings = new WeakMap<ErrorEvent, Reading>();

export function readEvent(event: ErrorEvent): Reading {
  const known = readings.get(event);
  if (known) return known;
  const texts = readTexts(event);
  const objects = readObjects(event, texts);
  for (const text of allFields(objects, TEXT_FIELDS)) add(texts, text);
  const reading: Reading = {
    texts,
    lowered: texts.map((text) => text.toLowerCase()),
    types: readTypes(event, texts, objects),
    ...readCodes(event, texts, objects),
    statuses: readStatuses(event, texts, objects),
    hosts: readHosts(texts, objects),
    modules: [...event.exceptions.map((e) => e.module), event.logger, event.tags.module, event.tags.component]
      .flatMap((name) => (name ? [name.toLowerCase()] : [])),
    platform: event.platform.toLowerCase(),
    objects,
  };
  readings.set(event, reading);
  return reading;
}

const TEXT_FIELDS = [
  "message",
  "msg",
  "detail",
  "details",
  "hint",
  "error_description",
  "errorMessage",
] as const;

function readTexts(event: ErrorEvent): string[] {
  const texts: string[] = [];
  for (const exception of event.exceptions) add(texts, exception.value);
  add(texts, event.message);
  return texts;
}

function add(texts: string[], text: string | null): void {
  if (text === null || texts.length >= TEXTS_LIMIT) return;
  const tidy = text.slice(0, TEXT_LIMIT).replace(/\s+/g, " ").trim();
  if (tidy !== "" && !texts.includes(tidy)) texts.push(tidy);
}

function readTypes(event: ErrorEvent, texts: string[], objects: JsonObject[]): string[] {
  const types = new Set<string>();
  for (const { type } of event.exceptions) if (type) types.add(type.toLowerCase());
  for (const text of texts) {
    const prefix = /^(?:uncaught |unhandled )?([A-Za-z_][\w.]{0,80}(?:Error|Exception|Timeout|Cancelled))\b/
      .exec(text);
    if (prefix?.[1]) types.add(prefix[1].toLowerCase());
  }
  for (const name of allFields(objects, ["name"])) {
    if (/^[A-Za-z]\w{0,80}(?:Error|Exception)$/.test(name)) types.add(name.toLowerCase());
  }
  return [...types];
}

const CODE_FIELDS = [
  "code",
  "sqlstate",
  "sqlState",
  "error_code",
  "errorCode",
  "errcode",
  "errno",
  "type",
  "error",
] as const;
const CODE_SHAPE = /^[A-Za-z0-9_.:-]{2,64}$/;
/** `SQLSTATE[23505]`, `(SQLSTATE 40001)`, `code: 'P2024'`, `"error_code":"x"`. */
const LABELLED_CODE =
  /\b(?:sqlstate|sql state|error_code|errcode|code)["']?\s?[:=[(]?\s?["']?([A-Za-z0-9_.-]{3,64})/gi;
/** `ECONNRESET`, `PGRST116`, `FUNCTION_INVOCATION_TIMEOUT`, `ERR_MODULE_NOT_FOUND`. */
const SHOUTED_CODE = /\b[A-Z][A-Z0-9_]{3,63}\b/g;
/** `over_request_rate_limit`, `context_length_exceeded`. */
const SNAKE_CODE = /\b[a-z][a-z0-9]{1,31}_[a-z0-9_]{2,63}\b/g;

function readCodes(event: ErrorEvent, texts: string[], objects: JsonObject[]) {
  const codes = new Set<string>();
  const mentionedCodes = new Set<string>();
  for (const value of allFields(objects, CODE_FIELDS)) {
    if (CODE_SHAPE.test(value) && codes.size < CODES_LIMIT) codes.add(value.toLowerCase());
  }
  for (const tag of ["code", "error_code", "sqlstate", "error.code", "db.response.status_code"]) {
    const value = event.tags[tag];
    if (value !== undefined && CODE_SHAPE.test(value)) codes.add(value.toLowerCase());
  }
  for (const { type } of event.exceptions) {
    const sqlstate = type ? sqlstateOfCondition(type) : null;
    if (sqlstate) codes.add(sqlstate.toLowerCase());
    // Some SDKs send the code as the type: `{ type: "ECONNRESET", value: "read ECONNRESET" }`.
    if (type && /^[A-Z][A-Z0-9_]{3,63}$/.test(type)) codes.add(type.toLowerCase());
  }
  for (const text of texts) {
    for (const match of text.matchAll(LABELLED_CODE)) mention(mentionedCodes, match[1]);
    for (const match of text.matchAll(SHOUTED_CODE)) mention(mentionedCodes, match[0]);
    for (const match of text.matchAll(SNAKE_CODE)) mention(mentionedCodes, match[0]);
    // psycopg inside SQLAlchemy: "(psycopg2.errors.UniqueViolation) duplicate key ...".
    const condition = /\berrors\.([A-Za-z]{4,60})\b/.exec(text);
    mention(mentionedCodes, condition?.[1] ? sqlstateOfCondition(condition[1]) ?? undefined : undefined);
  }
  return { codes, mentionedCodes };
}

function mention(codes: Set<string>, code: string | undefined): void {
  if (code !== undefined && codes.size < CODES_LIMIT) codes.add(code.toLowerCase());
}

const STATUS_FIELDS = ["status", "statusCode", "status_code", "http_status", "httpStatus"] as const;
/** `status code 503`, `HTTP 429`, `HTTP/1.1 502`, `status: 404`, `responded with 500`. */
const STATUS_IN_TEXT =
  /\b(?:status(?: code)?|http(?:\/[\d.]{1,3})?(?: error)?|responded with|returned|code)["']?\s?[:=]?\s?(?:a )?["']?([1-5]\d\d)\b/gi;
/** `429 Too Many Requests`, and OpenAI's and others' `429 You exceeded ...` at the beginning. */
const STATUS_FIRST = /^(?:[A-Za-z]{1,40}: )?([45]\d\d) [A-Z{"<]/;

function readStatuses(event: ErrorEvent, texts: string[], objects: JsonObject[]): number[] {
  const found = allFields(objects, STATUS_FIELDS);
  for (const text of texts) {
    for (const match of text.matchAll(STATUS_IN_TEXT)) if (match[1]) found.push(match[1]);
    const first = STATUS_FIRST.exec(text);
    if (first?.[1]) found.push(first[1]);
  }
  for (const tag of ["http.status_code", "status_code", "http.response.status_code"]) {
    const value = event.tags[tag];
    if (value !== undefined) found.push(value);
  }
  if (event.request?.status) found.push(String(event.request.status));
  const statuses = found.map(Number).filter((status) =>
    Number.isInteger(status) && status >= 100 && status <= 599
  );
  return [...new Set(statuses)];
}

const URL_IN_TEXT =
  /\b(?:https?|wss?|postgres(?:ql)?|redis|mongodb):\/\/(?:[^\s/@"'()]{1,200}@)?(\[[\da-f:]{2,45}\]|[\w.-]{1,253})/gi;
const DNS_IN_TEXT = /\b(?:ENOTFOUND|EAI_AGAIN|ENODATA) ([\w.-]{1,253})/g;
const CONNECT_IN_TEXT =
  /\b(?:ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ECONNRESET) (\[?[\w.:-]{1,253}?\]?):\d{1,5}\b/g;
const HOST_FIELDS = ["hostname", "host", "address", "server_address", "server.address"] as const;

function readHosts(texts: string[], objects: JsonObject[]): string[] {
  const hosts = new Set<string>();
  for (const text of texts) {
    for (const pattern of [DNS_IN_TEXT, CONNECT_IN_TEXT, URL_IN_TEXT]) {
      for (const match of text.matchAll(pattern)) if (match[1]) hosts.add(match[1].toLowerCase());
    }
  }
  for (const host of allFields(objects, HOST_FIELDS)) {
    if (/^[\w.:-]{1,253}$/.test(host)) hosts.add(host.toLowerCase());
  }
  for (const url of allFields(objects, ["url"])) {
    for (const match of url.slice(0, TEXT_LIMIT).matchAll(URL_IN_TEXT)) {
      if (match[1]) hosts.add(match[1].toLowerCase());
    }
  }
  return [...hosts];
}
