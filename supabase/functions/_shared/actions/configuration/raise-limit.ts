import { z } from "zod";
import { configurationAction } from "./configuration-action.ts";
import { limitKey } from "./keys.ts";
import { limitParameters, movedLimit } from "./move-limit.ts";

const BY_HALF = 1.5;
const MAX_FACTOR = 4;

/** A larger pool, a longer time-out. Guarded: what it gives here may be missing elsewhere, e.g. database connections. */
export const raiseLimit = configurationAction({
  name: "configuration.raise-limit",
  title: "Raise the limit",
  description:
    "Raises a declared pool size, quota or time-out, by half unless told otherwise, within its bounds.",
  risk: "guarded",
  parameters: limitParameters(z.number().gt(1).max(MAX_FACTOR).default(BY_HALF)),

  propose(diagnosis) {
    const key = limitKey(diagnosis);
    return key === null || diagnosis.facts.limit_relief === "lower" ? null : { key, factor: BY_HALF };
  },

  desired: movedLimit,
});
