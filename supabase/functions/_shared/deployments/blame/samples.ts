import type { Scene } from "./factors/factor.ts";
import { BIN_MS, type SubjectState } from "./state.ts";

/** What is known closely of the events of a rise. */
export function samplesOf({ subject, firstEventAt }: Scene): SubjectState["samples"] {
  return subject.samples.filter(({ at }) => at >= firstEventAt - BIN_MS);
}
