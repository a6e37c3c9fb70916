import type { ErrorEvent } from "../event.ts";
import { fingerprintEvent } from "./fingerprint-event.ts";
import type { FingerprintRule } from "./rules.ts";
import { findRule } from "./rules.ts";

/** Examples shown of one move. */
const MAX_EXAMPLES = 5;

/** Events that would move from one fingerprint to another. */
export interface RuleMove {
  from: string;
  to: string;
  ruleId: string | null;
  eventCount: number;
  /** Event ids, at most five. */
  examples: string[];
  titleBefore: string;
  titleAfter: string;
}

export interface RulePreview {
  eventCount: number;
  movedCount: number;
  issueCountBefore: number;
  issueCountAfter: number;
  moves: RuleMove[];
  /** Fingerprints that events of several present issues would share. */
  merges: { fingerprint: string; from: string[] }[];
  /** Present issues whose events would go to several fingerprints. */
  splits: { fingerprint: string; to: string[] }[];
  /** How many events each rule would decide, 0 included. */
  matchesByRule: Record<string, number>;
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key) ?? new Set();
  map.set(key, set.add(value));
}

/** What `rules` would change for `events` that were grouped by `currentRules`. Pure: nothing is stored. */
export function previewRules(
  rules: readonly FingerprintRule[],
  events: readonly ErrorEvent[],
  currentRules: readonly FingerprintRule[] = [],
): RulePreview {
  const moves = new Map<string, RuleMove>();
  const sources = new Map<string, Set<string>>();
  const targets = new Map<string, Set<string>>();
  const matchesByRule: Record<string, number> = Object.fromEntries(rules.map((rule) => [rule.id, 0]));
  let movedCount = 0;
  for (const event of events) {
    const before = fingerprintEvent(event, currentRules);
    const after = fingerprintEvent(event, rules);
    const rule = findRule(rules, event);
    if (rule) matchesByRule[rule.id] = (matchesByRule[rule.id] ?? 0) + 1;
    add(sources, after.fingerprint, before.fingerprint);
    add(targets, before.fingerprint, after.fingerprint);
    if (before.fingerprint === after.fingerprint) continue;
    movedCount++;
    const key = `${before.fingerprint} ${after.fingerprint}`;
    const move = moves.get(key) ?? {
      from: before.fingerprint,
      to: after.fingerprint,
      ruleId: rule?.id ?? null,
      eventCount: 0,
      examples: [],
      titleBefore: before.title,
      titleAfter: after.title,
    };
    move.eventCount++;
    if (move.examples.length < MAX_EXAMPLES) move.examples.push(event.eventId);
    moves.set(key, move);
  }
  const several = (map: Map<string, Set<string>>) => [...map].filter(([, others]) => others.size > 1);
  return {
    eventCount: events.length,
    movedCount,
    issueCountBefore: targets.size,
    issueCountAfter: sources.size,
    moves: [...moves.values()].sort((a, b) => b.eventCount - a.eventCount),
    merges: several(sources).map(([fingerprint, from]) => ({ fingerprint, from: [...from] })),
    splits: several(targets).map(([fingerprint, to]) => ({ fingerprint, to: [...to] })),
    matchesByRule,
  };
}
