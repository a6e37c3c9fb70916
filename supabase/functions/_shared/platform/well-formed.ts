/** How JSON writes half of a character; text that spells it out is written alike and only costs a second look. */
const HALF = "\\ud";

const whole = (_key: string, value: unknown): unknown =>
  typeof value === "string" ? value.toWellFormed() : value;

/**
 * JSON that Postgres takes: a text that was cut in the middle of an emoji ends in half of a character, and `jsonb` refuses all
 * that comes with it. Whoever cuts need not think of that; U+FFFD stands for the half.
 */
export function wellFormedJson(value: unknown): string {
  const json = JSON.stringify(value);
  return json.includes(HALF) ? JSON.stringify(value, whole) : json;
}

/** The same for a value that is on its way to become JSON. */
export function wellFormed<T>(value: T): T {
  const json = JSON.stringify(value);
  return json !== undefined && json.includes(HALF) ? JSON.parse(json, whole) : value;
}
