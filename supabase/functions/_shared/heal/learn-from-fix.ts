import { z } from "zod";
import { fitCalibration } from "../learn/calibration.ts";
import type { Outcome } from "../learn/lesson.ts";
import { choiceSchema, learn, loadForecasts } from "../learn/store.ts";
import type { Job } from "../platform/jobs.ts";
import { callRpc, type RpcClient } from "../platform/rpc.ts";
import type { FixContext } from "./fix.ts";
import { learnPatterns } from "./learn-patterns.ts";
import { DONE, fixIdOf, type HealWorld, type StepResult } from "./step.ts";

/** The calibration map is fitted again after this many new outcomes. */
const REFIT_EVERY = 5;

/**
 * What the end of a fix teaches, and what follows for the issue: a fix that did not help hands over to the next candidate, which is
 * chosen with this lesson already learnt.
 */
export async function learnFromFix(world: HealWorld & { client: RpcClient }, job: Job): Promise<StepResult> {
  const context = await world.fixes.load(fixIdOf(job));
  if (!context) return DONE;
  const { fix } = context;
  const outcome = outcomeOf(context);
  const choice = choiceSchema.nullable().catch(null).parse(fix.informational ? null : context.chosen);
  if (outcome && choice) {
    const lesson = await learn(
      world.client,
      { id: fix.id, projectId: fix.project_id, choice },
      outcome,
      world.now(),
    );
    if (lesson?.forecast) await recalibrate(world.client);
    await learnPatterns(world.client, fix.id, choice, outcome, world.now());
  }
  const isOver = fix.informational || fix.state === "succeeded" || fix.outcome === "overridden";
  if (!isOver) await callRpc(world.client, "queue_diagnosis", { p_issue_id: fix.issue_id }, z.null());
  return DONE;
}

/** Null where the end says nothing about the action: it was never applied, or a person took it back for reasons of their own. */
function outcomeOf({ fix }: FixContext): Outcome | null {
  if (fix.state === "dismissed") return "dismissed";
  if (fix.outcome === "succeeded" || fix.outcome === "not_resolved") return fix.outcome;
  return fix.outcome === "inconclusive" ? "inconclusive" : null;
}

async function recalibrate(client: RpcClient): Promise<void> {
  const forecasts = await loadForecasts(client);
  if (forecasts.length % REFIT_EVERY !== 0) return;
  const { map, sentence } = fitCalibration(forecasts);
  await callRpc(client, "change_config", {
    p_project_id: null,
    p_key: "learning.calibration",
    p_value: map,
    p_reason: sentence,
  }, z.unknown());
}
