import { findAction } from "../actions/catalogue.ts";
import type { AnyAction } from "../actions/catalogue.ts";
import type { ActionContext, Observation } from "../actions/action.ts";
import { ActionError } from "../actions/action-error.ts";
import { type IntegrationRow, parseIntegrations } from "../actions/integrations.ts";
import type { Phase } from "../actions/support/context.ts";
import { createTargets, type TargetOptions, type Targets } from "../actions/targets/targets.ts";
import type { Job } from "../platform/jobs.ts";
import type { FixContext } from "./fix.ts";

/** What every project's adapters share; the rest is the project's own. */
export type SharedTargetOptions = Omit<TargetOptions, "projectId" | "integrations">;

/** The adapters of one project, made from its own integrations. */
export type TargetsOf = (projectId: number, integrations: readonly IntegrationRow[]) => Targets;

export function targetsFrom(shared: (projectId: number) => SharedTargetOptions): TargetsOf {
  return (projectId, rows) =>
    createTargets({ ...shared(projectId), projectId, integrations: parseIntegrations(rows).integrations });
}

/** The action of a fix and what it needs for one phase; null when the project has no such action (any more). */
export function actionOf(
  context: FixContext,
  phase: Phase,
  targetsOf: TargetsOf,
  now: Date,
): { action: AnyAction; given: ActionContext<Targets> } | null {
  const { fix, integrations } = context;
  const action = findAction(fix.action, parseIntegrations(integrations).integrations);
  if (!action) return null;
  return {
    action,
    given: {
      projectId: fix.project_id,
      fixId: String(fix.id),
      issueId: fix.issue_id,
      idempotencyKey: `fix:${fix.id}:${phase}`,
      now,
      targets: targetsOf(fix.project_id, integrations),
    },
  };
}

/** A target that does not answer is asked this often (about half a minute), then it counts as one that cannot tell. */
const MAX_OBSERVE_ATTEMPTS = 6;

/** What the target says about a side effect. Throws while it makes sense to ask again: no fix waits for an answer for ever. */
export async function askTarget(
  { action, given }: { action: AnyAction; given: ActionContext<Targets> },
  fix: FixContext["fix"],
  job: Job,
): Promise<Observation> {
  try {
    return await action.observe(given, fix.parameters, fix.before_state ?? {});
  } catch (error) {
    const again = error instanceof ActionError ? error.retry : true;
    if (again && job.attempt < MAX_OBSERVE_ATTEMPTS) throw error;
    return "unknown";
  }
}
