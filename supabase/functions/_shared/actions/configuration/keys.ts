import { z } from "zod";
import type { Diagnosis } from "../../diagnose/diagnosis.ts";
import { textFact } from "../support/facts.ts";

/** Prunella changes the application's own keys only, never its own guardrails. */
const APPLICATION_KEY = /^app(\.[A-Za-z0-9_-]+)+$/;

export const keySchema = z.string().max(200).regex(
  APPLICATION_KEY,
  "Only keys of the application, `app.`, can be changed.",
);

/** The key that a fact names: a whole key, or a short name that lives under the prefix. */
export function namedKey(diagnosis: Diagnosis, fact: string, prefix: string): string | null {
  const name = textFact(diagnosis, fact);
  if (name === null) return null;
  const key = name.startsWith("app.") ? name : `${prefix}${name}`;
  return keySchema.safeParse(key).success ? key : null;
}

/** The key of the most probable configuration change, or of the setting that the error names. */
export function settingKey(diagnosis: Diagnosis): string | null {
  const changed = diagnosis.changes.find((change) => change.kind === "configuration")?.subject;
  const named = namedKey(diagnosis, "setting", "app.");
  return named ?? (keySchema.safeParse(changed).success ? changed ?? null : null);
}

export const FLAG_PREFIX = "app.flags.";
export const BREAKER_PREFIX = "app.breakers.";
export const FALLBACK_PREFIX = "app.fallbacks.";

/** The limit that the diagnosis points at. Flags, breakers and fallbacks are no limits. */
export function limitKey(diagnosis: Diagnosis): string | null {
  const key = namedKey(diagnosis, "limit", "app.") ?? settingKey(diagnosis);
  const other = [FLAG_PREFIX, BREAKER_PREFIX, FALLBACK_PREFIX].some((prefix) => key?.startsWith(prefix));
  return other ? null : key;
}
