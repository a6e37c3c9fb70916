import type { ErrorEvent, Frame } from "../event.ts";

/** Characters of a title: what a list of issues can show. */
const MAX_TITLE = 200;

function firstLine(text: string): string {
  const line = text.trimStart().split("\n", 1)[0]!.trim();
  return line.length > MAX_TITLE ? `${line.slice(0, MAX_TITLE - 1)}…` : line;
}

/** `Type: message` of the outermost exception, or the message, or what else is known. */
export function eventTitle(event: ErrorEvent): string {
  const exception = event.exceptions.findLast((one) => one.type !== null || one.value !== null);
  if (exception) {
    const value = exception.value === null ? "" : firstLine(exception.value);
    if (exception.type === null) return value || "Unknown error";
    return firstLine(value === "" ? exception.type : `${exception.type}: ${value}`);
  }
  const message = event.message ?? event.messageTemplate;
  if (message !== null && message.trim() !== "") return firstLine(message);
  return event.logger === null ? `Unnamed ${event.level}` : `${event.level} of ${event.logger}`;
}

/** `function (file)`. */
export function frameCulprit(frame: Frame | null): string | null {
  if (frame === null) return null;
  const place = frame.filename ?? frame.module;
  if (frame.function === null) return place;
  return place === null ? frame.function : `${frame.function} (${place})`;
}
