import type { Bounds, Scrubber } from "../scrub/scrubber.ts";
import { text } from "./coerce.ts";
import {
  MAX_DEPTH,
  MAX_MEMBERS,
  MAX_MESSAGE_CHARS,
  MAX_STRING_CHARS,
  MAX_TAG_KEY_CHARS,
  MAX_VALUES,
} from "./limits.ts";

/** Bounds of free-form data: `extra`, `contexts`, the data of breadcrumbs, and objects sent in place of a text. */
export const FREE_FORM: Bounds = {
  depth: MAX_DEPTH,
  members: MAX_MEMBERS,
  values: MAX_VALUES,
  stringChars: MAX_STRING_CHARS,
  keyChars: MAX_TAG_KEY_CHARS,
};

/**
 * A message or the value of an exception. Some senders put an object there: it is scrubbed as the data that it is, and
 * written as JSON then, because in its JSON secrets would hide behind escapes.
 */
export function proseOf(value: unknown, scrubber: Scrubber): string | null {
  if (typeof value === "object" && value !== null) {
    const written = JSON.stringify(scrubber.json(value, FREE_FORM));
    return written.length <= MAX_MESSAGE_CHARS
      ? written
      : `${written.slice(0, MAX_MESSAGE_CHARS - 1).toWellFormed()}…`;
  }
  const given = text(value);
  return given === null ? null : scrubber.text(given, MAX_MESSAGE_CHARS);
}

/**
 * The value of an exception beside its type. Text that was split at its first colon may have made a "type" of the name
 * of a secret: such a value is scrubbed together with that name.
 */
export function valueOf(type: unknown, value: unknown, scrubber: Scrubber): string | null {
  if (typeof type !== "string" || typeof value !== "string" || !scrubber.isSecretKey(type)) {
    return proseOf(value, scrubber);
  }
  const whole = scrubber.text(`${type}: ${value}`, MAX_MESSAGE_CHARS);
  return whole.startsWith(`${type}: `) ? whole.slice(type.length + 2) : whole;
}
