import { MAX_VALUE_LENGTH } from "./limits.ts";

/** Type and message of one exception, as printed before its frames. */
export interface Header {
  type: string | null;
  value: string | null;
}

/** What runtimes print before the type. */
const PREFIXES = [
  /^error: /,
  /^Uncaught (?:\(in promise\) )?/,
  /^Uncaught exception: /,
  /^\(node:\d{1,9}\) (?:\[\w{1,20}\] )?(?:Unhandled\w{0,40}Warning: )?/,
  /^Unhandled (?:promise )?rejection:? /i,
  /^Exception in thread "[^"]{0,200}" /,
  /^\[(?:cause|errors|error|suppressed)\]: /,
  /^Caused by: /,
  /^Suppressed: /,
  /^Wrapped by: /,
  /^\(in promise\) /,
];

/** Prefixes after which a text may stand without any type. */
const THROWN_TEXT = /^(error: |Uncaught (?:\(in promise\) )?)/;

const TYPE = /^([A-Za-z_$][\w$]*(?:[.:]{1,2}[A-Za-z_$][\w$]*)*)(?: \[([\w.]{1,100})\])?(?:: ?|$)/;
/** Names that say that they are errors; anything else before a colon may be prose. */
const ERROR_NAME =
  /(?:Error|Exception|Exit|Interrupt|Warning|Failure|Fault|Throwable|Rejection|Violation|Panic|Timeout|StopIteration|Group)$/;

/** Drops every known prefix of a header line. */
export function withoutPrefixes(line: string): string {
  let text = line.trim();
  for (let round = 0; round < 4; round++) {
    const before = text;
    for (const prefix of PREFIXES) text = text.replace(prefix, "");
    if (text === before) break;
  }
  return text;
}

/** Whether a line names an error type at its start, so that it may begin a new exception. */
export function isHeaderLine(line: string): boolean {
  const match = TYPE.exec(withoutPrefixes(line));
  return match !== null && ERROR_NAME.test(match[1]!);
}

function bounded(text: string): string {
  return text.length > MAX_VALUE_LENGTH ? text.slice(0, MAX_VALUE_LENGTH) : text;
}

function parseHeaderText(lines: string[]): Header {
  const first = withoutPrefixes(lines[0]!);
  const thrown = THROWN_TEXT.exec(lines[0]!.trim());
  if (thrown && /^\w+$/.test(first) && !ERROR_NAME.test(first)) {
    // One word is a message here: Bun leaves out `Error`, browsers print thrown texts.
    return {
      type: thrown[1] === "error: " ? "Error" : null,
      value: bounded([first, ...lines.slice(1)].join("\n")),
    };
  }
  const match = TYPE.exec(first);
  // `Invariant Violation: ...` has a blank in its type; a colon decides.
  const spaced = match ? null : /^([A-Z][\w$]*(?: [A-Z][\w$]*){1,3}): /.exec(first);
  const type = match?.[1] ?? spaced?.[1] ?? null;
  const rest = match ? first.slice(match[0].length) : spaced ? first.slice(spaced[0].length) : first;
  const value = [rest, ...lines.slice(1)].join("\n").trim();
  return { type, value: value === "" ? null : bounded(value) };
}

/**
 * The header among the lines printed before the first frame. Runtimes also print the source line with a caret there,
 * before the header (Node) or after it (Deno).
 */
export function parseHeader(lines: readonly string[]): Header {
  const kept = lines.map((line) => line.trimEnd());
  const caret = kept.findIndex((line) => /^\s*[\^~]+$/.test(line));
  let candidates = kept;
  if (caret >= 0) {
    const after = kept.slice(caret + 1);
    candidates = after.some((line) => line !== "") ? after : kept.slice(0, Math.max(1, caret - 1));
  }
  let start = candidates.findIndex((line) => line !== "" && isHeaderLine(line));
  if (start < 0) start = candidates.findIndex((line) => line !== "");
  if (start < 0) return { type: null, value: null };
  const body = candidates.slice(start);
  while (body.length > 1 && body[body.length - 1] === "") body.pop();
  return parseHeaderText(body);
}
