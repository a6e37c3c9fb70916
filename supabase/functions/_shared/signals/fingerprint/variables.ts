import { own } from "../../platform/own.ts";
import type { ErrorEvent } from "../event.ts";
import { culpritFrame } from "./frames.ts";
import { eventValues } from "./rules.ts";

const VARIABLE = /\{\{\s{0,8}([\w.-]{1,100})\s{0,8}\}\}/g;

/** Sentry's names for the same things: rules that people bring along keep working. */
const ALIASES: Record<string, string> = {
  "error.type": "type",
  "error.value": "value",
  "stack.function": "function",
  "stack.module": "module",
  "stack.abs_path": "path",
  "stack.filename": "path",
  "stack.package": "package",
};

function variable(event: ErrorEvent, printed: string): string {
  const name = own(ALIASES, printed) ?? printed;
  const frame = culpritFrame(event.exceptions);
  if (name === "function") return frame?.function ?? "<no-function>";
  if (name === "module" || name === "package") return frame?.module ?? "<no-module>";
  if (name === "path") return frame?.filename ?? "<no-path>";
  const values = eventValues(event, name);
  // The outermost exception is the last, and the one whose type people see.
  const value = name === "type" || name === "value" ? values.at(-1) : values[0];
  return value ?? `<no-${name}>`;
}

/** Whether a fingerprint part asks for the built-in fingerprint. */
export function isDefaultPart(part: string): boolean {
  return /^\{\{\s{0,8}default\s{0,8}\}\}$/.test(part.trim());
}

/** Puts the event's values into `{{ variables }}`. `{{ default }}` inside a longer part is left to the caller. */
export function fillVariables(template: string, event: ErrorEvent): string {
  return template.replace(
    VARIABLE,
    (whole, name: string) => name === "default" ? whole : variable(event, name),
  );
}
