/** Reading values of unknown type: each function takes what a sender wrote and gives a usable value or null. */

export type Unknown = Record<string, unknown>;

export function isRecord(value: unknown): value is Unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object, or an empty one, so that members can be read without asking. */
export function record(value: unknown): Unknown {
  return isRecord(value) ? value : {};
}

/**
 * Own property only: payloads are parsed JSON, where `constructor` or `__proto__` may be a sender's own key, and where
 * a missing key must not find something on the prototype.
 */
export function get(object: Unknown, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sentry wraps lists as `{ values: [...] }`, or sends them bare, or sends the one element alone. */
export function list(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (!isRecord(value)) return [];
  const values = get(value, "values");
  if (Array.isArray(values)) return values;
  return values === undefined && Object.keys(value).length > 0 ? [value] : [];
}

/** A string as it is, a number or boolean as text, null for the rest and for what is empty. */
export function text(value: unknown): string | null {
  if (typeof value === "string") return value === "" ? null : value;
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") {
    return String(value);
  }
  return null;
}

/** A finite number, also when it was sent as text. */
export function number(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "string" || value.trim() === "" || value.length > 40) return null;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : null;
}

/** A whole number >= 0 that fits a Postgres integer: line numbers and counts. */
export function count(value: unknown): number | null {
  const parsed = number(value);
  return parsed !== null && parsed >= 0 && parsed <= 2_147_483_647 ? Math.trunc(parsed) : null;
}

export function boolean(value: unknown): boolean | null {
  if (typeof value === "boolean") return value;
  if (value === "true" || value === 1) return true;
  if (value === "false" || value === 0) return false;
  return null;
}

/** 32 lower-case hex digits from a UUID with or without dashes; null for anything else. */
export function hexId(value: unknown): string | null {
  if (typeof value !== "string" || value.length > 40) return null;
  const id = value.replaceAll("-", "").toLowerCase();
  return /^[0-9a-f]{32}$/.test(id) ? id : null;
}

/** A trace id of 32 hex digits that is not all zeros. */
export function traceId(value: unknown): string | null {
  const id = hexId(value);
  return id === null || /^0+$/.test(id) ? null : id;
}
