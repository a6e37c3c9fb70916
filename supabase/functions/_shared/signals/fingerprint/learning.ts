import type { ErrorEvent } from "../event.ts";
import type { Grouping, GroupingSignature } from "./grouping.ts";
import { hashParts } from "./hash.ts";
import { type Discriminator, discriminatorValue } from "./refinement.ts";

/**
 * What a project's people taught the grouping by merging and splitting. Plain JSON: the caller stores it.
 * A new version of the fingerprint keeps working with it: old and new fingerprint of one event are merged as people would.
 */
export interface GroupingLearning {
  version: 1;
  /** Fingerprint of an issue that was merged away -> fingerprint of the issue that it became part of. */
  aliases: Record<string, string>;
  /** What the merges had in common, so that the next of their kind joins by itself. */
  generalisations: Generalisation[];
  /** Issues that people split although their events share one fingerprint. */
  refinements: Refinement[];
  /** Fingerprints that people took out of a merge: no generalisation may take them in again. */
  separate: string[];
}

/** Signatures that agree with `tokens`, where null stands for anything, belong to `into`. */
export interface Generalisation {
  into: string;
  basis: GroupingSignature["basis"];
  type: string | null;
  tokens: (string | null)[];
  /** Merges that it was learnt from. */
  mergeCount: number;
}

/** Events of this fingerprint are told apart by one thing more. */
export interface Refinement {
  fingerprint: string;
  by: Discriminator;
  /** The value of the events that stay in the issue; all others get issues of their own, one per value. */
  stays: string;
}

/** Where an event goes, and why. */
export interface Resolution {
  /** Fingerprint of the issue that the event belongs to. */
  fingerprint: string;
  /** The fingerprint before merges: of the issue that a split would give the event back to. */
  through: string;
  via: "itself" | "alias" | "generalisation" | "refinement";
  /** A sentence for people. */
  why: string;
}

const MAX_ALIASES = 10_000;
const MAX_GENERALISATIONS = 500;
const MAX_SEPARATE = 10_000;
const MAX_REFINEMENTS = 1_000;
/** Share of the tokens of two merged signatures that must agree before anything is learnt from the merge. */
const MIN_AGREEMENT = 0.5;
/** Tokens that must agree: one common word says nothing. */
const MIN_AGREEING = 2;
/** Steps that an alias may lead over. Longer chains cannot be made by `learnMerge`, only by damage. */
const MAX_STEPS = 32;

export const EMPTY_LEARNING: GroupingLearning = {
  version: 1,
  aliases: {},
  generalisations: [],
  refinements: [],
  separate: [],
};

/** Follows aliases to the issue that a fingerprint belongs to now. */
export function canonicalFingerprint(learning: GroupingLearning, fingerprint: string): string {
  let current = fingerprint;
  for (let step = 0; step < MAX_STEPS; step++) {
    const next = Object.hasOwn(learning.aliases, current) ? learning.aliases[current] : undefined;
    if (next === undefined || next === fingerprint) break;
    current = next;
  }
  return current;
}

/** What two signatures have in common, or null when that is too little to be a rule. */
export function commonSignature(
  a: Pick<Generalisation, "basis" | "type" | "tokens">,
  b: Pick<GroupingSignature, "basis" | "type" | "tokens">,
): (string | null)[] | null {
  if (a.basis !== b.basis || a.type !== b.type || a.tokens.length !== b.tokens.length) return null;
  const tokens = a.tokens.map((token, index) => token === b.tokens[index] ? token : null);
  const agreeing = tokens.filter((token) => token !== null).length;
  if (agreeing < MIN_AGREEING || agreeing / tokens.length < MIN_AGREEMENT) return null;
  return tokens;
}

function fits(generalisation: Generalisation, signature: GroupingSignature): boolean {
  return generalisation.basis === signature.basis && generalisation.type === signature.type &&
    generalisation.tokens.length === signature.tokens.length &&
    generalisation.tokens.every((token, index) => token === null || token === signature.tokens[index]);
}

/** A copy of `record` with at most `limit` entries, the oldest dropped. */
function bounded(record: Record<string, string>, limit: number): Record<string, string> {
  const entries = Object.entries(record);
  return entries.length <= limit ? record : Object.fromEntries(entries.slice(entries.length - limit));
}

/**
 * Someone merged the issue of `from` into the issue of `into`. From now on `from` is an alias, and where the two differ in
 * few places, those places are ignored for others of their kind. Returns the new state; the given one is untouched.
 */
export function learnMerge(learning: GroupingLearning, from: Grouping, into: Grouping): GroupingLearning {
  const target = canonicalFingerprint(learning, into.fingerprint);
  const source = canonicalFingerprint(learning, from.fingerprint);
  if (source === target) return learning;
  const aliases: Record<string, string> = {};
  for (const [alias, to] of Object.entries(learning.aliases)) {
    if (alias !== target) aliases[alias] = to === source ? target : to;
  }
  aliases[source] = target;
  if (from.fingerprint !== source) aliases[from.fingerprint] = target;
  const moved = learning.generalisations.map((one) => one.into === source ? { ...one, into: target } : one);
  return {
    version: 1,
    aliases: bounded(aliases, MAX_ALIASES),
    generalisations: generalised(moved, from.signature, into.signature, target),
    refinements: learning.refinements,
    separate: learning.separate.filter((fingerprint) =>
      fingerprint !== from.fingerprint && fingerprint !== source
    ),
  };
}

/** Widens what is known of the target, or adds what the two signatures have in common. */
function generalised(
  known: readonly Generalisation[],
  from: GroupingSignature,
  into: GroupingSignature,
  target: string,
): Generalisation[] {
  for (const [index, one] of known.entries()) {
    if (one.into !== target) continue;
    const tokens = commonSignature(one, from);
    if (tokens === null) continue;
    return known.with(index, { ...one, tokens, mergeCount: one.mergeCount + 1 });
  }
  const tokens = commonSignature(into, from);
  if (tokens === null || !tokens.includes(null)) return [...known];
  const added = { into: target, basis: from.basis, type: from.type, tokens, mergeCount: 1 };
  return [...known, added].slice(-MAX_GENERALISATIONS);
}

/**
 * Someone took `grouping` out of the issue that it was part of. Its fingerprint stands for itself again, and whatever rule
 * would take it back is dropped: what people undo, the grouping must not redo.
 */
export function learnSplit(learning: GroupingLearning, grouping: Grouping): GroupingLearning {
  const aliases = { ...learning.aliases };
  delete aliases[grouping.fingerprint];
  const separate = [...learning.separate.filter((one) => one !== grouping.fingerprint), grouping.fingerprint];
  return {
    version: 1,
    aliases,
    generalisations: learning.generalisations.filter((one) =>
      one.into === grouping.fingerprint || !fits(one, grouping.signature)
    ),
    refinements: learning.refinements,
    separate: separate.slice(-MAX_SEPARATE),
  };
}

/**
 * Someone split an issue whose events share one fingerprint. `by` is what tells them apart (see `suggestRefinement`), and
 * events like `example` stay in the issue.
 */
export function learnRefinement(
  learning: GroupingLearning,
  fingerprint: string,
  by: Discriminator,
  example: ErrorEvent,
): GroupingLearning {
  const canonical = canonicalFingerprint(learning, fingerprint);
  const others = learning.refinements.filter((one) => one.fingerprint !== canonical || one.by !== by);
  const added: Refinement = { fingerprint: canonical, by, stays: discriminatorValue(example, by) };
  return { ...learning, refinements: [...others, added].slice(-MAX_REFINEMENTS) };
}

/** The issue that the event of `grouping` belongs to, given what people taught. */
export function resolveGrouping(
  learning: GroupingLearning,
  grouping: Grouping,
  event: ErrorEvent,
): Resolution {
  const found = resolveMerges(learning, grouping);
  const differing = learning.refinements.filter((one) => one.fingerprint === found.fingerprint)
    .map((one) => ({ by: one.by, value: discriminatorValue(event, one.by), stays: one.stays }))
    .filter((one) => one.value !== one.stays);
  if (differing.length === 0) return found;
  const parts = differing.flatMap((one) => [one.by, one.value]);
  const fingerprint = hashParts(["refined", found.fingerprint, ...parts]);
  const canonical = canonicalFingerprint(learning, fingerprint);
  return {
    fingerprint: canonical,
    through: fingerprint,
    via: canonical === fingerprint ? "refinement" : "alias",
    why: `Someone split this issue by ${differing.map((one) => one.by).join(" and ")}.`,
  };
}

function resolveMerges(learning: GroupingLearning, grouping: Grouping): Resolution {
  const through = grouping.fingerprint;
  const canonical = canonicalFingerprint(learning, through);
  if (canonical !== through) {
    return { fingerprint: canonical, through, via: "alias", why: "Someone merged this issue into another." };
  }
  if (learning.generalisations.length > 0 && !learning.separate.includes(grouping.fingerprint)) {
    const rule = learning.generalisations.find((one) =>
      one.into !== canonical && fits(one, grouping.signature)
    );
    if (rule) {
      const ignored = rule.tokens.filter((token) => token === null).length;
      return {
        fingerprint: canonicalFingerprint(learning, rule.into),
        through,
        via: "generalisation",
        why: `${rule.mergeCount === 1 ? "A merge" : `${rule.mergeCount} merges`} taught that ` +
          `${ignored === 1 ? "one part" : `${ignored} parts`} of errors like this do not matter.`,
      };
    }
  }
  return { fingerprint: through, through, via: "itself", why: "Nothing that people taught applies." };
}
