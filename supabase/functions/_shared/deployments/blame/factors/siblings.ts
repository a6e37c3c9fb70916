import type { FactorRule, Scene } from "./factor.ts";
import type { SubjectState } from "../state.ts";

/** Subjects whose first events lie this close are taken for one incident. */
const SAME_INCIDENT_MS = 120_000;
/** P(one cause | close in time), in the same service and in another one: two incidents may coincide. */
const SAME_CAUSE = { sameService: 0.75, elsewhere: 0.6 };
/** The whole family together speaks no louder than this: its members are not independent. */
const FAMILY_NATS = -3;

/** Open subjects of the same incident. A rate and an issue of one service are the same errors counted twice: not siblings. */
function siblingsOf({ state, subject, firstEventAt }: Scene): SubjectState[] {
  return Object.values(state.subjects).filter((other) =>
    other !== subject && other.episode !== null && Object.keys(other.episode.scores).length > 0 &&
    Math.abs(other.episode.firstEventAt - firstEventAt) <= SAME_INCIDENT_MS &&
    (other.kind === subject.kind || other.service !== subject.service)
  );
}

/** What the other issues of the same incident make of each suspect: one incident has one cause. */
export const siblings: FactorRule = (scene) => {
  const family = siblingsOf(scene);
  const best = family.map((one) => Math.max(...Object.values(one.episode!.scores)));
  return {
    name: "siblings",
    logLikelihood(suspect) {
      const sum = family.reduce((total, one, index) => {
        const score = one.episode!.scores[suspect.key];
        const fit = score === undefined ? 0 : Math.exp(score - best[index]!);
        const related = one.service === scene.subject.service ? SAME_CAUSE.sameService : SAME_CAUSE.elsewhere;
        return total + Math.log(related * fit + 1 - related);
      }, 0);
      return Math.max(FAMILY_NATS, sum);
    },
    statement: () =>
      family.length === 0 ? "no other issue began with it" : `${family.length} other issue(s) began with it`,
  };
};
