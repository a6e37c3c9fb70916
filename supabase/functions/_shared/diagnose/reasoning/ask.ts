import { describeError, toFailure } from "../../platform/errors.ts";
import type { RpcClient } from "../../platform/rpc.ts";
import { answerJsonSchema, type CheckParameters, parseAnswer, reasoningOf } from "./answer.ts";
import { estimateTokens, type Prices, reserve, settle, type Tokens } from "./budget.ts";
import { MAX_COMPLETION_TOKENS, type Model, type Reply } from "./model.ts";
import { promptFor, type ReasoningInput } from "./prompt.ts";
import type { Reasoning } from "./reasoning.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** How it went with the model. Whatever it is, there is a reasoning by rules beside it. */
export type AskStatus = "answered" | "refused" | "invalid" | "failed" | "over_budget";

/** Milliseconds for which the model is not asked again about the same fingerprint. */
export const FRESH_MS: Record<AskStatus, number> = {
  answered: 7 * DAY_MS,
  refused: DAY_MS,
  invalid: DAY_MS,
  over_budget: 60 * MINUTE_MS,
  failed: 10 * MINUTE_MS,
};

export interface Asked {
  status: AskStatus;
  /** Why there is no answer, for people; null when there is one. */
  reason: string | null;
  reasoning: Reasoning | null;
  used: Tokens;
}

const NOTHING: Tokens = { prompt: 0, completion: 0 };

/** Asks the model about one issue, within the project's budget. A model that fails in any way is no failure of ours. */
export async function askModel(
  input: ReasoningInput,
  { model, client, projectId, prices, check }: {
    model: Model;
    client: RpcClient;
    projectId: number;
    prices: Prices;
    check: CheckParameters;
  },
): Promise<Asked> {
  const prompt = promptFor(input);
  const reserved = estimateTokens(prompt.system.length + prompt.user.length, MAX_COMPLETION_TOKENS);
  if (!await reserve(client, projectId, reserved, prices)) {
    return { status: "over_budget", reason: "The day's budget is spent.", reasoning: null, used: NOTHING };
  }
  let reply: Reply;
  try {
    reply = await model.ask(prompt, answerJsonSchema(input.actions.map(({ name }) => name)));
  } catch (error) {
    // Whether a server that did not answer counted tokens is unknown: what was sent stays reserved, the answer is given back.
    const used = { prompt: toFailure(error).status >= 500 ? reserved.prompt : 0, completion: 0 };
    await settle(client, projectId, reserved, used, prices);
    return {
      status: "failed",
      reason: describeError(toFailure(error)).message.slice(0, 500),
      reasoning: null,
      used,
    };
  }
  const used = reply.used ?? reserved;
  await settle(client, projectId, reserved, used, prices);
  if (reply.kind === "refusal") return { status: "refused", reason: reply.reason, reasoning: null, used };
  const answer = reply.kind === "text" ? parseAnswer(reply.text) : null;
  if (answer === null) {
    const reason = reply.kind === "cut" ? "The answer was cut." : "The answer does not fit its schema.";
    return { status: "invalid", reason, reasoning: null, used };
  }
  return { status: "answered", reason: null, reasoning: reasoningOf(answer, input, check), used };
}
