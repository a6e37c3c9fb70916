import { z } from "zod";
import { configurationAction, declarationOf } from "./configuration-action.ts";
import { BREAKER_PREFIX, keySchema, namedKey } from "./keys.ts";

const parameters = z.object({ key: keySchema });

/** Lets calls through again. Safe: a breaker that finds the dependency still down opens by itself. */
export const resetBreaker = configurationAction({
  name: "configuration.reset-breaker",
  title: "Reset the circuit breaker",
  description:
    "Sets a declared circuit breaker of the application back to closed, so that the dependency is called again.",
  risk: "safe",
  parameters,

  propose(diagnosis) {
    const key = namedKey(diagnosis, "breaker", BREAKER_PREFIX);
    return key === null ? null : { key };
  },

  async desired(_current, { key }, target) {
    return { value: (await declarationOf(target, key, "breaker")).closed };
  },
});
