import type { Scrubber } from "../scrub/scrubber.ts";
import type { ExceptionValue, Frame } from "../event.ts";
import { exceptionsFromText } from "../stack/parse-stack.ts";
import {
  MAX_FRAMES,
  MAX_MESSAGE_CHARS,
  MAX_NAME_CHARS,
  MAX_SOURCE_LINE_CHARS,
  MAX_STACK_TEXT_CHARS,
  MAX_URL_CHARS,
} from "./limits.ts";

/** Frames of a stack that was sent as its runtime printed it, innermost call last; those of its outermost exception. */
export function readStackText(stack: string, scrubber: Scrubber): Frame[] {
  return readExceptionText(stack, scrubber).findLast((exception) => exception.frames.length > 0)?.frames ??
    [];
}

/**
 * The whole chain of exceptions that a printed stack tells of, root cause first; empty when there is none in it.
 * Parsed first and scrubbed then, because a scrubbed line may not parse.
 */
export function readExceptionText(stack: string, scrubber: Scrubber): ExceptionValue[] {
  return exceptionsFromText(stack.slice(0, MAX_STACK_TEXT_CHARS)).map((exception) => ({
    ...exception,
    type: cleaned(exception.type, MAX_NAME_CHARS, scrubber),
    value: cleaned(exception.value, MAX_MESSAGE_CHARS, scrubber),
    module: cleaned(exception.module, MAX_NAME_CHARS, scrubber),
    frames: exception.frames.slice(-MAX_FRAMES).map((frame) => scrubFrame(frame, scrubber)),
  }));
}

function scrubFrame(frame: Frame, scrubber: Scrubber): Frame {
  return {
    ...frame,
    function: cleaned(frame.function, MAX_NAME_CHARS, scrubber),
    module: cleaned(frame.module, MAX_NAME_CHARS, scrubber),
    filename: cleaned(frame.filename, MAX_URL_CHARS, scrubber),
    absPath: cleaned(frame.absPath, MAX_URL_CHARS, scrubber),
    contextLine: cleaned(frame.contextLine, MAX_SOURCE_LINE_CHARS, scrubber),
    preContext: frame.preContext.map((line) => scrubber.text(line, MAX_SOURCE_LINE_CHARS)),
    postContext: frame.postContext.map((line) => scrubber.text(line, MAX_SOURCE_LINE_CHARS)),
  };
}

function cleaned(value: string | null, maxChars: number, scrubber: Scrubber): string | null {
  return value === null ? null : scrubber.text(value, maxChars);
}
