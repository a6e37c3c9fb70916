import type { BlamePriors } from "../priors.ts";
import type { BlameState, SubjectState } from "../state.ts";
import type { Change, ChangeKind, OtherCause } from "../types.ts";

/** A possible cause while it is being weighed: exactly one of `change` and `other` is set. */
export interface Suspect {
  key: string;
  change: Change | null;
  other: OtherCause | null;
  kind: ChangeKind | OtherCause;
}

/** What every factor is given. `firstEventAt` and `now` in ms. */
export interface Scene {
  state: BlameState;
  subject: SubjectState;
  priors: BlamePriors;
  firstEventAt: number;
  now: number;
}

/**
 * One kind of evidence. `logLikelihood` is ln P(what was seen | suspect), up to a constant that is the same for all
 * suspects; 0 for all of them when there is nothing to see.
 */
export interface FactorView {
  name: string;
  logLikelihood(suspect: Suspect): number;
  /** What was seen, as a sentence about the leading suspect. */
  statement(suspect: Suspect): string;
}

export type FactorRule = (scene: Scene) => FactorView;

export function describe(suspect: Suspect): string {
  if (!suspect.change) {
    const names: Record<OtherCause, string> = {
      external: "an external outage",
      traffic: "a traffic spike",
      leak: "a slow leak",
      organic: "an error of its own",
    };
    return names[suspect.other ?? "organic"];
  }
  return `${suspect.change.kind.replace("_", " ")} ${suspect.change.version ?? suspect.change.id}`;
}
