import type { ErrorEvent } from "../event.ts";
import { fingerprintEvent } from "../fingerprint/fingerprint-event.ts";
import type { Grouping } from "../fingerprint/grouping.ts";
import { resolveGrouping } from "../fingerprint/learning.ts";
import type { FingerprintRule } from "../fingerprint/rules.ts";
import type { GroupingSettings } from "./settings.ts";

/** Makes the fingerprint that an earlier version of the grouping made of an event. */
export type EarlierFingerprint = (event: ErrorEvent, rules: readonly FingerprintRule[]) => string;

/**
 * Versions of the fingerprint that issues still carry, the youngest first. Whoever raises `FINGERPRINT_VERSION` puts the
 * version before it here for as long as events are kept: an event whose new fingerprint nobody knows then joins the issue
 * that its old fingerprint names, and from there on the new one leads to it.
 */
export const EARLIER_FINGERPRINTS: readonly EarlierFingerprint[] = [];

export interface RoutedEvent {
  grouping: Grouping;
  /**
   * Names the issue that the event comes in through. Where that was merged, the database leads on: it knows at the moment
   * of writing, and can give the event back when the merge is undone.
   */
  fingerprint: string;
  /** Fingerprints of issues that a new issue of this fingerprint is part of; the first that exists takes it in. */
  joins: string[];
  /** What people taught about events like this, for people; null when nothing applies. */
  taught: string | null;
}

/** Which issue an event goes to, by its fingerprint, the project's rules and what its people taught. Pure. */
export function routeEvent(
  event: ErrorEvent,
  { rules, learning }: Pick<GroupingSettings, "rules" | "learning">,
  earlier: readonly EarlierFingerprint[] = EARLIER_FINGERPRINTS,
): RoutedEvent {
  const grouping = fingerprintEvent(event, rules);
  const former = earlier.map((fingerprint) =>
    resolveGrouping(learning, { ...grouping, fingerprint: fingerprint(event, rules) }, event)
  );
  // Splits know the fingerprint of their issue, which an earlier version made.
  const split = former.find(({ via }) => via === "refinement");
  const resolution = split ?? resolveGrouping(learning, grouping, event);
  const joins = resolution.via === "refinement" ? [] : former.map(({ through }) => through);
  if (resolution.via === "generalisation") joins.push(resolution.fingerprint);
  return {
    grouping,
    fingerprint: resolution.through,
    joins: joins.filter((fingerprint) => fingerprint !== resolution.through),
    taught: resolution.via === "itself" ? null : resolution.why,
  };
}
