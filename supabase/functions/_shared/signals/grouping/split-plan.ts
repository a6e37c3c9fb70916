import type { ErrorEvent } from "../event.ts";
import { fingerprintEvent } from "../fingerprint/fingerprint-event.ts";
import type { GroupingComponent } from "../fingerprint/grouping.ts";
import { hashParts } from "../fingerprint/hash.ts";
import {
  canonicalFingerprint,
  type GroupingLearning,
  learnRefinement,
  learnSplit,
  resolveGrouping,
} from "../fingerprint/learning.ts";
import { type Discriminator, discriminatorValue } from "../fingerprint/refinement.ts";
import { routeEvent } from "./route-event.ts";
import type { GroupingSettings } from "./settings.ts";

export interface PlannedEvent {
  id: string;
  payload: ErrorEvent;
}

/** Events that go to one issue of their own. */
export interface SplitGroup {
  fingerprint: string;
  type: string | null;
  title: string;
  culprit: string | null;
  components: GroupingComponent[];
  events: string[];
}

export interface SplitPlan {
  learning: GroupingLearning;
  groups: SplitGroup[];
}

/** An event like most of the others, as far as `by` tells; of equals the first. */
export function typicalEvent<E extends PlannedEvent>(events: readonly E[], by: Discriminator): E | null {
  const groups = Map.groupBy(events, (event) => discriminatorValue(event.payload, by));
  let largest: E[] = [];
  for (const group of groups.values()) if (group.length > largest.length) largest = group;
  return largest[0] ?? null;
}

/**
 * What becomes of the events of an issue when `by` tells them apart, and events like `stays` stay; null: as was learnt
 * before.
 *
 * @param fingerprint of the issue
 * @param merged fingerprints of issues that are part of it: their events are split alike
 */
export function planSplitBy(
  settings: Pick<GroupingSettings, "rules" | "learning">,
  fingerprint: string,
  merged: readonly string[],
  by: Discriminator,
  stays: ErrorEvent | null,
  events: readonly PlannedEvent[],
): SplitPlan {
  const known = Object.fromEntries(merged.map((alias) => [alias, fingerprint]));
  let learning = { ...settings.learning, aliases: { ...settings.learning.aliases, ...known } };
  if (stays !== null) learning = learnRefinement(learning, fingerprint, by, stays);
  const groups = new Map<string, SplitGroup>();
  for (const { id, payload } of events) {
    const grouping = fingerprintEvent(payload, settings.rules);
    // The issue may carry a fingerprint that an earlier version made; its events belong to it all the same.
    const own = canonicalFingerprint(learning, grouping.fingerprint) === fingerprint
      ? grouping
      : { ...grouping, fingerprint };
    const resolution = resolveGrouping(learning, own, payload);
    if (resolution.through === own.fingerprint) continue;
    if (canonicalFingerprint(learning, resolution.through) !== resolution.through) {
      // It was split off and merged back before: now it is to stand alone again.
      learning = learnSplit(learning, { ...grouping, fingerprint: resolution.through });
    }
    const group = groups.get(resolution.through) ?? {
      fingerprint: resolution.through,
      type: grouping.type,
      title: grouping.title,
      culprit: grouping.culprit,
      components: [
        { kind: "learnt", contributes: true, why: resolution.why, values: [discriminatorValue(payload, by)] },
        ...grouping.components,
      ],
      events: [],
    };
    group.events.push(id);
    groups.set(group.fingerprint, group);
  }
  return { learning, groups: [...groups.values()] };
}

/** Events that somebody wants apart although nothing tells them apart: they go, and later ones like them stay. */
export function planSplitByHand(
  settings: Pick<GroupingSettings, "rules" | "learning">,
  issueId: number,
  events: readonly PlannedEvent[],
): SplitPlan {
  const [first] = events;
  if (!first) return { learning: settings.learning, groups: [] };
  const { grouping } = routeEvent(first.payload, settings);
  const ids = events.map((event) => event.id).sort();
  return {
    learning: settings.learning,
    groups: [{
      fingerprint: hashParts(["split by hand", String(issueId), ...ids]),
      type: grouping.type,
      title: grouping.title,
      culprit: grouping.culprit,
      components: [
        {
          kind: "learnt",
          contributes: true,
          why: "Someone took these events out of an issue; nothing in them tells others of their kind.",
          values: [],
        },
        ...grouping.components.map((component) => ({ ...component, contributes: false })),
      ],
      events: ids,
    }],
  };
}
