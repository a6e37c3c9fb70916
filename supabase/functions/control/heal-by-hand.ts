import { z } from "@hono/zod-openapi";
import type { SupabaseContext } from "@supabase/server";
import { type AnyAction, findAction } from "../_shared/actions/catalogue.ts";
import { parseIntegrations } from "../_shared/actions/integrations.ts";
import { failures } from "../_shared/platform/errors.ts";
import type { JsonObject } from "../_shared/platform/json.ts";
import { callRpc, parseAnswer } from "../_shared/platform/rpc.ts";

type Client = SupabaseContext["supabase"];

export interface HandHeal {
  project: number;
  component: string;
  action: string;
  parameters: JsonObject;
  reason: string;
  /** `user:<uuid>`, or the database role of a machine. */
  actor: string;
}

/** Nobody estimated it: the record says so, and this even number claims nothing. */
const UNKNOWN_CONFIDENCE = 0.5;

const integrationRows = z.array(z.object({ kind: z.string(), name: z.string(), configuration: z.json() }));
const storedSchema = z.object({ fix_ids: z.array(z.number().int()).length(1) });

/**
 * Stores a decision that a person made, with its approved fix; the engine applies it like any other. The database checks
 * the caller's role when the issue is opened, and only then the decision is stored, with the service role.
 *
 * @throws Failure `invalid_request` for an action that the project has not or parameters that do not fit it, `forbidden`
 * below operator, `not_found` for strangers.
 */
export async function healByHand(
  heal: HandHeal,
  caller: Client,
  admin: Client,
): Promise<{ issue_id: number; fix_id: number }> {
  const { project, component, reason, actor } = heal;
  const action = await actionOf(heal, caller);
  const parameters = parametersOf(action, heal.parameters);
  const targetKey = action.targetKey(parameters);

  const issue_id = await callRpc(caller, "open_manual_issue", {
    p_project_id: project,
    p_component: component,
    p_action: action.name,
  }, z.number().int());
  const { threshold } = await callRpc(
    admin,
    "get_threshold",
    { p_project_id: project },
    z.object({ threshold: z.number() }),
  );
  const { fix_ids: [fix_id] } = await callRpc(admin, "store_decision", {
    p_decision: {
      issue_id,
      verdict: "apply",
      action: action.name,
      target_key: targetKey,
      parameters,
      confidence: UNKNOWN_CONFIDENCE,
      threshold,
      explanation: `${action.title}, decided by hand: ${reason}`,
      record: {
        by_hand: true,
        verdict: "apply",
        reasons: [reason],
        chosen: {
          action: action.name,
          parameters,
          targetKey,
          sources: [],
          rawProbability: UNKNOWN_CONFIDENCE,
        },
        inform: null,
      },
      decided_by: actor,
      fixes: [{
        action: action.name,
        target_key: targetKey,
        parameters,
        risk: action.risk,
        reversible: action.reversible,
        informational: action.informational ?? false,
        automatic: false,
        confidence: UNKNOWN_CONFIDENCE,
        state: "approved",
        approved_by: actor,
        reason,
      }],
    },
  }, storedSchema);
  return { issue_id, fix_id: fix_id! };
}

async function actionOf({ project, action: name }: HandHeal, caller: Client): Promise<AnyAction> {
  const rows = await caller.from("integrations").select("kind, name, configuration")
    .eq("project_id", project).eq("enabled", true);
  const { integrations } = parseIntegrations(parseAnswer(rows, integrationRows, "integrations"));
  const action = findAction(name, integrations);
  if (action) return action;
  throw failures.invalidRequest(
    `This project has no action ${name}: there is none of that name, or the integration that it needs is not set up.`,
  );
}

function parametersOf(action: AnyAction, given: JsonObject): JsonObject {
  const parsed = action.parameters.safeParse(given);
  if (parsed.success) return parsed.data;
  throw failures.invalidRequest(`The parameters do not fit ${action.name}. See details.`, {
    details: parsed.error.issues.map((issue) => ({
      path: ["json", "parameters", ...issue.path].join("."),
      message: issue.message,
    })),
  });
}
