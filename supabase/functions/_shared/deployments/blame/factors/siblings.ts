import type { FactorRule, Scene, Suspect } from "./factor.ts";
import { SAME_INCIDENT_MS, type SubjectState } from "../state.ts";

/** P(it raises another issue as well), of the same service and of another one, by what it is: an odd input hits one line of code. */
const RAISES_BOTH: Record<"change" | "external" | "traffic" | "leak" | "organic", [number, number]> = {
  change: [0.75, 0.6],
  external: [0.75, 0.6],
  traffic: [0.75, 0.6],
  leak: [0.75, 0.1],
  organic: [0.15, 0.05],
};
/** The whole family together speaks no louder than this: its members are not independent. */
const FAMILY_NATS = { against: -3, for: 4 };

/** Open subjects of the same incident. A rate and an issue of one service are the same errors counted twice: not siblings. */
export function siblingsOf({ state, subject, firstEventAt }: Scene): SubjectState[] {
  return Object.values(state.subjects).filter((other) =>
    other !== subject && other.episode !== null && Object.keys(other.episode.shared).length > 0 &&
    Math.abs(other.episode.firstEventAt - firstEventAt) <= SAME_INCIDENT_MS &&
    (other.kind === subject.kind || other.service !== subject.service)
  );
}

/** What the other issues of the same incident make of each suspect: one incident has one cause. */
export const siblings: FactorRule = (scene) => {
  const family = siblingsOf(scene);
  const ofOne = (one: SubjectState, suspect: Suspect) => {
    const [here, elsewhere] = RAISES_BOTH[suspect.other ?? "change"];
    const both = one.service === scene.subject.service ? here : elsewhere;
    const explained = one.episode!.shared[suspect.key];
    return Math.log((explained === undefined ? 0 : both * Math.exp(explained)) + 1 - both);
  };
  return {
    name: "siblings",
    logLikelihood(suspect) {
      const sum = family.reduce((total, one) => total + ofOne(one, suspect), 0);
      return Math.min(FAMILY_NATS.for, Math.max(FAMILY_NATS.against, sum));
    },
    statement: () =>
      family.length === 0 ? "no other issue began with it" : `${family.length} other issue(s) began with it`,
  };
};
