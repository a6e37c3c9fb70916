import type { Json } from "../platform/json.ts";
import type { Change, Sign } from "./change.ts";

/**
 * Likelihood ratios of what happened to a value. Most changes that break something move a number by orders of magnitude,
 * empty a value, or make it one that cannot work; changes that break nothing seldom do. The numbers are judgement: there is
 * no public collection of harmless changes to count in.
 */
const RATIO = {
  unusable: 6,
  emptied: 6,
  changedType: 5,
  movedFar: 4,
  switched: 1.5,
  removed: 4,
  ordinary: 0.8,
  moved: 0.9,
  whitespace: 4,
  same: 0.05,
} as const;

/** A number that moved by this factor or more was seldom meant so. */
const FAR_FACTOR = 5;

/** Whether the value change is itself suspicious. Unknown values say nothing. */
export function valueSuspicion({ before, after }: Pick<Change, "before" | "after">): Sign {
  if (before === undefined && after === undefined) return { ratio: 1, why: null };
  if (isEmpty(after)) {
    return isEmpty(before)
      ? { ratio: RATIO.same, why: "its value stayed empty" }
      : after === undefined
      ? { ratio: RATIO.removed, why: "the value was removed" }
      : { ratio: RATIO.emptied, why: "the value was emptied" };
  }
  if (before === undefined || before === null) return { ratio: RATIO.ordinary, why: "the value is new" };
  if (equal(before, after!)) return { ratio: RATIO.same, why: "the value stayed the same" };
  if (kindOf(before) !== kindOf(after!)) {
    return { ratio: RATIO.changedType, why: `the value turned from ${kindOf(before)} to ${kindOf(after!)}` };
  }
  if (typeof before === "string" && typeof after === "string") return stringChange(before, after);
  if (typeof before === "number" && typeof after === "number") return numberChange(before, after);
  if (typeof before === "boolean") {
    return { ratio: RATIO.switched, why: `it was switched ${after ? "on" : "off"}` };
  }
  return structureChange(before, after!);
}

function numberChange(before: number, after: number): Sign {
  if (after < 0 && before >= 0) return { ratio: RATIO.unusable, why: `the value became negative (${after})` };
  if (after === 0) return { ratio: RATIO.unusable, why: `the value went from ${before} to 0` };
  if (before === 0) return { ratio: RATIO.switched, why: `the value went from 0 to ${after}` };
  const factor = Math.max(Math.abs(after / before), Math.abs(before / after));
  return factor >= FAR_FACTOR
    ? { ratio: RATIO.movedFar, why: `the value went from ${before} to ${after}` }
    : { ratio: RATIO.moved, why: `the value went from ${before} to ${after}` };
}

function stringChange(before: string, after: string): Sign {
  // Numbers and durations are often kept as text: "20", "5s".
  const [from, to] = [NUMBER.exec(before), NUMBER.exec(after)];
  if (from && to && from[2] === to[2]) return numberChange(Number(from[1]), Number(to[1]));
  if (isUrl(before) && !isUrl(after)) return { ratio: RATIO.unusable, why: "the value is no longer a URL" };
  if (isJson(before) && !isJson(after)) return { ratio: RATIO.unusable, why: "the value is no longer JSON" };
  if (after !== after.trim() && before === before.trim()) {
    return { ratio: RATIO.whitespace, why: "the value got stray whitespace" };
  }
  if (isUrl(before) && hostOf(before) !== hostOf(after)) {
    return { ratio: RATIO.switched, why: "the URL points to another host" };
  }
  return { ratio: RATIO.ordinary, why: null };
}

/** For objects and lists the most suspicious of their parts counts. */
function structureChange(before: Json, after: Json): Sign {
  const keys = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  let worst: Sign = { ratio: RATIO.ordinary, why: null };
  for (const key of [...keys].sort().slice(0, PART_LIMIT)) {
    const [from, to] = [part(before, key), part(after, key)];
    if (from !== undefined && to !== undefined && equal(from, to)) continue;
    const sign = valueSuspicion({ before: from, after: to });
    if (sign.ratio > worst.ratio) worst = { ratio: sign.ratio, why: sign.why && `${key}: ${sign.why}` };
  }
  return worst;
}

/** Members of one value that are compared. */
const PART_LIMIT = 50;
const NUMBER = /^\s*(-?\d+(?:\.\d+)?)\s*([a-zA-Z%]{0,12})\s*$/;

function part(value: Json, key: string): Json | undefined {
  if (Array.isArray(value)) return value[Number(key)];
  return value !== null && typeof value === "object" ? value[key] : undefined;
}

function kindOf(value: Json): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  const names = { string: "a text", number: "a number", boolean: "a switch", object: "an object" } as const;
  return names[typeof value as keyof typeof names] ?? "something else";
}

function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === "string") return value.trim() === "";
  return typeof value === "object" && Object.keys(value).length === 0;
}

function equal(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s/]+/i.test(text) && URL.canParse(text);
}

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).host : null;
}

function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
