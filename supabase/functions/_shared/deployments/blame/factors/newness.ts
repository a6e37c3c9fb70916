import type { FactorRule, Suspect } from "./factor.ts";

/** Known issues of the service share the blame of a cause that raises one of them; more than this adds nothing. */
const KNOWN_ISSUE_LIMIT = 8;

/**
 * First-seen: code that changed fails in ways nobody has seen, while outages and load mostly revive old acquaintances. For
 * an issue that already existed, the probability that a cause picks this one of the service's issues is shared among them.
 */
export const newness: FactorRule = ({ state, subject, priors, firstEventAt }) => {
  const facts = subject.facts;
  const isNew = facts !== null && facts.firstSeenAt >= firstEventAt;
  const known =
    Object.values(state.subjects).filter((other) =>
      other.kind === "issue" && other.service === subject.service && other !== subject
    ).length;
  const choices = Math.min(KNOWN_ISSUE_LIMIT, Math.max(1, known));
  return {
    name: "first_seen",
    logLikelihood(suspect: Suspect) {
      // The hazards of `organic` are those of new issues and of bursts: newness is already in them.
      if (facts === null || suspect.kind === "organic") return 0;
      const probability = priors.newIssue[suspect.kind];
      return Math.log(isNew ? probability : (1 - probability) / choices);
    },
    statement: () => isNew ? "the issue was never seen before" : "the issue had been seen before",
  };
};
