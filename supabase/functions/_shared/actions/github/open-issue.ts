import { z } from "zod";
import type { JsonObject } from "../../platform/json.ts";
import type { Action, ActionContext } from "../action.ts";
import { ActionError } from "../action-error.ts";
import { keyOf, MINUTE_MS, nothingToUndo, phaseOf } from "../support/context.ts";
import { fenced } from "../support/fenced.ts";
import { headline, summaryLines } from "../support/summary.ts";
import type { GithubIssue } from "../targets/github.ts";
import type { Targets } from "../targets/targets.ts";

const parameters = z.object({ title: z.string().min(1).max(256), text: z.string().max(20_000) });
type Parameters = z.infer<typeof parameters>;

const beforeSchema = z.object({ captured_at: z.iso.datetime() });
/** GitHub's clock and ours may differ by this much. */
const CLOCK_SKEW_MS = 10 * MINUTE_MS;

/** Safe: it informs. The issue carries its idempotency key in an invisible marker, by which it is found again. */
export const openIssue: Action<Parameters, Targets> = {
  name: "github.open-issue",
  title: "Open a GitHub issue",
  description: "Opens an issue with the diagnosis in the project's repository. The rollback closes it.",
  target: "github",
  risk: "safe",
  reversible: true,
  informational: true,
  parameters,
  expectedRecoveryMs: 0,
  verificationWindowMs: MINUTE_MS,
  targetKey: ({ title }) => `github:issue:${title.slice(0, 120)}`,

  propose: (diagnosis) => ({ title: headline(diagnosis), text: summaryLines(diagnosis).join("\n") }),

  capture({ targets, now }) {
    if (targets.github.configured) return Promise.resolve({ captured_at: now.toISOString() });
    throw new ActionError("unconfigured", "GitHub is not set up. Add a github integration with its token.");
  },

  async apply({ targets, idempotencyKey, issueId }, { title, text }) {
    const body = `Prunella has diagnosed issue ${issueId}.\n\n${fenced(text)}`;
    return kept(await targets.github.open({ title, body, key: idempotencyKey }));
  },

  async observe(context, _parameters, before) {
    const found = await find(context, before);
    if (found === "unknown") return "unknown";
    if (phaseOf(context) === "rollback") return found?.open === false ? "applied" : "not_applied";
    return found ? "applied" : "not_applied";
  },

  async rollback(context, _parameters, before) {
    const found = await find(context, before);
    if (found === null) return await nothingToUndo();
    if (found === "unknown") {
      throw new ActionError("rejected", "The issue was not found among the newest. Close it by hand.");
    }
    const { github } = context.targets;
    const body = "Prunella takes this back: the fix that opened it was rolled back.";
    await github.comment(found.number, { body, key: context.idempotencyKey });
    await github.close(found.number);
    return kept({ ...found, open: false });
  },
};

/** The issue that this fix opened. */
function find(context: ActionContext<Targets>, before: JsonObject): Promise<GithubIssue | null | "unknown"> {
  const { captured_at } = beforeSchema.parse(before);
  const since = new Date(Date.parse(captured_at) - CLOCK_SKEW_MS);
  return context.targets.github.find(keyOf(context, "apply"), since);
}

function kept({ number, url, open }: GithubIssue): JsonObject {
  return { number, url, open };
}
