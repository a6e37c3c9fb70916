import { z } from "zod";
import { ActionError } from "../action-error.ts";
import { configurationAction } from "./configuration-action.ts";
import { keySchema } from "./keys.ts";

const parameters = z.object({
  key: keySchema,
  /** The version that is suspected; it must still be the current one. */
  version: z.int().positive(),
  /** The version to go back to; null: the key did not exist before, and is unset again. */
  previous_version: z.int().positive().nullable(),
});

/** Takes back the suspected change. Safe: the value before has been in use, and the revert itself can be reverted. */
export const revert = configurationAction({
  name: "configuration.revert",
  title: "Revert the configuration change",
  description: "Gives a configuration key the value that it had before the suspected change.",
  risk: "safe",
  parameters,

  propose(diagnosis) {
    const change = diagnosis.changes.find((one) => one.kind === "configuration");
    if (!change) return null;
    const proposed = parameters.safeParse({
      key: change.subject,
      version: versionNumber(change.version),
      previous_version: change.previousVersion === null ? null : versionNumber(change.previousVersion),
    });
    return proposed.success ? proposed.data : null;
  },

  async desired(current, { key, version, previous_version }, target) {
    if (current.version !== version) {
      throw new ActionError(
        "conflict",
        `${key} is at version ${current.version}; suspected was version ${version}.`,
      );
    }
    if (previous_version === null) return { value: null };
    const previous = await target.read(key, previous_version);
    if (!previous) {
      throw new ActionError("not_applicable", `Version ${previous_version} of ${key} does not exist.`);
    }
    return { value: previous.value, revertsVersion: previous.version };
  },
});

function versionNumber(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : NaN;
}
