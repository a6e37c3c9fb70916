import type { Diagnosis } from "../../diagnose/diagnosis.ts";

/** Reading facts of a diagnosis by the type that an action needs; null when the fact is missing or of another type. */
export function textFact({ facts }: Diagnosis, name: string): string | null {
  const value = facts[name];
  return typeof value === "string" && value !== "" ? value : null;
}

export function numberFact({ facts }: Diagnosis, name: string): number | null {
  const value = facts[name];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export function listFact({ facts }: Diagnosis, name: string): string[] | null {
  const value = facts[name];
  return Array.isArray(value) && value.length > 0 ? value : null;
}

export function isFact({ facts }: Diagnosis, name: string): boolean {
  return facts[name] === true;
}

const DEFAULT_SCHEMA = "public";

/** Schema and name of a database object that the diagnosis names, e.g. by the fact `relation` or `view`. */
export function objectFact(diagnosis: Diagnosis, name: string): { schema: string; name: string } | null {
  const found = textFact(diagnosis, name);
  return found === null ? null : { schema: textFact(diagnosis, "schema") ?? DEFAULT_SCHEMA, name: found };
}
