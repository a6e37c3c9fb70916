import { z } from "zod";
import { configurationAction, declarationOf } from "./configuration-action.ts";
import { BREAKER_PREFIX, keySchema, namedKey } from "./keys.ts";

const parameters = z.object({ key: keySchema });

/** Stops calling a dependency that fails. Guarded: what needs the dependency fails fast while it is open. */
export const openBreaker = configurationAction({
  name: "configuration.open-breaker",
  title: "Open the circuit breaker",
  description:
    "Sets a declared circuit breaker of the application to open, so that a failing dependency is not called.",
  risk: "guarded",
  parameters,

  propose(diagnosis) {
    const key = namedKey(diagnosis, "breaker", BREAKER_PREFIX);
    return key === null ? null : { key };
  },

  async desired(_current, { key }, target) {
    return { value: (await declarationOf(target, key, "breaker")).open };
  },
});
