import { z } from "zod";
import { ActionError } from "../action-error.ts";
import type { ConfigurationTarget, ConfigurationVersion } from "../targets/configuration.ts";
import { declarationOf, type Desired } from "./configuration-action.ts";
import { keySchema } from "./keys.ts";

/** Parameters of the two actions that move a limit: the key, and by what its value is multiplied. */
export const limitParameters = (factor: z.ZodType<number>) => z.object({ key: keySchema, factor });

/** The limit multiplied, rounded toward where it was when whole numbers are wanted, and kept within its declared bounds. */
export async function movedLimit(
  current: ConfigurationVersion,
  { key, factor }: { key: string; factor: number },
  target: ConfigurationTarget,
): Promise<Desired> {
  const limit = await declarationOf(target, key, "limit");
  const direction = factor < 1 ? "lower" : "raise";
  if (limit.relief !== "either" && limit.relief !== direction) {
    throw new ActionError(
      "not_applicable",
      `${key} brings relief when one ${limit.relief}s it: so it is declared.`,
    );
  }
  if (typeof current.value !== "number") {
    throw new ActionError("not_applicable", `${key} is not a number and cannot be moved.`);
  }
  const moved = bounded(current.value, factor, limit);
  if (direction === "lower" ? moved >= current.value : moved <= current.value) {
    throw new ActionError("not_applicable", `${key} is at its declared bound already.`);
  }
  return { value: moved };
}

/**
 * @example bounded(7, 0.5, { min: 1, max: 50, integer: true }) // 3
 * @example bounded(40, 1.5, { min: 1, max: 50, integer: true }) // 50
 */
export function bounded(
  value: number,
  factor: number,
  { min, max, integer }: { min: number; max: number; integer: boolean },
): number {
  // A limit of 1 raised by half must become 2 and one of 3 halved 1: rounding away from the old value always moves it.
  const exact = value * factor;
  const rounded = !integer ? exact : factor < 1 ? Math.floor(exact) : Math.ceil(exact);
  const lowest = integer ? Math.ceil(min) : min;
  const highest = integer ? Math.floor(max) : max;
  return Math.min(highest, Math.max(lowest, rounded));
}
