import { z } from "zod";
import { callRpc, type RpcClient } from "../../platform/rpc.ts";
import { forecastEscalation } from "./forecast.ts";

const HOUR_MS = 3_600_000;
/** Hours of the window that the forecast looks at: a week, so that a day of rest is not taken for the rule. */
const WINDOW_HOURS = 7 * 24;

const archivedSchema = z.array(z.object({
  issue_id: z.number(),
  first_seen_at: z.string(),
  /** Hours with events; the others had none. */
  hours: z.array(z.object({ hour_at: z.string(), event_count: z.number() })),
}));

/** Forecasts how much archived issues may do without coming back; record_batch compares with what is stored here. */
export async function reviewIssues(world: { client: RpcClient; now: () => Date }): Promise<{ done: true }> {
  const now = world.now();
  const issues = await callRpc(world.client, "archived_issues", { p_now: now.toISOString() }, archivedSchema);
  if (issues.length > 0) {
    await callRpc(world.client, "store_forecasts", {
      p_now: now.toISOString(),
      p_forecasts: issues.map(({ issue_id, first_seen_at, hours }) => ({
        issue_id,
        escalates_above: forecastEscalation(
          fillHours(hours.map(({ event_count }) => event_count), hoursOfLife(first_seen_at, now)),
        ).escalatesAbove,
      })),
    }, z.number());
  }
  return { done: true };
}

/** Whole hours of the window in which the issue existed. */
function hoursOfLife(firstSeenAt: string, now: Date): number {
  const age = Math.ceil((now.getTime() - Date.parse(firstSeenAt)) / HOUR_MS);
  return Math.min(WINDOW_HOURS, Math.max(1, age));
}

function fillHours(counts: number[], length: number): number[] {
  return [...counts, ...new Array<number>(Math.max(0, length - counts.length)).fill(0)];
}
