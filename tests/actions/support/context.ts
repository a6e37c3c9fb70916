import type { ActionContext } from "../../../supabase/functions/_shared/actions/action.ts";
import type { Targets } from "../../../supabase/functions/_shared/actions/targets/targets.ts";

export const NOW = new Date("2026-01-02T03:04:05.000Z");

/** The contexts of one fix: of its application and of its rollback. */
export function contextsOf(targets: Targets, fixId: string = crypto.randomUUID(), projectId = 1) {
  const shared = { projectId, fixId, issueId: 77, now: NOW, targets };
  return {
    applying: { ...shared, idempotencyKey: `fix:${fixId}:apply` } satisfies ActionContext<Targets>,
    rollingBack: { ...shared, idempotencyKey: `fix:${fixId}:rollback` } satisfies ActionContext<Targets>,
  };
}
