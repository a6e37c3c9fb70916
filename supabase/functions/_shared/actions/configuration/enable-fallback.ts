import { z } from "zod";
import { configurationAction, declarationOf } from "./configuration-action.ts";
import { FALLBACK_PREFIX, keySchema, namedKey } from "./keys.ts";

const parameters = z.object({ key: keySchema });

/** Uses the second way of doing something. Guarded: a fallback is usually slower, dearer or less exact. */
export const enableFallback = configurationAction({
  name: "configuration.enable-fallback",
  title: "Switch to the fallback",
  description: "Sets a declared fallback switch to the value that uses the other service.",
  risk: "guarded",
  parameters,

  propose(diagnosis) {
    const key = namedKey(diagnosis, "fallback", FALLBACK_PREFIX);
    return key === null ? null : { key };
  },

  async desired(_current, { key }, target) {
    return { value: (await declarationOf(target, key, "fallback")).on };
  },
});
