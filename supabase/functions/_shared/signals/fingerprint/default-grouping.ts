import type { ErrorEvent, ExceptionValue } from "../event.ts";
import { maskMessage, MAX_MASKED_LENGTH } from "../templates/mask.ts";
import { commonType, commonWording } from "./engine-messages.ts";
import { contributingFrames } from "./frames.ts";
import { withOneKindOfValue, withoutIds } from "./generated-words.ts";
import type { GroupingComponent, GroupingSignature } from "./grouping.ts";

/** Exceptions of a chain that count: what a cause of a cause of a cause adds is not worth the risk of splitting. */
const MAX_EXCEPTIONS = 4;
/** Characters of a masked text that count. */
const MAX_TEXT = 300;

export interface DefaultGrouping {
  parts: string[];
  components: GroupingComponent[];
  signature: GroupingSignature;
}

/** The masked text that groups: first line, common wording of the engines, codes kept because they tell causes apart. */
export function groupingText(text: string): string {
  const line = text.trimStart().split("\n", 1)[0]!.trimEnd().slice(0, MAX_MASKED_LENGTH);
  const masked = maskMessage(withoutIds(commonWording(line)), { keepCodes: true });
  return withOneKindOfValue(masked).replace(/\s+/g, " ").slice(0, MAX_TEXT).trim();
}

interface ExceptionParts {
  parts: string[];
  components: GroupingComponent[];
  stackTokens: string[];
  valueTokens: string[];
}

function exceptionParts(exception: ExceptionValue): ExceptionParts {
  const type = commonType(exception.type, exception.value);
  const stack = contributingFrames(exception);
  const value = exception.value === null ? "" : groupingText(exception.value);
  const stackTokens = stack.tokens.map((token) => token.token);
  const strong = stackTokens.length > 0 && !stack.isWeak;
  const typeValues = type === null ? [] : [type];
  const components: GroupingComponent[] = [
    {
      kind: "stack",
      contributes: stackTokens.length > 0,
      why: stackTokens.length === 0
        ? "The stack has no frame of the application."
        : stack.source === "library"
        ? "The stack has only frames of libraries; the innermost package counts."
        : strong
        ? "The innermost frames of the application tell where the error comes from."
        : "The frames of the application are wrappers, anonymous or minified: they count, but do not suffice.",
      values: stackTokens,
    },
    {
      kind: "type",
      contributes: type !== null,
      why: "The type of the exception counts.",
      values: typeValues,
    },
    {
      kind: "value",
      contributes: !strong && value !== "",
      why: strong
        ? "The message is ignored: the stack says where the error comes from, and messages carry data."
        : "The message counts with its variable parts masked, because the stack alone does not tell errors apart.",
      values: value === "" ? [] : [value],
    },
  ];
  return {
    parts: ["exception", type ?? "", "stack", ...stackTokens, ...(strong ? [] : ["value", value])],
    components,
    stackTokens: strong ? stackTokens : [],
    valueTokens: strong ? [] : value.split(" "),
  };
}

function messageGrouping(event: ErrorEvent): DefaultGrouping {
  const text = event.messageTemplate ?? event.message ?? "";
  const masked = text === "" ? "" : groupingText(text);
  if (masked !== "") {
    return {
      parts: ["message", masked],
      components: [{
        kind: "message",
        contributes: true,
        why: event.messageTemplate === null
          ? "There is no exception; the message counts with its variable parts masked."
          : "There is no exception; the message before its parameters were put in counts.",
        values: [masked],
      }],
      signature: { basis: "message", type: null, tokens: masked.split(" ") },
    };
  }
  const known = [event.logger ?? "", event.level, event.platform];
  return {
    parts: ["fallback", ...known],
    components: [{
      kind: "fallback",
      contributes: true,
      why: "There is neither exception nor message; logger, level and platform count.",
      values: known.filter((value) => value !== ""),
    }],
    signature: { basis: "message", type: null, tokens: known },
  };
}

/** The built-in fingerprint: stack, then exception type and masked value, then masked message. */
export function defaultGrouping(event: ErrorEvent): DefaultGrouping {
  const exceptions = event.exceptions.filter((exception) =>
    exception.type !== null || exception.value !== null || exception.frames.length > 0
  );
  if (exceptions.length === 0) return messageGrouping(event);
  // Outermost first, as people read them; members of an aggregate that say the same count once.
  const seen = new Set<string>();
  const parts: string[] = [];
  const components: GroupingComponent[] = [];
  const stackTokens: string[] = [];
  const valueTokens: string[] = [];
  for (const exception of exceptions.toReversed()) {
    const one = exceptionParts(exception);
    const key = one.parts.join("\u0000");
    if (seen.has(key)) continue;
    seen.add(key);
    if (seen.size > MAX_EXCEPTIONS) break;
    parts.push(...one.parts);
    components.push(...one.components);
    stackTokens.push(...one.stackTokens);
    valueTokens.push(...one.valueTokens);
  }
  const outermost = exceptions.at(-1)!;
  const type = commonType(outermost.type, outermost.value);
  const signature: GroupingSignature = stackTokens.length > 0
    ? { basis: "stack", type, tokens: stackTokens }
    : { basis: "exception", type, tokens: valueTokens };
  return { parts, components, signature };
}
