import { loadStats, refreshStandings } from "../learn/patterns/standing.ts";
import type { RpcClient } from "../platform/rpc.ts";
import { DONE, type StepResult } from "./step.ts";

/**
 * What time alone changes in the patterns: outcomes fade, learnt patterns that nothing matches any more are deprecated, and built-in
 * ones that were proved wrong long ago get another chance.
 */
export async function reviewPatterns(world: { client: RpcClient; now: () => Date }): Promise<StepResult> {
  await refreshStandings(world.client, await loadStats(world.client, null), world.now());
  return DONE;
}
