import { own } from "../../platform/own.ts";
import type { ErrorEvent, Frame } from "../event.ts";
import { globMatches } from "./glob.ts";

/** What a matcher can look at. `tags.<name>` looks at one tag. */
export const MATCHER_FIELDS = [
  "type",
  "value",
  "message",
  "path",
  "module",
  "function",
  "package",
  "level",
  "logger",
  "release",
  "environment",
  "platform",
  "transaction",
  "server_name",
  "sdk",
  "app",
] as const;
export type MatcherField = (typeof MATCHER_FIELDS)[number] | `tags.${string}`;

/** One condition. `pattern` is a glob; letter case is ignored. */
export interface Matcher {
  field: MatcherField;
  pattern: string;
  /** True: the condition holds when nothing matches. */
  negate?: boolean;
}

/** A rule of the project: events on which every matcher holds get this fingerprint. The first rule that fits wins. */
export interface FingerprintRule {
  id: string;
  /** All must hold. Matchers on frames (`path`, `module`, `function`, `package`, `app`) must hold on one and the same frame. */
  matchers: Matcher[];
  /** Parts with variables such as `{{ default }}`, `{{ type }}` or `{{ tags.region }}`. */
  fingerprint: string[];
  /** With the same variables. */
  title?: string;
  enabled?: boolean;
}

const FRAME_FIELDS = new Set<string>(["path", "module", "function", "package", "app"]);

function frameValues(frame: Frame, field: string): string[] {
  const values: (string | null)[] = [];
  if (field === "path") values.push(frame.absPath, frame.filename);
  else if (field === "module" || field === "package") values.push(frame.module);
  else if (field === "function") {
    values.push(frame.function, frame.function?.slice(frame.function.lastIndexOf(".") + 1) ?? null);
  } else if (field === "app") values.push(frame.inApp === false ? "no" : "yes");
  return values.filter((value) => value !== null);
}

/** The values of an event that a matcher on `field` sees. */
export function eventValues(event: ErrorEvent, field: string): string[] {
  if (field.startsWith("tags.")) {
    const value = own(event.tags, field.slice("tags.".length));
    return value === undefined ? [] : [value];
  }
  const texts: (string | null | undefined)[] = [];
  switch (field) {
    case "type":
      texts.push(...event.exceptions.map((exception) => exception.type));
      break;
    case "value":
      texts.push(...event.exceptions.map((exception) => exception.value));
      break;
    case "message":
      texts.push(
        event.message,
        event.messageTemplate,
        ...event.exceptions.map((exception) => exception.value),
      );
      break;
    case "level":
      texts.push(event.level);
      break;
    case "logger":
      texts.push(event.logger);
      break;
    case "release":
      texts.push(event.release);
      break;
    case "environment":
      texts.push(event.environment);
      break;
    case "platform":
      texts.push(event.platform);
      break;
    case "transaction":
      texts.push(event.transaction);
      break;
    case "server_name":
      texts.push(event.serverName);
      break;
    case "sdk":
      texts.push(event.sdk?.name);
      break;
  }
  return texts.filter((text) => text !== null && text !== undefined);
}

function holds(matcher: Matcher, values: string[]): boolean {
  const any = values.some((value) => globMatches(matcher.pattern, value));
  return matcher.negate ? !any : any;
}

/** Whether a rule fits an event. A rule without matchers fits none: it would merge everything. */
export function ruleMatches(rule: FingerprintRule, event: ErrorEvent): boolean {
  if (rule.enabled === false || rule.matchers.length === 0) return false;
  const onFrames = rule.matchers.filter((matcher) => FRAME_FIELDS.has(matcher.field));
  const onEvent = rule.matchers.filter((matcher) => !FRAME_FIELDS.has(matcher.field));
  if (!onEvent.every((matcher) => holds(matcher, eventValues(event, matcher.field)))) return false;
  if (onFrames.length === 0) return true;
  const positive = onFrames.filter((matcher) => !matcher.negate);
  const frames = event.exceptions.flatMap((exception) => exception.frames);
  const excluded = onFrames.filter((matcher) => matcher.negate)
    .some((matcher) => frames.some((frame) => !holds(matcher, frameValues(frame, matcher.field))));
  if (excluded) return false;
  return positive.length === 0 ||
    frames.some((frame) => positive.every((matcher) => holds(matcher, frameValues(frame, matcher.field))));
}

/** The first enabled rule that fits. */
export function findRule(rules: readonly FingerprintRule[], event: ErrorEvent): FingerprintRule | null {
  return rules.find((rule) => ruleMatches(rule, event)) ?? null;
}
