import type { Change, ChangeKind } from "../types.ts";
import type { FactorRule } from "./factor.ts";

/** P(the message names it | it is the cause). Configuration and flags are named by their key, code seldom by its release. */
const GIVEN_CAUSE: Record<ChangeKind, number> = {
  deployment: 0.03,
  edge_function: 0.12,
  configuration: 0.25,
  flag: 0.12,
};
/** P(the message names it | innocent). */
const GIVEN_INNOCENT = 0.005;
/** Shorter names are words of the language. */
const SHORTEST_NAME = 4;

/** True when `text` contains `name` as a word of its own, whatever the case and the separators. */
export function mentions(text: string, name: string): boolean {
  if (name.length < SHORTEST_NAME) return false;
  const plain = (value: string) => ` ${value.toLowerCase().replace(/[^a-z0-9]+/g, " ").trim()} `;
  return plain(text).includes(plain(name));
}

/** The message names the key, flag or function that was changed. */
export const mention: FactorRule = ({ subject }) => {
  const text = subject.facts?.text ?? "";
  // Messages of a service may name the service at any time.
  const telling = (change: Change) => change.names.filter((name) => !mentions(name, subject.service));
  return {
    name: "mentions",
    logLikelihood({ change }) {
      if (!change || text === "" || telling(change).length === 0) return 0;
      const named = telling(change).some((name) => mentions(text, name));
      const cause = GIVEN_CAUSE[change.kind];
      return Math.log(named ? cause / GIVEN_INNOCENT : (1 - cause) / (1 - GIVEN_INNOCENT));
    },
    statement({ change }) {
      const name = change && telling(change).find((word) => mentions(text, word));
      return name ? `the message names ${name}` : "the message does not name it";
    },
  };
};
