import { z } from "zod";
import { ActionError } from "../action-error.ts";
import { MINUTE_MS, phaseOf, SECOND_MS } from "../support/context.ts";
import { takingBack } from "../support/taken-back.ts";

const identifier = z.string().regex(/^[A-Za-z0-9_-]{1,100}$/);
const parameters = z.object({
  service: z.string().min(1).max(200),
  /** The deployment that production must still serve. */
  deployment: identifier,
  /** The one to go back to. */
  to: identifier,
  deployment_log_id: z.int().positive(),
  to_deployment_log_id: z.int().positive(),
});

/** Instant rollback: domains are pointed at what was built before; environment variables and cron jobs go back with it. */
export const [rollback, rollbackWithApproval] = takingBack({
  name: "vercel.rollback",
  title: "Roll production back on Vercel",
  description:
    "Points production at the deployment before the suspected one. The undo promotes that one again.",
  target: "vercel",
  method: "vercel_instant_rollback",
  risk: "guarded",
  reversible: true,
  parameters,
  expectedRecoveryMs: 5 * SECOND_MS,
  verificationWindowMs: 10 * MINUTE_MS,
  targetKey: ({ service }) => `vercel:${service}`,

  parametersFor({ service, externalId, id, rollback: { toId, toExternalId } }) {
    if (toId === null || toExternalId === null) return null;
    return {
      service,
      deployment: externalId,
      to: toExternalId,
      deployment_log_id: id,
      to_deployment_log_id: toId,
    };
  },

  async capture({ targets }, { deployment, to }) {
    const vercel = await targets.vercel.open();
    const serving = await vercel.serving();
    if (serving === to) throw new ActionError("not_applicable", `Production serves ${to} already.`);
    if (serving !== deployment) throw movedOn(serving);
    const { state } = await vercel.get(to);
    if (state !== "READY") {
      throw new ActionError("not_applicable", `The deployment ${to} cannot be served: it is ${state}.`);
    }
    return { serving };
  },

  async apply({ targets }, { to }) {
    await (await targets.vercel.open()).rollback(to);
    return { served: to };
  },

  async observe(context, { deployment, to }) {
    const serving = await (await context.targets.vercel.open()).serving();
    const [wanted, other] = phaseOf(context) === "apply" ? [to, deployment] : [deployment, to];
    return serving === wanted ? "applied" : serving === other ? "not_applied" : "unknown";
  },

  async rollback({ targets }, { deployment, to }) {
    const vercel = await targets.vercel.open();
    const serving = await vercel.serving();
    if (serving === deployment) return { served: deployment };
    if (serving !== to) throw movedOn(serving);
    await vercel.promote(deployment);
    return { served: deployment };
  },
});

function movedOn(serving: string | null): ActionError {
  return new ActionError(
    "conflict",
    `Production serves ${serving ?? "nothing"} by now: somebody deployed meanwhile, and theirs stays.`,
  );
}
