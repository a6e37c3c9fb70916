import type { JsonObject } from "../platform/json.ts";
import type { Action, TargetKind } from "./action.ts";
import { enableFallback } from "./configuration/enable-fallback.ts";
import { openBreaker } from "./configuration/open-breaker.ts";
import { raiseLimit } from "./configuration/raise-limit.ts";
import { resetBreaker } from "./configuration/reset-breaker.ts";
import { revert } from "./configuration/revert.ts";
import { setFlag } from "./configuration/set-flag.ts";
import { tightenLimit } from "./configuration/tighten-limit.ts";
import { openIssue } from "./github/open-issue.ts";
import { revert as revertCommit } from "./github/revert.ts";
import type { Integrations } from "./integrations.ts";
import { message } from "./notify/message.ts";
import { analyze } from "./postgres/analyze.ts";
import { cancelQuery } from "./postgres/cancel-query.ts";
import { createIndex } from "./postgres/create-index.ts";
import { endBlockingSession } from "./postgres/end-blocking-session.ts";
import { endIdleSession } from "./postgres/end-idle-session.ts";
import { refreshView } from "./postgres/refresh-view.ts";
import { reindex } from "./postgres/reindex.ts";
import { requeueDeadJobs } from "./postgres/requeue-dead-jobs.ts";
import { vacuum } from "./postgres/vacuum.ts";
import { restart } from "./process/restart.ts";
import {
  rollback as rollBackProcess,
  rollbackWithApproval as rollBackProcessWithApproval,
} from "./process/rollback.ts";
import { redeployFunction, redeployFunctionWithApproval } from "./supabase/redeploy-function.ts";
import type { Targets } from "./targets/targets.ts";
import { abortRollingRelease, abortRollingReleaseWithApproval } from "./vercel/abort-rolling-release.ts";
import {
  rollback as rollBackVercel,
  rollbackWithApproval as rollBackVercelWithApproval,
} from "./vercel/rollback.ts";
import { call } from "./webhook/call.ts";
import { runbookAction } from "./webhook/runbook.ts";

/** An action whose parameters have been checked by its own schema, or are about to be. */
export type AnyAction = Action<JsonObject, Targets>;

/** Everything that Prunella can do in every project. */
export const CATALOGUE: readonly AnyAction[] = [
  revert,
  setFlag,
  tightenLimit,
  raiseLimit,
  openBreaker,
  resetBreaker,
  enableFallback,
  cancelQuery,
  endIdleSession,
  endBlockingSession,
  createIndex,
  analyze,
  vacuum,
  reindex,
  refreshView,
  requeueDeadJobs,
  call,
  message,
  openIssue,
  revertCommit,
  rollBackVercel,
  rollBackVercelWithApproval,
  abortRollingRelease,
  abortRollingReleaseWithApproval,
  redeployFunction,
  redeployFunctionWithApproval,
  rollBackProcess,
  rollBackProcessWithApproval,
  restart,
];

/** What Prunella can do in this project: the catalogue as far as its targets are set up, and the project's runbooks. */
export function actionsFor(integrations: Integrations): AnyAction[] {
  // Configuration lives in this database and needs no integration.
  const isSetUp: Partial<Record<TargetKind, boolean>> = {
    configuration: true,
    postgres: integrations.postgres !== null,
    webhook: integrations.runbooks.length > 0,
    notify: integrations.channels.length > 0,
    github: integrations.github !== null,
    vercel: integrations.vercel !== null,
    supabase: integrations.supabase !== null,
    process: integrations.process !== null,
  };
  const possible = CATALOGUE.filter((action) => isSetUp[action.target] ?? false);
  return [...possible, ...integrations.runbooks.map(runbookAction)];
}

/** The action of this name, or null when this project has none such. */
export function findAction(name: string, integrations: Integrations): AnyAction | null {
  return actionsFor(integrations).find((action) => action.name === name) ?? null;
}
