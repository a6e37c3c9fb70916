import type { Json, JsonObject } from "../../platform/json.ts";
import { FILTERED } from "./detector.ts";
import { isCard } from "./detectors/card-number.ts";
import { classifyKey, type KeyClass, wordsOf } from "./key-class.ts";
import { scrubAndCut } from "./scrub-text.ts";

/** What a project adds to the built-in rules. Names are compared without case and separators. */
export interface ScrubRules {
  /** Further names whose values are always removed. */
  secretKeys?: readonly string[];
  /** Names whose values are kept although they look secret, e.g. `session`. Values are still scrubbed by shape. */
  allowedKeys?: readonly string[];
}

/** Bounds of one free-form value. */
export interface Bounds {
  depth: number;
  members: number;
  /** Values in the whole. */
  values: number;
  stringChars: number;
  keyChars: number;
}

export interface Scrubber {
  /** Scrubbed and bounded text. */
  text(value: string, maxChars: number): string;
  /** The same for fields that hold versions, where `1.2.3.4` is no address. */
  version(value: string, maxChars: number): string;
  /** True when the name alone says that its value must not be stored. */
  isSecretKey(key: string): boolean;
  /** Free-form data, bounded, scrubbed and free of anything that JSON cannot carry. */
  json(value: unknown, bounds: Bounds): Json;
}

const TOO_DEEP = "[Too deep]";
const TOO_MUCH = "[Truncated]";
/** Members of a list whose first element may be the name of the second: `["authorization", "Bearer x"]`. */
const PAIR_LENGTH = 2;
/** From here on an integer has enough digits to be a card number. */
const SMALLEST_CARD = 1e12;

/** A scrubber with a project's own rules; make one per project and keep it, since it caches what it learnt of keys. */
export function createScrubber(rules: ScrubRules = {}): Scrubber {
  const secret = new Set((rules.secretKeys ?? []).map(squash));
  const allowed = new Set((rules.allowedKeys ?? []).map(squash));
  const custom = secret.size > 0 || allowed.size > 0;

  function kindOf(key: string): KeyClass | null {
    if (custom) {
      const squashed = squash(key);
      if (secret.has(squashed)) return "strong";
      if (allowed.has(squashed)) return null;
    }
    return classifyKey(key);
  }

  /** True when nothing of `value` may be kept under a key of this kind. */
  function isSecret(kind: KeyClass | null, value: unknown): boolean {
    if (kind === null || value === null || value === undefined) return false;
    if (typeof value === "boolean") return false;
    return kind === "strong" || typeof value !== "number";
  }

  function json(value: unknown, bounds: Bounds): Json {
    let left = bounds.values;
    const visit = (node: unknown, depth: number): Json => {
      if (left-- <= 0) return TOO_MUCH;
      switch (typeof node) {
        case "string":
          return scrubAndCut(node, bounds.stringChars);
        case "number":
          if (!Number.isFinite(node)) return null;
          return node >= SMALLEST_CARD && isCard(String(node)) ? FILTERED : node;
        case "boolean":
          return node;
        case "object":
          break;
        default:
          return null;
      }
      if (node === null) return null;
      if (depth >= bounds.depth) return TOO_DEEP;
      return Array.isArray(node) ? visitList(node, depth) : visitObject(node, depth);
    };
    const visitList = (node: unknown[], depth: number): Json[] => {
      const [first, second] = node;
      if (node.length === PAIR_LENGTH && typeof first === "string" && isSecret(kindOf(first), second)) {
        return [scrubAndCut(first, bounds.keyChars), FILTERED];
      }
      const out = node.slice(0, bounds.members).map((member, i) =>
        followsSecretFlag(node, i) ? FILTERED : visit(member, depth + 1)
      );
      if (node.length > bounds.members) out.push(TOO_MUCH);
      return out;
    };
    /** A command line as a list: `["--password", "x"]`. */
    const followsSecretFlag = (node: unknown[], index: number) => {
      const flag = index > 0 ? node[index - 1] : null;
      return typeof flag === "string" && flag.startsWith("--") && !flag.includes("=") &&
        isSecret(kindOf(flag), node[index]);
    };
    const visitObject = (node: object, depth: number): JsonObject => {
      const out: JsonObject = {};
      let members = 0;
      const named = nameOf(node);
      for (const key in node) {
        if (!Object.hasOwn(node, key)) continue;
        if (members++ >= bounds.members || left <= 0) {
          out[TOO_MUCH] = true;
          break;
        }
        const member = (node as Record<string, unknown>)[key];
        const kind = named !== null && isValueKey(key) ? kindOf(named) : kindOf(key);
        setOwn(
          out,
          scrubAndCut(key, bounds.keyChars),
          isSecret(kind, member) ? FILTERED : visit(member, depth + 1),
        );
      }
      return out;
    };
    return visit(value, 0);
  }

  return {
    text: (value, maxChars) => scrubAndCut(value, maxChars),
    version: (value, maxChars) => scrubAndCut(value, maxChars, true),
    isSecretKey: (key) => kindOf(key) !== null,
    json,
  };
}

/** Sets a member as data: a key `__proto__` must not become the prototype. */
function setOwn(object: JsonObject, key: string, value: Json): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
  } else object[key] = value;
}

/** The name in `{ name: "authorization", value: "Bearer x" }`, as HAR files, form fields and OTLP attributes have it. */
function nameOf(node: object): string | null {
  const { name, key, value, values, stringValue } = node as Record<string, unknown>;
  if (value === undefined && values === undefined && stringValue === undefined) return null;
  return typeof name === "string" ? name : typeof key === "string" ? key : null;
}

function isValueKey(key: string): boolean {
  return key === "value" || key === "values" || key === "stringValue";
}

function squash(key: string): string {
  return wordsOf(key).join("");
}
