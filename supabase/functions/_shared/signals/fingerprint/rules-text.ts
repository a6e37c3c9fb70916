import { own } from "../../platform/own.ts";
import { type FingerprintRule, type Matcher, MATCHER_FIELDS, type MatcherField } from "./rules.ts";

/** A rule as people write it, before it has an id. */
export type WrittenRule = Omit<FingerprintRule, "id">;

/** What is wrong with a text of rules, and where: lines count from 1. */
export class RuleTextError extends Error {
  override name = "RuleTextError";
  constructor(readonly line: number, message: string) {
    super(`Line ${line}: ${message}`);
  }
}

const BARE = /^[^\s",#:\\!]+$/;
const TOKEN = /"((?:[^"\\]|\\[\s\S])*)"|([^\s",]+)|(,)/y;

/**
 * Rules as text, one a line: conditions, `->`, parts of the fingerprint, and a title if wanted. Values with blanks stand in
 * quotes; `!` negates; `#` at the beginning makes a line a note, `off` switches a rule off.
 *
 *     type:DatabaseError path:"src/billing/*" -> billing, {{ default }} title="Billing database"
 *     off !environment:production -> not-production
 *
 * Sentry's rules of the same form are understood as well (`error.type`, `stack.function`).
 *
 * @throws RuleTextError
 */
export function parseRules(text: string): WrittenRule[] {
  const rules: WrittenRule[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    const trimmed = line.trim();
    if (trimmed !== "" && !trimmed.startsWith("#")) rules.push(parseRule(trimmed, index + 1));
  });
  return rules;
}

const FIELD_ALIASES: Record<string, MatcherField> = {
  "error.type": "type",
  "error.value": "value",
  "stack.function": "function",
  "stack.module": "module",
  "stack.abs_path": "path",
  "stack.package": "package",
  "sdk.name": "sdk",
};

function parseRule(line: string, number: number): WrittenRule {
  const arrow = arrowOf(line);
  if (arrow < 0) {
    throw new RuleTextError(number, "a rule needs -> between its conditions and its fingerprint");
  }
  let left = line.slice(0, arrow).trim();
  const off = /^off\s/.test(left);
  if (off) left = left.slice(3).trim();
  const matchers = conditions(left, number);
  if (matchers.length === 0) {
    throw new RuleTextError(number, "a rule without conditions would merge everything");
  }
  const { parts, title } = result(line.slice(arrow + 2).trim(), number);
  if (parts.length === 0) {
    throw new RuleTextError(number, "after -> the parts of the fingerprint are missing");
  }
  return {
    matchers,
    fingerprint: parts,
    ...(title === null ? {} : { title }),
    ...(off ? { enabled: false } : {}),
  };
}

/** Where the `->` outside of quotes stands. */
function arrowOf(line: string): number {
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    if (quoted && line[at] === "\\") at++;
    else if (line[at] === '"') quoted = !quoted;
    else if (!quoted && line.startsWith("->", at)) return at;
  }
  return -1;
}

const CONDITION =
  /(!?)((?:tags\.(?:"(?:[^"\\]|\\[\s\S])*"|[^\s":]+))|[a-z_.]+):(?:"((?:[^"\\]|\\[\s\S])*)"|([^\s"]+))(?=\s|$)\s*/y;

function conditions(text: string, number: number): Matcher[] {
  const matchers: Matcher[] = [];
  for (let at = 0; at < text.length; at = CONDITION.lastIndex) {
    CONDITION.lastIndex = at;
    const found = CONDITION.exec(text);
    if (!found) {
      throw new RuleTextError(number, `"${text.slice(at, at + 40)}" is no condition; write field:pattern`);
    }
    const [, negation, name, quoted, bare] = found;
    matchers.push({
      field: fieldOf(name!, number),
      pattern: quoted === undefined ? bare! : unquote(quoted),
      ...(negation ? { negate: true } : {}),
    });
  }
  return matchers;
}

function fieldOf(name: string, number: number): MatcherField {
  if (name.startsWith("tags.")) {
    const tag = name.slice("tags.".length);
    return `tags.${tag.startsWith('"') ? unquote(tag.slice(1, -1)) : tag}`;
  }
  const field = own(FIELD_ALIASES, name) ?? MATCHER_FIELDS.find((known) => known === name);
  if (field === undefined) {
    throw new RuleTextError(
      number,
      `${name} is no field; there are ${MATCHER_FIELDS.join(", ")} and tags.<name>`,
    );
  }
  return field;
}

function result(text: string, number: number): { parts: string[]; title: string | null } {
  const titled = /(?:^|\s)title="((?:[^"\\]|\\[\s\S])*)"\s*$/.exec(text);
  const rest = titled ? text.slice(0, titled.index).trim() : text;
  const parts: string[] = [];
  let part = "";
  let begun = false;
  let closed = false;
  for (let at = 0; at < rest.length;) {
    if (/\s/.test(rest[at]!)) {
      if (begun && !closed) part += rest[at];
      at++;
      continue;
    }
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(rest);
    if (!token) throw new RuleTextError(number, `a quote is not closed: ${rest.slice(at, at + 40)}`);
    at = TOKEN.lastIndex;
    if (token[3] !== undefined) {
      if (!begun) throw new RuleTextError(number, "a part of the fingerprint is empty");
      parts.push(closed ? part : part.trimEnd());
      part = "";
      begun = closed = false;
    } else if (closed || (begun && token[1] !== undefined)) {
      throw new RuleTextError(number, "parts of the fingerprint are separated by commas");
    } else if (token[1] !== undefined) {
      part = unquote(token[1]);
      begun = closed = true;
    } else {
      part += token[2];
      begun = true;
    }
  }
  if (begun) parts.push(closed ? part : part.trimEnd());
  else if (parts.length > 0) throw new RuleTextError(number, "a part of the fingerprint is empty");
  return { parts, title: titled ? unquote(titled[1]!) : null };
}

const ESCAPES: Record<string, string> = { n: "\n", r: "\r" };

function unquote(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, character: string) => own(ESCAPES, character) ?? character);
}

function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r")}"`;
}

/** A pattern's backslashes belong to the glob, so they are kept by quoting. */
function value(text: string): string {
  return BARE.test(text) && !text.includes("->") ? text : quote(text);
}

/** The text of rules; `parseRules` of it gives the same rules. */
export function printRules(rules: readonly WrittenRule[]): string {
  return rules.map((rule) => {
    const matchers = rule.matchers.map(({ field, pattern, negate }) => {
      const tag = field.startsWith("tags.") ? field.slice("tags.".length) : null;
      const name = tag === null
        ? field
        : `tags.${/^[^\s":\\]+$/.test(tag) && !tag.includes("->") ? tag : quote(tag)}`;
      return `${negate ? "!" : ""}${name}:${value(pattern)}`;
    });
    const parts = rule.fingerprint.map((part) =>
      /^\{\{ [\w.-]+ \}\}$/.test(part) || value(part) === part ? part : quote(part)
    );
    const title = rule.title === undefined ? "" : ` title=${quote(rule.title)}`;
    return `${rule.enabled === false ? "off " : ""}${matchers.join(" ")} -> ${parts.join(", ")}${title}\n`;
  }).join("");
}
