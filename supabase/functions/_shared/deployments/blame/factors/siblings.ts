import type { FactorRule, Scene } from "./factor.ts";
import { SAME_INCIDENT_MS, type SubjectState } from "../state.ts";
import type { OtherCause } from "../types.ts";

/** P(it raises another issue as well), of the same service and of another one, by what it is: an odd input hits one line of code. */
const RAISES_BOTH: Record<"change" | OtherCause, [number, number]> = {
  change: [0.75, 0.6],
  external: [0.75, 0.6],
  traffic: [0.75, 0.6],
  leak: [0.75, 0.1],
  organic: [0.15, 0.05],
};
/** The whole family together speaks no louder than this against a suspect, beside the one that explains it best. */
const FAMILY_NATS = -7;
/** Each member after the first one counts so much: they are of one incident, and much of what they say is the same. */
const FURTHER = 0.5;

/** Open subjects of the same incident. A rate and an issue of one service are the same errors counted twice: not siblings. */
export function siblingsOf({ state, subject, firstEventAt }: Scene): SubjectState[] {
  return Object.values(state.subjects).filter((other) =>
    other !== subject && other.episode !== null && Object.keys(other.episode.shared).length > 0 &&
    Math.abs(other.episode.firstEventAt - firstEventAt) <= SAME_INCIDENT_MS &&
    (other.kind === subject.kind || other.service !== subject.service)
  );
}

/** ln P(the member's errors | suspect), up to a constant of the member. */
function ofOne(member: SubjectState, key: string, { subject }: Scene): number {
  const [here, elsewhere] =
    RAISES_BOTH[key.startsWith("other:") ? key.slice("other:".length) as OtherCause : "change"];
  const both = member.service === subject.service ? here : elsewhere;
  const explained = member.episode!.shared[key];
  return Math.log((explained === undefined ? 0 : both * Math.exp(explained)) + 1 - both);
}

/** What the other issues of the same incident make of each suspect: one incident has one cause. */
export const siblings: FactorRule = (scene) => {
  const family = siblingsOf(scene).map((member) => ({
    member,
    best: Math.max(...Object.keys(member.episode!.shared).map((key) => ofOne(member, key, scene))),
  }));
  const weight = (1 + FURTHER * (family.length - 1)) / family.length;
  return {
    name: "siblings",
    logLikelihood({ key }) {
      const sum = family.reduce((total, { member, best }) => total + ofOne(member, key, scene) - best, 0);
      return family.length === 0 ? 0 : Math.max(FAMILY_NATS, weight * sum);
    },
    statement: () =>
      family.length === 0 ? "no other issue began with it" : `${family.length} other issue(s) began with it`,
  };
};
