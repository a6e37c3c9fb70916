import type { ErrorEvent } from "../event.ts";
import { maskIdentifiers } from "../templates/mask.ts";
import { type DefaultGrouping, defaultGrouping } from "./default-grouping.ts";
import { culpritFrame } from "./frames.ts";
import { FINGERPRINT_VERSION, type Grouping, type GroupingComponent } from "./grouping.ts";
import { hashParts } from "./hash.ts";
import { findRule, type FingerprintRule } from "./rules.ts";
import { eventTitle, frameCulprit } from "./title.ts";
import { fillVariables, isDefaultPart } from "./variables.ts";

/** Parts of a fingerprint that a client or a rule may give. */
const MAX_PARTS = 32;
const MAX_PART_LENGTH = 500;

interface Choice {
  parts: string[];
  components: GroupingComponent[];
  signature: Grouping["signature"];
}

/** Parts that were asked for, with the built-in ones where `{{ default }}` stands. */
function askedParts(
  kind: "rule" | "client",
  asked: string[],
  event: ErrorEvent,
  usual: DefaultGrouping,
  why: string,
): Choice {
  const values: string[] = [];
  let withDefault = false;
  for (const part of asked.slice(0, MAX_PARTS)) {
    if (isDefaultPart(part)) {
      withDefault = true;
      values.push(...usual.parts);
    } else {
      values.push(maskIdentifiers(fillVariables(part, event).slice(0, MAX_PART_LENGTH)));
    }
  }
  const shown = asked.slice(0, MAX_PARTS).map((part) =>
    isDefaultPart(part)
      ? "{{ default }}"
      : maskIdentifiers(fillVariables(part, event).slice(0, MAX_PART_LENGTH))
  );
  const others = usual.components.map((component) =>
    withDefault
      ? component
      : { ...component, contributes: false, why: `Not looked at: the ${kind} gave the whole fingerprint.` }
  );
  return {
    parts: [kind, ...values],
    components: [{ kind, contributes: true, why, values: shown }, ...others],
    signature: { basis: kind, type: usual.signature.type, tokens: shown },
  };
}

/** A client that sends only `{{ default }}` asks for nothing. */
function asksForMore(parts: readonly string[] | null): parts is string[] {
  return parts !== null && parts.some((part) => !isDefaultPart(part));
}

/**
 * The fingerprint of an event and why it is so. Order: rules of the project, the client's fingerprint, then the built-in
 * one (stack, exception, message). The name of the transaction is no part of the built-in one. Pure; never throws.
 */
export function fingerprintEvent(event: ErrorEvent, rules: readonly FingerprintRule[] = []): Grouping {
  const usual = defaultGrouping(event);
  const rule = findRule(rules, event);
  let choice: Choice = usual;
  if (rule) {
    choice = askedParts(
      "rule",
      rule.fingerprint,
      event,
      usual,
      `The project's rule ${rule.id} fits this event.`,
    );
  } else if (asksForMore(event.clientFingerprint)) {
    choice = askedParts(
      "client",
      event.clientFingerprint,
      event,
      usual,
      "The application sent a fingerprint of its own; ids in it are masked.",
    );
  }
  const frame = culpritFrame(event.exceptions);
  return {
    fingerprint: hashParts([`v${FINGERPRINT_VERSION}`, ...choice.parts]),
    version: FINGERPRINT_VERSION,
    components: choice.components,
    signature: choice.signature,
    title: rule?.title ? fillVariables(rule.title, event).slice(0, 200) : eventTitle(event),
    culprit: frameCulprit(frame) ?? event.logger,
    type: event.exceptions.at(-1)?.type ?? null,
    culpritFrame: frame,
  };
}
