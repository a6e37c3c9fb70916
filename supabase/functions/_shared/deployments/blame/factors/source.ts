import { isNewIssue } from "../state.ts";
import type { Change } from "../types.ts";
import type { FactorRule } from "./factor.ts";
import { occurrence } from "./occurrence.ts";

/** P(the code around the failing frames names it | it is the cause): a setting is often read elsewhere, a flag mostly where the ways part. */
const GIVEN_CAUSE = { configuration: 0.25, flag: 0.4 };
/** A known issue is shown as it was before. */
const OF_KNOWN = 0.4;
/** Issues that are assumed beside those that are known, and how many of them would name a setting by chance. */
const ASSUMED = { issues: 25, naming: 0.4 };

/** Shorter names are words of the language. */
const SHORTEST_NAME = 6;
const TOKEN = /[\p{L}\p{N}_$]+(?:-[\p{L}\p{N}_$]+)*/gu;

/** Names in source as they are compared: `newCheckout`, `NEW_CHECKOUT` and `new-checkout` are one. Shorter ones are words of the language. */
export function namesOf(source: string): Set<string> {
  const names = (source.match(TOKEN) ?? []).map(plain);
  return new Set(names.filter((name) => name.length >= SHORTEST_NAME));
}

function plain(name: string): string {
  return name.replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1_$2").replace(/[-.]/g, "_").toLowerCase();
}

/** The code where it fails reads the setting or the flag that was changed. */
export const source: FactorRule = (scene) => {
  const { subject, firstEventAt } = scene;
  const own = subject.facts?.source ?? null;
  const others = own === null ? null : occurrence(scene, ({ source }) => source);
  const known = isNewIssue(subject, firstEventAt) ? 1 : OF_KNOWN;
  const telling = (change: Change) => change.names.map(plain).filter((name) => name.length >= SHORTEST_NAME);
  const named = (names: readonly string[]) => names.find((name) => own?.includes(name));
  return {
    name: "source",
    logLikelihood({ change }) {
      if (others === null || (change?.kind !== "configuration" && change?.kind !== "flag")) return 0;
      const names = telling(change);
      if (names.length === 0) return 0;
      const chance = (others.having(names) + ASSUMED.naming) / (others.issues + ASSUMED.issues);
      const given = GIVEN_CAUSE[change.kind] * known;
      const cause = given + (1 - given) * chance;
      return Math.log(named(names) ? cause / chance : (1 - cause) / (1 - chance));
    },
    statement({ change }) {
      const name = change && named(telling(change));
      return name ? `the code where it fails reads ${name}` : "the code where it fails does not read it";
    },
  };
};
