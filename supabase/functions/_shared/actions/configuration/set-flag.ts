import { z } from "zod";
import { configurationAction, declarationOf } from "./configuration-action.ts";
import { FLAG_PREFIX, keySchema, namedKey, settingKey } from "./keys.ts";

const parameters = z.object({ key: keySchema });

/** Turns a feature off (or whatever its declaration calls safe). Safe: the team declared the value itself. */
export const setFlag = configurationAction({
  name: "configuration.set-flag",
  title: "Turn the feature flag to its safe value",
  description: "Sets a declared feature flag to the value that its declaration calls safe.",
  risk: "safe",
  parameters,

  propose(diagnosis) {
    const named = namedKey(diagnosis, "flag", FLAG_PREFIX);
    const changed = settingKey(diagnosis);
    const key = named ?? (changed?.startsWith(FLAG_PREFIX) ? changed : null);
    return key === null ? null : { key };
  },

  async desired(_current, { key }, target) {
    return { value: (await declarationOf(target, key, "flag")).safe };
  },
});
