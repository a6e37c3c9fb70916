import { z } from "@hono/zod-openapi";
import { failures } from "../_shared/platform/errors.ts";
import { parseAnswer } from "../_shared/platform/rpc.ts";
import type { FingerprintRule } from "../_shared/signals/fingerprint/rules.ts";
import { parseRules, RuleTextError } from "../_shared/signals/fingerprint/rules-text.ts";
import { matcherSchema, RULE_LIMITS, ruleSchema } from "../_shared/signals/grouping/settings.ts";
import type { Client } from "../_shared/signals/grouping/store.ts";

/** Characters of a text of rules: two hundred long ones. */
const MAX_TEXT = 100_000;

/** A rule as callers write it. */
const writtenSchema = ruleSchema.omit({ id: true }).extend({ enabled: z.boolean().default(true) }).openapi(
  "WrittenRule",
);

/** Rules as JSON or as text; see docs/grouping.md. */
export const rulesInput = {
  rules: z.array(writtenSchema).max(RULE_LIMITS.rules).optional(),
  text: z.string().max(MAX_TEXT).optional().openapi({
    description: "Rules as text, one a line.",
    example: 'type:DatabaseError path:"src/billing/*" -> billing, {{ default }}',
  }),
};

export type Rule = FingerprintRule & { enabled: boolean };

/** The rules of a request, with ids by their place: `new 1`, `new 2`. */
export function rulesOf(input: { rules?: z.output<typeof writtenSchema>[]; text?: string }): Rule[] {
  if ((input.rules === undefined) === (input.text === undefined)) {
    throw failures.invalidRequest("Send either rules or text.");
  }
  const written = input.rules ?? rulesOfText(input.text!);
  return written.map((rule, index) => ({ ...rule, enabled: rule.enabled ?? true, id: `new ${index + 1}` }));
}

function rulesOfText(text: string) {
  try {
    const parsed = parseRules(text);
    const checked = z.array(writtenSchema).max(RULE_LIMITS.rules).safeParse(parsed);
    if (checked.success) return checked.data;
    throw failures.invalidRequest("The rules are not valid. See details.", {
      details: checked.error.issues.map((issue) => ({
        path: ["json", "text", ...issue.path].join("."),
        message: issue.message,
      })),
    });
  } catch (error) {
    if (!(error instanceof RuleTextError)) throw error;
    throw failures.invalidRequest(`The rules cannot be read. ${error.message}.`, { cause: error });
  }
}

const rows = z.array(z.object({
  id: z.number().int(),
  enabled: z.boolean(),
  matchers: z.array(matcherSchema).catch([]),
  fingerprint: z.array(z.string()),
  title: z.string().nullable(),
}));

/** The rules that a project has, in their order, as the caller sees them. */
export async function projectRules(client: Client, projectId: number): Promise<Rule[]> {
  const answer = await client.from("fingerprint_rules").select("id, enabled, matchers, fingerprint, title")
    .eq("project_id", projectId).order("position").order("id").limit(RULE_LIMITS.rules);
  return parseAnswer(answer, rows, "fingerprint_rules").map(({ title, ...row }) => ({
    ...row,
    id: String(row.id),
    ...(title === null ? {} : { title }),
  }));
}

/** @throws Failure `not_found` unless the caller sees the project. */
export async function requireProject(client: Client, id: number): Promise<void> {
  const answer = await client.from("projects").select("id").eq("id", id);
  if (parseAnswer(answer, z.array(z.object({ id: z.number() })), "projects").length === 0) {
    throw failures.notFound(`There is no project ${id}, or you are no member of it.`);
  }
}

export const ruleAnswerSchema = z.object({
  id: z.string(),
  enabled: z.boolean(),
  matchers: z.array(z.object({ field: z.string(), pattern: z.string(), negate: z.boolean().optional() })),
  fingerprint: z.array(z.string()),
  title: z.string().optional(),
}).openapi("FingerprintRule");
