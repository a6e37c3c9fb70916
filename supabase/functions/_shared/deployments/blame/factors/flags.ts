import { logMix } from "../counts.ts";
import { plannedShare } from "../exposure.ts";
import { samplesOf } from "../samples.ts";
import type { Change, Sample } from "../types.ts";
import type { FactorRule } from "./factor.ts";

/** P(code that fails asks for a flag | the flag is not the cause): scopes remember every flag that was asked for. */
const ASKED_ANYWAY = 0.4;
/** Where it is asked for, share of the events that do not tell; where it is not, share of those that tell nevertheless. */
const UNTOLD = 0.08;
const ODD = 0.01;
/** Share of the failing events that have the new value where it is the cause. */
const NEW_VALUE = 0.97;
/** P(what is seen is as if it were innocent | it is the cause): another process asked, as where another service fails, or all share what it spoilt. */
const UNSEEN = { here: 0.12, elsewhere: 0.7 };
/** Users keep their value and come again: events weigh less than as many draws of the share. */
const CONCENTRATION = 4;
const SURE = 0.98;

/** Whether the events had the new value of a flag that changed. */
export const flags: FactorRule = (scene) => {
  const told = samplesOf(scene).filter(({ flags }) => flags !== null);
  const valuesOf = (change: Change) =>
    told.filter(({ at }) => at >= change.at).map((sample) => ({
      isNew: isNew(sample, change),
      share: plannedShare(change, sample.at),
    }));
  return {
    name: "flags",
    logLikelihood({ change }) {
      if (!change || change.value === null || told.length === 0) return 0;
      const values = valuesOf(change);
      const innocent = ifInnocent(values);
      const isHere = change.service === null || change.service === scene.subject.service;
      const unseen = UNSEEN[isHere ? "here" : "elsewhere"];
      return logMix([1 - unseen, ifGuilty(values)], [unseen, innocent]) - innocent;
    },
    statement({ change }) {
      if (!change || change.value === null || told.length === 0) return "the events tell of no flags";
      const values = valuesOf(change);
      const having = values.filter(({ isNew }) => isNew).length;
      return `${having} of ${values.length} events had ${change.names[0] ?? change.id} ${
        change.value ? "on" : "off"
      }`;
    },
  };
};

/** Whether the event had the value that the change brought; null when its code did not ask. */
function isNew({ flags }: Pick<Sample, "flags">, { names, value }: Change): boolean | null {
  const name = names.find((one) => flags !== null && Object.hasOwn(flags, one));
  return name === undefined ? null : flags![name] === value;
}

interface Value {
  isNew: boolean | null;
  /** Share of the traffic that had the new value by then. */
  share: number;
}

function ifGuilty(values: readonly Value[]): number {
  return values.reduce(
    (sum, { isNew }) =>
      sum + Math.log(isNew === null ? UNTOLD : (1 - UNTOLD) * (isNew ? NEW_VALUE : 1 - NEW_VALUE)),
    0,
  );
}

function ifInnocent(values: readonly Value[]): number {
  let [asked, not] = [0, 0];
  let [having, seen] = [0, 0];
  for (const { isNew, share } of values) {
    if (isNew === null) {
      asked += Math.log(UNTOLD);
      not += Math.log(1 - ODD);
      continue;
    }
    const prior = Math.min(SURE, Math.max(1 - SURE, share));
    const chance = (CONCENTRATION * prior + having) / (CONCENTRATION + seen);
    asked += Math.log((1 - UNTOLD) * (isNew ? chance : 1 - chance));
    not += Math.log(ODD);
    if (isNew) having++;
    seen++;
  }
  return logMix([ASKED_ANYWAY, asked], [1 - ASKED_ANYWAY, not]);
}
