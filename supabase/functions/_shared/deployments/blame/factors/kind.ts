import { categoryProbability } from "../priors.ts";
import { isNewIssue, type SubjectState } from "../state.ts";
import { describe, type FactorRule, type Scene, type Suspect } from "./factor.ts";

/** Issues with fewer events than this are no old acquaintances that a cause would revive. */
const ACQUAINTED_EVENTS = 3;

/** Known issues of the service that a cause could have raised instead, and the one that it did. */
function acquaintances({ state, subject }: Scene): SubjectState[] {
  return Object.values(state.subjects).filter((other) =>
    other === subject ||
    (other.kind === "issue" && other.service === subject.service && other.facts !== null &&
      other.past.events + other.recent >= ACQUAINTED_EVENTS)
  );
}

/**
 * What kind of error it is, and whether it was seen before. Code that changed fails in ways nobody has seen, while outages and load
 * mostly revive old acquaintances; code breaks in code, vendors fail on the wire, load exhausts something. A cause that raises a known
 * issue picks one of those that fit it: there it counts how well this one does beside the others.
 */
export const kind: FactorRule = (scene) => {
  const { subject, priors, firstEventAt } = scene;
  const facts = subject.facts;
  const isNew = isNewIssue(subject, firstEventAt);
  const known = facts === null || isNew ? [] : acquaintances(scene);
  const picked = (suspect: Suspect) => {
    const weight = (one: SubjectState) => categoryProbability(one.facts!.category, suspect.kind);
    return weight(subject) / known.reduce((sum, one) => sum + weight(one), 0);
  };
  return {
    name: "kind",
    logLikelihood(suspect) {
      if (facts === null) return 0;
      // The hazards of `organic` are those of new issues and of each known one: newness is already in them.
      if (suspect.kind === "organic") {
        return isNew ? Math.log(categoryProbability(facts.category, "organic")) : 0;
      }
      const asNew = priors.newIssue[suspect.kind];
      return Math.log(
        isNew ? asNew * categoryProbability(facts.category, suspect.kind) : (1 - asNew) * picked(suspect),
      );
    },
    statement: (suspect) =>
      `${isNew ? "an issue never seen before" : "an issue that had been seen before"}, of category ${
        facts?.category ?? "unknown"
      }, against ${describe(suspect)}`,
  };
};
