import { z } from "zod";
import { callRpc, type RpcClient } from "../../platform/rpc.ts";

/** The setting `reasoning.budget` as far as it is about prices; its limits are enforced in the database. US dollars per million tokens. */
export const pricesSchema = z.object({
  // Dearer than most models: who knows better prices sets them, and nobody spends more than he allowed meanwhile.
  usd_per_million_input: z.number().min(0).max(1_000).default(3),
  usd_per_million_output: z.number().min(0).max(1_000).default(15),
}).catch({ usd_per_million_input: 3, usd_per_million_output: 15 });
export type Prices = z.output<typeof pricesSchema>;

export interface Tokens {
  prompt: number;
  completion: number;
}

/** Characters per token: low for every tokenizer in use, so that an estimate is rather too high. */
const CHARS_PER_TOKEN = 2.5;

export function estimateTokens(characters: number, maxCompletion: number): Tokens {
  return { prompt: Math.ceil(characters / CHARS_PER_TOKEN), completion: maxCompletion };
}

/** Millionths of a dollar, rounded up. */
export function costMicros(tokens: Tokens, prices: Prices): number {
  return Math.ceil(
    tokens.prompt * prices.usd_per_million_input + tokens.completion * prices.usd_per_million_output,
  );
}

/** Takes an estimate out of the project's budget of the day; false when it does not hold it. */
export function reserve(
  client: RpcClient,
  projectId: number,
  tokens: Tokens,
  prices: Prices,
): Promise<boolean> {
  return callRpc(client, "reserve_model_budget", {
    p_project_id: projectId,
    p_tokens: tokens.prompt + tokens.completion,
    p_cost_micros: costMicros(tokens, prices),
  }, z.boolean());
}

/** Gives back what was reserved beyond the use, or takes what was used beyond it. */
export async function settle(
  client: RpcClient,
  projectId: number,
  reserved: Tokens,
  used: Tokens,
  prices: Prices,
): Promise<void> {
  await callRpc(client, "settle_model_budget", {
    p_project_id: projectId,
    p_token_change: used.prompt + used.completion - reserved.prompt - reserved.completion,
    p_cost_change_micros: costMicros(used, prices) - costMicros(reserved, prices),
  }, z.unknown());
}
