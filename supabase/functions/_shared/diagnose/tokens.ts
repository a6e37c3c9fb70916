import { own } from "../platform/own.ts";

/** Words that appear in keys and errors of every kind and connect nothing. */
const COMMON = new Set(
  ("a about after all an and any app at be been before by can cannot code config configuration could default does enabled " +
    "disabled env error errors exception failed failure false for from get has have in invalid is it key level max maximum " +
    "min minimum mode ms name new no not null number of off on or out prod production request response retries s second " +
    "seconds server service set setting settings size staging string sum system that the this to true type undefined " +
    "unexpected url use used value version was when while with").split(" "),
);

/** Shorter tokens are units and articles. */
const TOKEN_MINIMUM = 2;

/** Words that mean the same in keys and in messages. */
const SYNONYMS: Record<string, string> = {
  conn: "connection",
  connect: "connection",
  connecting: "connection",
  database: "db",
  deadline: "timeout",
  dns: "host",
  hostname: "host",
  limited: "limit",
  postgres: "db",
  postgresql: "db",
  prices: "price",
  pricing: "price",
  sql: "db",
  throttle: "limit",
  throttled: "limit",
  throttling: "limit",
};

/** `app.db.poolSize` -> db, pool. */
export function keyTokens(key: string): Set<string> {
  return textTokens(key);
}

/** The telling words of a text: camel case and snake case are taken apart, plurals and common words are removed. */
export function textTokens(text: string): Set<string> {
  const words = text
    .slice(0, TEXT_LIMIT)
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/\b(time)[ -](outs?|d out)\b/gi, "timeout")
    .replace(/\btimed out\b/gi, "timeout")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  const tokens = new Set<string>();
  for (const word of words) {
    if (word.length < TOKEN_MINIMUM || COMMON.has(word) || /^\d+$/.test(word)) continue;
    const stem = singular(word);
    tokens.add(own(SYNONYMS, word) ?? own(SYNONYMS, stem) ?? stem);
  }
  return tokens;
}

/** Longer texts are stack traces and bodies, which mention everything. In characters. */
const TEXT_LIMIT = 4_000;

export function sharedTokens(a: Set<string>, b: Set<string>): string[] {
  return [...a].filter((token) => b.has(token)).sort();
}

function singular(word: string): string {
  if (word.length > 4 && word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  return word.length > 3 && word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
}
