import type { APIError as ApiError, OpenAI as OpenAiClient } from "openai";
import { z } from "zod";
import { Failure, failures } from "../../platform/errors.ts";
import type { JsonObject } from "../../platform/json.ts";
import type { Policy } from "../../platform/policies.ts";
import { retryAfter } from "../../platform/policies-fetch.ts";
import type { Tokens } from "./budget.ts";
import type { Prompt } from "./prompt.ts";

/** Most tokens of an answer; three proposals with their reasons take about 600. */
export const MAX_COMPLETION_TOKENS = 1_500;
/** One attempt. Answers of this size take seconds; the lease of the job is 90. */
export const MODEL_TIMEOUT_MS = 25_000;
/** A server that counts more than this for one call miscounts; then what was reserved counts. */
const MAX_COUNTED_TOKENS = 10_000_000;

/** What came back: a text to be checked, or the model's own refusal. `used` is null when the server does not tell. */
export type Reply =
  & { used: Tokens | null }
  & ({ kind: "text"; text: string } | { kind: "refusal"; reason: string } | { kind: "cut" });

/** A language model behind an OpenAI-compatible endpoint. */
export interface Model {
  name: string;
  /** @throws Failure when it cannot be reached, is too slow, too busy, or suspended by its breaker. */
  ask(prompt: Prompt, schema: JsonObject): Promise<Reply>;
}

export function openAiModel(
  llm: { apiKey: string; baseUrl: string; model: string },
  policy: Policy,
): Model {
  let client: Promise<OpenAiClient> | undefined;
  // Loaded on first use: without a key, and before the first question, nobody pays for it.
  const connect = () =>
    client ??= import("openai").then(({ OpenAI }) =>
      new OpenAI({
        apiKey: llm.apiKey,
        baseURL: llm.baseUrl,
        timeout: MODEL_TIMEOUT_MS,
        // The policy retries, and knows the breaker.
        maxRetries: 0,
      })
    );
  /** Servers that know no schema are asked in plain words from the first refusal on; the answer is checked either way. */
  let structured = true;

  async function attempt(
    openai: OpenAiClient,
    prompt: Prompt,
    schema: JsonObject,
    signal: AbortSignal,
  ): Promise<Reply> {
    const withSchema = structured;
    try {
      const answer = await openai.chat.completions.create({
        model: llm.model,
        messages: [{ role: "system", content: prompt.system }, { role: "user", content: prompt.user }],
        max_completion_tokens: MAX_COMPLETION_TOKENS,
        ...(withSchema && {
          response_format: {
            type: "json_schema" as const,
            json_schema: { name: "reasoning", strict: true, schema },
          },
        }),
      }, { signal });
      return replyOf(answer);
    } catch (error) {
      const status = statusOf(error);
      if (withSchema && (status === 400 || status === 422)) {
        structured = false;
        return await attempt(openai, prompt, schema, signal);
      }
      throw failureOf(error, status);
    }
  }

  return {
    name: llm.model,
    async ask(prompt, schema) {
      // Loading it is no fault of the server, so it is outside of the time limit.
      const openai = await connect();
      return await policy.execute(({ signal }) => attempt(openai, prompt, schema, signal));
    },
  };
}

const count = z.number().int().min(0).max(MAX_COUNTED_TOKENS);
/** What is read of an answer. The client passes on whatever the server sent; what has another shape says nothing. */
const answerSchema = z.object({
  choices: z.array(z.object({
    finish_reason: z.string().nullish().catch(null),
    message: z.object({
      content: z.string().nullish().catch(null),
      refusal: z.string().nullish().catch(null),
    }).nullish().catch(null),
  })).catch([]),
  usage: z.object({ prompt_tokens: count, completion_tokens: count }).nullish().catch(null),
}).catch({ choices: [], usage: null });

function replyOf(answer: unknown): Reply {
  const { choices: [choice], usage } = answerSchema.parse(answer);
  const used = usage ? { prompt: usage.prompt_tokens, completion: usage.completion_tokens } : null;
  const refusal = choice?.message?.refusal;
  if (refusal) return { kind: "refusal", reason: refusal.slice(0, 500), used };
  if (choice?.finish_reason === "content_filter") {
    return { kind: "refusal", reason: "The provider's content filter stopped the answer.", used };
  }
  const content = choice?.message?.content;
  return choice?.finish_reason === "length" || !content
    ? { kind: "cut", used }
    : { kind: "text", text: content, used };
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && "status" in error && typeof error.status === "number"
    ? error.status
    : undefined;
}

/** The client's errors may quote what was sent, so their words go into `cause` alone. */
function failureOf(cause: unknown, status: number | undefined): Failure {
  if (cause instanceof Failure) return cause;
  if (status === 401 || status === 403) {
    return failures.misconfigured("The model's server does not accept the key. Set OPENAI_API_KEY.", {
      cause,
    });
  }
  if (status === 429) {
    const wait = retryAfter((cause as ApiError).headers?.get("retry-after") ?? null, Date.now());
    return failures.rateLimited("The model's server asks for fewer requests.", {
      cause,
      ...(wait !== undefined && { retryAfterSeconds: wait }),
    });
  }
  if (status !== undefined && status < 500 && status !== 408 && status !== 409) {
    return failures.unprocessable(`The model's server refused the request with ${status}.`, { cause });
  }
  return failures.upstreamFailed(
    status === undefined
      ? "The model's server could not be reached."
      : `The model's server answered ${status}.`,
    { cause },
  );
}
