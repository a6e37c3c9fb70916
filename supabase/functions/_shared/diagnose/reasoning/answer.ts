import { z } from "zod";
import type { JsonObject } from "../../platform/json.ts";
import { scrubText } from "../../signals/scrub/scrub-text.ts";
import { framesOf, type ReasoningInput } from "./prompt.ts";
import type { ModelProposal, Reasoning } from "./reasoning.ts";

const MAX_PROPOSALS = 3;
const MAX_CAUSE = 600;
const MAX_EXPLANATION = 2_000;
const MAX_REASON = 500;
const MAX_PARAMETERS = 4_000;

const text = (max: number) => z.string().transform((value) => value.slice(0, max));

/** What a model answers. Longer texts are cut, further fields dropped; anything else is no answer. */
export const answerSchema = z.object({
  culprit: z.object({
    function: z.string().max(300).nullable(),
    file: z.string().max(1_000).nullable(),
    line: z.number().int().nullable(),
  }).nullable(),
  probable_cause: text(MAX_CAUSE).refine((value) => value.trim() !== "", "It is empty."),
  explanation: text(MAX_EXPLANATION),
  confidence: z.number().min(0).max(1),
  proposals: z.array(z.object({
    action: z.string().max(100),
    parameters_json: z.string().max(MAX_PARAMETERS),
    reason: text(MAX_REASON),
  })).transform((all) => all.slice(0, MAX_PROPOSALS)),
});
export type Answer = z.output<typeof answerSchema>;

/** The same for the model's server, in the dialect of strict structured output: every field required, nothing else allowed. */
export function answerJsonSchema(actions: readonly string[]): JsonObject {
  const strict = (properties: JsonObject): JsonObject => ({
    type: "object",
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  });
  const orNull = (type: string): JsonObject => ({ type: [type, "null"] });
  return strict({
    culprit: {
      anyOf: [strict({ function: orNull("string"), file: orNull("string"), line: orNull("integer") }), {
        type: "null",
      }],
    },
    probable_cause: { type: "string" },
    explanation: { type: "string" },
    confidence: { type: "number" },
    proposals: {
      type: "array",
      items: strict({
        // An empty enum is not allowed; without actions there is nothing to propose and the list stays empty.
        action: actions.length > 0 ? { type: "string", enum: [...actions] } : { type: "string" },
        parameters_json: { type: "string" },
        reason: { type: "string" },
      }),
    },
  });
}

/** The answer in a text, which may stand in a fence of Markdown. Null when there is none. */
export function parseAnswer(content: string): Answer | null {
  const fenced = /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(content)?.[1] ?? content;
  try {
    const parsed = answerSchema.safeParse(JSON.parse(fenced));
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // Prose, or JSON that was cut.
  }
}

/** Checks parameters by an action's own schema: them, or what is wrong. */
export type CheckParameters = (
  action: string,
  parameters: unknown,
) => { parameters: JsonObject } | { problem: string };

/**
 * What is taken over from an answer. Texts lose secrets and links, because an error's author may have written them; a culprit must be a
 * frame of the stack; a proposal must be an offered action with valid parameters that name only what the report names.
 */
export function reasoningOf(answer: Answer, input: ReasoningInput, check: CheckParameters): Reasoning {
  const known = vocabularyOf(input);
  const proposals: ModelProposal[] = [];
  const rejected: Reasoning["rejected"] = [];
  for (const { action, parameters_json, reason } of answer.proposals) {
    const outcome = proposal(action, parameters_json, check, known);
    if (typeof outcome === "string") rejected.push({ action: tidy(action).slice(0, 100), reason: outcome });
    else proposals.push({ action, parameters: outcome, reason: tidy(reason) });
  }
  return {
    source: "model",
    culprit: culpritOf(answer, input),
    probableCause: tidy(answer.probable_cause),
    explanation: tidy(answer.explanation),
    statedConfidence: answer.confidence,
    proposals,
    rejected,
  };
}

function proposal(
  action: string,
  json: string,
  check: CheckParameters,
  known: ReadonlySet<string>,
): JsonObject | string {
  let parameters: unknown;
  try {
    parameters = JSON.parse(json);
  } catch {
    return "Its parameters are no JSON.";
  }
  const checked = check(action, parameters);
  if ("problem" in checked) return checked.problem;
  const invented = stringsOf(checked.parameters).find((value) => !known.has(value));
  return invented === undefined
    ? checked.parameters
    : `Its parameters name “${
      tidy(invented).slice(0, 100)
    }”, which neither the diagnosis nor the project names.`;
}

/** Every text that parameters may have: what the diagnosis found, what was changed, what the project declared. */
function vocabularyOf({ diagnosis, names, actions }: ReasoningInput): Set<string> {
  const known = new Set(names);
  const add = (value: unknown) => {
    for (const each of stringsOf(value)) known.add(each);
  };
  add(diagnosis.facts);
  for (const { subject, version, previousVersion } of diagnosis.changes) {
    add([subject, version, previousVersion]);
  }
  // Words that a schema itself offers, such as the members of an enum.
  for (const { parameters } of actions) add(parameters);
  return known;
}

function stringsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}

function culpritOf({ culprit }: Answer, { event, diagnosis }: ReasoningInput): Reasoning["culprit"] {
  const frame = culprit &&
    framesOf(event).find(({ filename, line, function: name }) =>
      filename === culprit.file && (culprit.line === null ? name === culprit.function : line === culprit.line)
    );
  return frame ? { function: frame.function, filename: frame.filename, line: frame.line } : diagnosis.culprit;
}

/** Control characters, among them those that reverse the direction of text, would let an answer look like something else. */
// deno-lint-ignore no-control-regex -- control characters are what is taken out
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const LINK = /\b(?:https?|ftp|javascript|data|file):[^\s)>\]"']*/gi;

function tidy(text: string): string {
  return scrubText(text.replace(CONTROL, "").replace(LINK, "[link removed]")).trim();
}
