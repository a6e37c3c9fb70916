import { z } from "zod";
import { configurationAction } from "./configuration-action.ts";
import { limitKey } from "./keys.ts";
import { limitParameters, movedLimit } from "./move-limit.ts";

const HALF = 0.5;

/** Less concurrency, smaller batches, a lower rate. Guarded: while it is in force, users may wait longer. */
export const tightenLimit = configurationAction({
  name: "configuration.tighten-limit",
  title: "Tighten the limit",
  description:
    "Lowers a declared concurrency, rate or batch limit, by half unless told otherwise, within its bounds.",
  risk: "guarded",
  parameters: limitParameters(z.number().gt(0).lt(1).default(HALF)),

  propose(diagnosis) {
    const key = limitKey(diagnosis);
    return key === null || diagnosis.facts.limit_relief === "raise" ? null : { key, factor: HALF };
  },

  desired: movedLimit,
});
