import type { Scrubber } from "../scrub/scrubber.ts";
import type { ExceptionValue, Frame } from "../event.ts";
import { replaceSpans } from "../scrub/detector.ts";
import { privateKey } from "../scrub/detectors/private-key.ts";
import { exceptionsFromText } from "../stack/parse-stack.ts";
import {
  MAX_FRAMES,
  MAX_MESSAGE_CHARS,
  MAX_NAME_CHARS,
  MAX_SOURCE_LINE_CHARS,
  MAX_STACK_TEXT_CHARS,
  MAX_URL_CHARS,
} from "./limits.ts";
import { valueOf } from "./prose.ts";

/** How frames are printed: `at f (file:1:2)`, `f@file:1:2`, `File "file", line 1`. */
const FRAME_LINE = /^\s{0,32}(?:at\s|File "|[^\s@:=]{0,200}@[^\s@]{1,1000}:\d+(?::\d+)?\s*$)/;

/** Frames of a stack that was sent as its runtime printed it, innermost call last; those of its outermost exception. */
export function readStackText(stack: string, scrubber: Scrubber): Frame[] {
  return readExceptionText(stack, scrubber).findLast((exception) => exception.frames.length > 0)?.frames ??
    [];
}

/**
 * The whole chain of exceptions that a printed stack tells of, root cause first; empty when there is none in it.
 * Lines with frames are scrubbed after parsing, because they may not parse any more when parts of them are missing; all
 * others before, because parsing takes names away from their values. Keys that span lines go first of all.
 */
export function readExceptionText(stack: string, scrubber: Scrubber): ExceptionValue[] {
  const bounded = stack.slice(0, MAX_STACK_TEXT_CHARS);
  const lines = replaceSpans(bounded, privateKey.find(bounded)).split("\n")
    .map((line) => FRAME_LINE.test(line) ? line : scrubber.text(line, MAX_MESSAGE_CHARS));
  return exceptionsFromText(lines.join("\n")).map((exception) => ({
    ...exception,
    type: cleaned(exception.type, MAX_NAME_CHARS, scrubber),
    value: valueOf(exception.type, exception.value, scrubber),
    module: cleaned(exception.module, MAX_NAME_CHARS, scrubber),
    frames: exception.frames.slice(-MAX_FRAMES).map((frame) => scrubFrame(frame, scrubber)),
  }));
}

function scrubFrame(frame: Frame, scrubber: Scrubber): Frame {
  const absPath = cleaned(frame.absPath, MAX_URL_CHARS, scrubber);
  return {
    ...frame,
    function: cleaned(frame.function, MAX_NAME_CHARS, scrubber),
    module: cleaned(frame.module, MAX_NAME_CHARS, scrubber),
    // A name cut out of a path no longer shows that a part of it is secret: then the scrubbed path stands for it.
    filename: absPath === frame.absPath ? cleaned(frame.filename, MAX_URL_CHARS, scrubber) : absPath,
    absPath,
    contextLine: cleaned(frame.contextLine, MAX_SOURCE_LINE_CHARS, scrubber),
    preContext: frame.preContext.map((line) => scrubber.text(line, MAX_SOURCE_LINE_CHARS)),
    postContext: frame.postContext.map((line) => scrubber.text(line, MAX_SOURCE_LINE_CHARS)),
  };
}

function cleaned(value: string | null, maxChars: number, scrubber: Scrubber): string | null {
  return value === null ? null : scrubber.text(value, maxChars);
}
