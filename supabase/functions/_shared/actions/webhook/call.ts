import { z } from "zod";
import type { JsonObject } from "../../platform/json.ts";
import type { Action, ActionContext } from "../action.ts";
import { ActionError } from "../action-error.ts";
import type { Runbook } from "../integrations.ts";
import { MINUTE_MS, type Phase, SECOND_MS } from "../support/context.ts";
import { textFact } from "../support/facts.ts";
import type { Targets } from "../targets/targets.ts";

const argument = z.union([z.string().max(2000), z.number(), z.boolean()]);
export const callParameters = z.object({
  runbook: z.string().min(1).max(63),
  /** Runbooks with one subject touch the same thing. */
  subject: z.string().min(1).max(200).optional(),
  arguments: z.record(z.string().max(64), argument).default({}),
});
export type CallParameters = z.infer<typeof callParameters>;

/**
 * Any runbook of the team, started by hand. Guarded and irreversible, because nothing is known about it here; each
 * declared runbook also is an action of its own, with the risk that the team gave it (see `runbook.ts`).
 */
export const call: Action<CallParameters, Targets> = {
  name: "webhook.call",
  title: "Call a runbook",
  description: "Posts a signed request to a webhook that the team declared for this purpose.",
  target: "webhook",
  risk: "guarded",
  reversible: false,
  parameters: callParameters,
  expectedRecoveryMs: 30 * SECOND_MS,
  verificationWindowMs: 15 * MINUTE_MS,
  targetKey: ({ runbook, subject }) => `webhook:${subject ?? runbook}`,

  propose(diagnosis) {
    const runbook = textFact(diagnosis, "runbook");
    return runbook === null ? null : { runbook, arguments: {} };
  },

  capture({ targets }, { runbook }) {
    const { url, rollback_url, status_url } = declared(targets, runbook);
    return Promise.resolve({
      host: new URL(url).host,
      can_roll_back: rollback_url !== undefined,
      can_observe: status_url !== undefined,
    });
  },

  apply(context, parameters) {
    const runbook = declared(context.targets, parameters.runbook);
    return post(context, runbook, runbook.url, "apply", parameters);
  },

  async observe({ targets, idempotencyKey }, { runbook: name }) {
    const runbook = declared(targets, name);
    if (runbook.status_url === undefined) return "unknown";
    return await targets.webhook.status(name, runbook.status_url, idempotencyKey);
  },

  rollback(context, parameters) {
    const runbook = declared(context.targets, parameters.runbook);
    if (runbook.rollback_url === undefined) {
      throw new ActionError(
        "refused",
        `The runbook ${runbook.name} has no rollback URL: it cannot be taken back.`,
      );
    }
    return post(context, runbook, runbook.rollback_url, "rollback", parameters);
  },
};

function declared({ webhook }: Targets, name: string): Runbook {
  const runbook = webhook.runbook(name);
  if (runbook) return runbook;
  throw new ActionError(
    "unconfigured",
    `There is no runbook ${name}. Add a webhook integration of this name.`,
  );
}

async function post(
  context: ActionContext<Targets>,
  runbook: Runbook,
  url: string,
  phase: Phase,
  parameters: CallParameters,
): Promise<JsonObject> {
  const { status } = await context.targets.webhook.post(runbook.name, url, context.idempotencyKey, {
    type: `runbook.${phase}`,
    runbook: runbook.name,
    project_id: context.projectId,
    issue_id: context.issueId,
    fix_id: context.fixId,
    requested_at: context.now.toISOString(),
    arguments: parameters.arguments,
  });
  return { status };
}
