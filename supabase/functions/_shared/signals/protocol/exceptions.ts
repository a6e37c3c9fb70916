import type { Scrubber } from "../scrub/scrubber.ts";
import type { ExceptionValue, Frame } from "../event.ts";
import { boolean, count, get, isRecord, list, record, text, type Unknown } from "./coerce.ts";
import {
  MAX_CONTEXT_LINES,
  MAX_EXCEPTIONS,
  MAX_FRAMES,
  MAX_NAME_CHARS,
  MAX_SOURCE_LINE_CHARS,
  MAX_URL_CHARS,
} from "./limits.ts";
import { valueOf } from "./prose.ts";
import { readStackText } from "./stack-text.ts";

/**
 * The exceptions of an event, root cause first. A stack that belongs to no exception (the crashed thread's, or the one
 * of a message) goes to the outermost exception, or makes one without a type.
 */
export function readExceptions(raw: Unknown, scrubber: Scrubber): ExceptionValue[] {
  const given = list(get(raw, "exception") ?? get(raw, "sentry.interfaces.Exception")).filter(isRecord);
  const exceptions = bothEnds(given, MAX_EXCEPTIONS).map((exception) => readException(exception, scrubber));
  if (exceptions.some((exception) => exception.frames.length > 0)) return exceptions;

  const frames = readFrames(looseStack(raw), scrubber);
  if (frames.length === 0) return exceptions;
  const outermost = exceptions.at(-1);
  if (!outermost) {
    return [{ type: null, value: null, module: null, handled: null, mechanism: null, frames }];
  }
  return [...exceptions.slice(0, -1), { ...outermost, frames }];
}

function readException(raw: Unknown, scrubber: Scrubber): ExceptionValue {
  const read = (value: unknown, maxChars: number) => {
    const given = text(value);
    return given === null ? null : scrubber.text(given, maxChars);
  };
  const mechanism = record(get(raw, "mechanism"));
  return {
    type: read(get(raw, "type"), MAX_NAME_CHARS),
    value: valueOf(get(raw, "type"), get(raw, "value"), scrubber),
    module: read(get(raw, "module"), MAX_NAME_CHARS),
    handled: boolean(get(mechanism, "handled")),
    mechanism: read(get(mechanism, "type"), MAX_NAME_CHARS),
    frames: readFrames(get(raw, "stacktrace") ?? get(raw, "raw_stacktrace"), scrubber),
  };
}

function looseStack(raw: Unknown): unknown {
  const threads = list(get(raw, "threads")).filter(isRecord);
  const thread = threads.find((each) => get(each, "crashed") === true) ??
    threads.find((each) => get(each, "current") === true) ?? (threads.length === 1 ? threads[0] : undefined);
  return get(raw, "stacktrace") ?? get(record(thread), "stacktrace");
}

/** Frames of `{ frames: [...] }`, of a bare list, or of a stack as its runtime prints it. */
export function readFrames(stacktrace: unknown, scrubber: Scrubber): Frame[] {
  if (typeof stacktrace === "string") return readStackText(stacktrace, scrubber);
  const frames = Array.isArray(stacktrace) ? stacktrace : get(record(stacktrace), "frames");
  if (typeof frames === "string") return readStackText(frames, scrubber);
  return Array.isArray(frames)
    ? bothEnds(frames.filter(isRecord), MAX_FRAMES).map((frame) => readFrame(frame, scrubber))
    : [];
}

function readFrame(raw: Unknown, scrubber: Scrubber): Frame {
  const read = (key: string, maxChars: number) => {
    const value = text(get(raw, key));
    return value === null ? null : scrubber.text(value, maxChars);
  };
  const lines = (key: string) => {
    const given = get(raw, key);
    return Array.isArray(given)
      ? given.map((line) => typeof line === "string" ? scrubber.text(line, MAX_SOURCE_LINE_CHARS) : "")
      : [];
  };
  const absPath = read("abs_path", MAX_URL_CHARS);
  return {
    function: read("function", MAX_NAME_CHARS),
    module: read("module", MAX_NAME_CHARS),
    // The name of a file is mostly cut out of its path, and then does not show that a part of it is secret.
    filename: absPath === text(get(raw, "abs_path")) ? read("filename", MAX_URL_CHARS) : absPath,
    absPath,
    line: position(get(raw, "lineno")),
    column: position(get(raw, "colno")),
    inApp: boolean(get(raw, "in_app")),
    contextLine: read("context_line", MAX_SOURCE_LINE_CHARS),
    preContext: lines("pre_context").slice(-MAX_CONTEXT_LINES),
    postContext: lines("post_context").slice(0, MAX_CONTEXT_LINES),
  };
}

function position(value: unknown): number | null {
  const given = count(value);
  return given === 0 ? null : given;
}

/** At most `max` members: the first and the last, for the middle of a deep recursion says nothing new. */
export function bothEnds<T>(members: T[], max: number): T[] {
  if (members.length <= max) return members;
  const head = Math.floor(max / 2);
  return [...members.slice(0, head), ...members.slice(members.length - (max - head))];
}
