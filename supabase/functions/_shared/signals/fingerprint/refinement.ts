import type { ErrorEvent } from "../event.ts";
import { groupingText } from "./default-grouping.ts";
import { culpritFrame } from "./frames.ts";
import { eventValues } from "./rules.ts";
import { frameCulprit } from "./title.ts";

/** What can tell events of one fingerprint apart. */
export type Discriminator =
  | "value"
  | "message"
  | "culprit"
  | "logger"
  | "transaction"
  | "environment"
  | "level"
  | "release"
  | `tags.${string}`;

/** In the order of how much they say about a cause. */
const ORDER: readonly Discriminator[] = [
  "value",
  "message",
  "culprit",
  "logger",
  "transaction",
  "environment",
  "level",
  "release",
];
/** More different values than this would scatter the issue instead of splitting it. */
const MAX_VALUES = 10;

/** The value of an event that a discriminator looks at, with its variable parts masked; "" when it has none. */
export function discriminatorValue(event: ErrorEvent, by: Discriminator): string {
  if (by === "culprit") return frameCulprit(culpritFrame(event.exceptions)) ?? "";
  if (by === "value") {
    return event.exceptions.map((exception) => exception.value === null ? "" : groupingText(exception.value))
      .join(" | ");
  }
  if (by === "message") return groupingText(event.messageTemplate ?? event.message ?? "");
  return eventValues(event, by)[0] ?? "";
}

/** What tells the events that someone wants apart from those that shall stay; null when nothing does. */
export function suggestRefinement(
  staying: readonly ErrorEvent[],
  leaving: readonly ErrorEvent[],
): Discriminator | null {
  if (staying.length === 0 || leaving.length === 0) return null;
  const tags = new Set([...staying, ...leaving].flatMap((event) => Object.keys(event.tags)));
  const candidates: Discriminator[] = [
    ...ORDER,
    ...[...tags].sort().map((tag): Discriminator => `tags.${tag}`),
  ];
  return candidates.find((by) => {
    const left = new Set(leaving.map((event) => discriminatorValue(event, by)));
    const stayed = new Set(staying.map((event) => discriminatorValue(event, by)));
    return left.isDisjointFrom(stayed) && left.size <= MAX_VALUES && stayed.size === 1;
  }) ?? null;
}
