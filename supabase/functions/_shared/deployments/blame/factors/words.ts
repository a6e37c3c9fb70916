import type { IssueFacts } from "../types.ts";
import type { FactorRule } from "./factor.ts";
import { occurrence } from "./occurrence.ts";

/** P(the message speaks of an identifier of the touched lines | it is the cause). */
const GIVEN_CAUSE = 0.25;
/** Messages of other issues that are assumed beside those that are known, and how many of them would speak of one by chance. */
const ASSUMED = { messages: 20, speaking: 0.5 };

const QUOTED = /["'`]([\p{L}_$][\p{L}\p{N}_$.-]{2,60})["'`]/gu;
const TOKEN = /[\p{L}_$][\p{L}\p{N}_$]*/gu;
/** As only code is written: `taxRate`, `tax_rate`. */
const LIKE_CODE = /\p{Ll}\p{Lu}|[^_]_[^_]/u;
/** What engines say of a name that they do not quote. */
const UNKNOWN_NAME = /([\p{L}_$][\p{L}\p{N}_$]{2,60}) is not (?:defined|a function|iterable)/gu;
const SHORTEST_NAME = 3;
/** Classes of errors are in every message and in much code. */
const OF_ERRORS = /(?:error|exception)$/;

/**
 * Identifiers that a message speaks of, lower case: what it quotes, and what is written as only code is. Ordinary words would meet any
 * diff.
 */
export function identifiersOf(text: string): Set<string> {
  const captured = [QUOTED, UNKNOWN_NAME].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, name]) => name!)
  );
  const written = (text.match(TOKEN) ?? []).filter((token) => LIKE_CODE.test(token));
  const names = [...captured, ...written].flatMap((name) => name.toLowerCase().split(/[.-]/));
  return new Set(names.filter((name) => name.length >= SHORTEST_NAME && !OF_ERRORS.test(name)));
}

/** A service has hundreds of issues, whose messages stay the same. */
const known = new WeakMap<IssueFacts, Set<string>>();

function spokenOf(facts: IssueFacts): Set<string> {
  let spoken = known.get(facts);
  if (!spoken) known.set(facts, spoken = identifiersOf(facts.text));
  return spoken;
}

/** The message speaks of what the touched lines speak of. */
export const words: FactorRule = (scene) => {
  const { facts } = scene.subject;
  const own = facts ? spokenOf(facts) : new Set<string>();
  const others = own.size === 0 ? null : occurrence(scene, spokenOf);
  const met = (touched: readonly string[]) => touched.find((word) => own.has(word));
  return {
    name: "words",
    logLikelihood({ change }) {
      const touched = change?.touched?.words;
      if (!touched?.length || others === null) return 0;
      const chance = (others.having(touched) + ASSUMED.speaking) / (others.issues + ASSUMED.messages);
      const cause = GIVEN_CAUSE + (1 - GIVEN_CAUSE) * chance;
      return Math.log(met(touched) ? cause / chance : (1 - cause) / (1 - chance));
    },
    statement({ change }) {
      const word = change?.touched && met(change.touched.words);
      return word
        ? `the message speaks of ${word}, as the lines that it touched do`
        : "the message speaks of nothing that it touched";
    },
  };
};
