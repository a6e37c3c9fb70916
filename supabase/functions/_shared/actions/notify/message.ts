import { z } from "zod";
import type { Action } from "../action.ts";
import { ActionError } from "../action-error.ts";
import { DEFAULT_NAME } from "../integrations.ts";
import { MINUTE_MS, nothingToUndo, phaseOf } from "../support/context.ts";
import { headline, summaryLines } from "../support/summary.ts";
import type { Targets } from "../targets/targets.ts";

const parameters = z.object({
  channel: z.string().min(1).max(63).default(DEFAULT_NAME),
  subject: z.string().min(1).max(300),
  text: z.string().max(20_000),
});
type Parameters = z.infer<typeof parameters>;

/**
 * Safe: it changes nothing. Chat services do not tell whether a message arrived, so after a crash in the middle the answer is
 * `unknown`, and it is not sent a second time.
 */
export const message: Action<Parameters, Targets> = {
  name: "notify.message",
  title: "Tell the team",
  description: "Sends the diagnosis to a chat channel or by e-mail.",
  target: "notify",
  risk: "safe",
  reversible: true,
  informational: true,
  parameters,
  expectedRecoveryMs: 0,
  verificationWindowMs: MINUTE_MS,
  // Two issues may be told of at the same time; the same thing is not told twice at once.
  targetKey: ({ channel, subject }) => `notify:${channel}:${subject.slice(0, 120)}`,

  propose: (diagnosis) => ({
    channel: DEFAULT_NAME,
    subject: headline(diagnosis),
    text: summaryLines(diagnosis).join("\n"),
  }),

  capture({ targets }, { channel }) {
    if (targets.notify.has(channel)) return Promise.resolve({ channel });
    throw new ActionError(
      "unconfigured",
      `There is no channel ${channel}. Add a slack or email integration of this name.`,
    );
  },

  async apply({ targets, idempotencyKey, issueId }, { channel, subject, text }) {
    const sent = await targets.notify.send(channel, idempotencyKey, {
      subject,
      text: `${text}\nIssue ${issueId}`,
    });
    return { ...sent };
  },

  observe: (context) => Promise.resolve(phaseOf(context) === "rollback" ? "applied" : "unknown"),
  rollback: nothingToUndo,
};
