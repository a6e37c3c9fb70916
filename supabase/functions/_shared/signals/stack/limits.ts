/** Lines read of one stack text. Deeper stacks tell nothing more: engines themselves stop at 100 to 200 frames. */
export const MAX_STACK_LINES = 1_000;
/** Characters read of one line, as SDKs do: longer ones are inlined data URLs or generated code. */
export const MAX_LINE_LENGTH = 1_024;
/** Characters read of one stack text: bounds the work before it is split. */
export const MAX_STACK_LENGTH = 256 * 1_024;
/** Frames kept of one exception. */
export const MAX_FRAMES = 250;
/** Exceptions kept of one chain; a chain that refers to itself would never end. */
export const MAX_CHAIN = 50;
/** Characters kept of an exception's message. */
export const MAX_VALUE_LENGTH = 8_192;

// deno-lint-ignore no-control-regex -- terminals colour what they print: the escape character is what is looked for
const ANSI_COLOUR = /\u001b\[[0-9;]{0,20}m/g;

const ESCAPED_FRAME = /\\n(?:\\t|[ \t]){1,8}(?:at |File ")/;
const ESCAPED_BREAK = /(?:\\r)?\\n/g;

/** The lines of a stack text, bounded in number and length, without terminal colours. */
export function stackLines(text: string): string[] {
  let bounded = text.length > MAX_STACK_LENGTH ? text.slice(0, MAX_STACK_LENGTH) : text;
  if (bounded.includes("\u001b")) bounded = bounded.replace(ANSI_COLOUR, "");
  // A stack inside a log line in JSON keeps its line breaks escaped.
  if (!bounded.includes("\n") && ESCAPED_FRAME.test(bounded)) bounded = bounded.replace(ESCAPED_BREAK, "\n");
  const lines: string[] = [];
  let start = 0;
  while (start <= bounded.length && lines.length < MAX_STACK_LINES) {
    let end = bounded.indexOf("\n", start);
    if (end < 0) end = bounded.length;
    const stop = end > start && bounded.charCodeAt(end - 1) === 13 ? end - 1 : end;
    lines.push(bounded.slice(start, Math.min(stop, start + MAX_LINE_LENGTH)));
    start = end + 1;
  }
  return lines;
}
