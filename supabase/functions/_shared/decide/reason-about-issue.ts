import { z } from "zod";
import { actionsFor, type AnyAction } from "../actions/catalogue.ts";
import { declarationsSchema } from "../actions/declarations.ts";
import { parseIntegrations } from "../actions/integrations.ts";
import type { Diagnosis } from "../diagnose/diagnosis.ts";
import type { CheckParameters } from "../diagnose/reasoning/answer.ts";
import { type Asked, askModel, FRESH_MS } from "../diagnose/reasoning/ask.ts";
import { costMicros, type Prices, pricesSchema } from "../diagnose/reasoning/budget.ts";
import type { Model } from "../diagnose/reasoning/model.ts";
import { type OfferedAction, PROMPT_VERSION } from "../diagnose/reasoning/prompt.ts";
import {
  type ModelProposal,
  modelProposalSchema,
  similarFixesSchema,
} from "../diagnose/reasoning/reasoning.ts";
import { reasonByRules } from "../diagnose/reasoning/rules.ts";
import { DONE, type StepResult } from "../heal/step.ts";
import type { Job } from "../platform/jobs.ts";
import type { JsonObject } from "../platform/json.ts";
import { callRpc, type RpcClient } from "../platform/rpc.ts";
import type { ErrorEvent } from "../signals/event.ts";

export interface ReasonWorld {
  client: RpcClient;
  /** Null: no endpoint is set up, and everything works by rules. */
  model: Model | null;
  now: () => Date;
}

const contextSchema = z.object({
  issue: z.object({ id: z.number(), project_id: z.number(), status: z.string() }),
  // Stored by the diagnosis and by ingest in these shapes, which are contracts between the stages.
  diagnosis: z.custom<Diagnosis>((value) => typeof value === "object" && value !== null && "facts" in value)
    .nullable(),
  event: z.custom<ErrorEvent>((value) => typeof value === "object" && value !== null && "exceptions" in value)
    .nullable(),
  similar: similarFixesSchema,
  enabled: z.boolean().catch(false),
  budget: pricesSchema,
  declarations: z.json(),
  integrations: z.array(z.object({ kind: z.string(), name: z.string(), configuration: z.json() })),
});
type Context = z.output<typeof contextSchema>;

const ENDED = ["resolved", "ignored", "archived"];

/** Asks for reasoning about an issue that could not be healed at once, if there is a model to ask and it was not asked lately. */
export async function queueReasoning({ client, model }: ReasonWorld, issueId: number): Promise<void> {
  if (model === null) return;
  await callRpc(client, "queue_reasoning", {
    p_issue_id: issueId,
    p_model: model.name,
    p_prompt_version: PROMPT_VERSION,
  }, z.boolean());
}

/** What the model proposed about an issue, if it was asked. */
export async function loadProposals(
  { client, model }: ReasonWorld,
  issueId: number,
): Promise<ModelProposal[]> {
  if (model === null) return [];
  return await callRpc(client, "model_proposals", {
    p_issue_id: issueId,
    p_model: model.name,
    p_prompt_version: PROMPT_VERSION,
  }, z.array(modelProposalSchema).nullable().catch(null)) ?? [];
}

/**
 * Asks the model what it thinks of an issue. Its answer is stored for people; its proposals make the engine look once more, with them as
 * further candidates. Nothing is lost when the model does not answer: the rules' reasoning is stored in its place.
 */
export async function reasonAboutIssue(world: ReasonWorld, job: Job): Promise<StepResult> {
  const { client, model, now } = world;
  if (job.issueId === null || model === null) return DONE;
  const context = await callRpc(
    client,
    "reasoning_context",
    { p_issue_id: job.issueId },
    contextSchema.nullable(),
  );
  if (!context?.event || !context.diagnosis || !context.enabled || ENDED.includes(context.issue.status)) {
    return DONE;
  }
  const actions = actionsFor(parseIntegrations(context.integrations).integrations)
    .filter(({ informational }) => !informational);
  const asked = await askModel({
    event: context.event,
    diagnosis: context.diagnosis,
    similar: context.similar,
    actions: actions.map(offer),
    names: namesOf(context),
  }, {
    model,
    client,
    projectId: context.issue.project_id,
    prices: context.budget,
    check: checkBy(actions),
  });
  await store(world, model, { ...context, diagnosis: context.diagnosis }, asked, now());
  if (asked.reasoning && asked.reasoning.proposals.length > 0) {
    await callRpc(client, "queue_diagnosis", { p_issue_id: job.issueId }, z.null());
  }
  return DONE;
}

function offer({ name, description, parameters }: AnyAction): OfferedAction {
  return { name, description, parameters: schemaOf(parameters) };
}

function schemaOf(parameters: z.ZodType): JsonObject {
  const json = z.toJSONSchema(parameters, { unrepresentable: "any", io: "input" });
  return z.record(z.string(), z.json()).parse(JSON.parse(JSON.stringify(json)));
}

/** The settings and runbooks that the project declared. */
function namesOf({ declarations, integrations }: Context): string[] {
  return [
    ...Object.keys(declarationsSchema.parse(declarations)),
    ...integrations.filter(({ kind }) => kind === "webhook").map(({ name }) => name),
  ];
}

function checkBy(actions: readonly AnyAction[]): CheckParameters {
  return (name, parameters) => {
    const action = actions.find((each) => each.name === name);
    if (!action) return { problem: "This project has no such action." };
    const checked = action.parameters.safeParse(parameters);
    if (checked.success) return { parameters: checked.data };
    const problems = checked.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    return { problem: `Its parameters are not valid: ${problems.join("; ").slice(0, 300)}` };
  };
}

async function store(
  { client }: ReasonWorld,
  model: Model,
  context: Context & { diagnosis: Diagnosis },
  { status, reason, reasoning, used }: Asked,
  now: Date,
): Promise<void> {
  const prices: Prices = context.budget;
  await callRpc(client, "store_reasoning", {
    p_reasoning: {
      issue_id: context.issue.id,
      model: model.name,
      prompt_version: PROMPT_VERSION,
      status,
      reason,
      content: reasoning ?? reasonByRules(context.diagnosis, context.similar),
      prompt_tokens: used.prompt,
      completion_tokens: used.completion,
      cost_micros: costMicros(used, prices),
      fresh_until: new Date(now.getTime() + FRESH_MS[status]).toISOString(),
    },
  }, z.number().nullable());
}
