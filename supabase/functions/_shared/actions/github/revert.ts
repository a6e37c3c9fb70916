import { z } from "zod";
import type { JsonObject } from "../../platform/json.ts";
import type { PullRequest } from "../../deployments/github/target.ts";
import type { Action } from "../action.ts";
import { nothingToUndo, phaseOf } from "../support/context.ts";
import { MINUTE_MS } from "../support/context.ts";
import { fenced } from "../support/fenced.ts";
import { summaryLines } from "../support/summary.ts";
import type { Targets } from "../targets/targets.ts";

const parameters = z.object({
  commit: z.string().regex(/^[0-9a-f]{7,64}$/),
  service: z.string().min(1).max(200),
  text: z.string().max(20_000),
});
type Parameters = z.infer<typeof parameters>;

/** Informs: production changes only when people merge the pull request. */
export const revert: Action<Parameters, Targets> = {
  name: "github.revert",
  title: "Propose to revert the commit",
  description:
    "Opens a pull request that takes the suspected deployment's commit back, for people to merge. The rollback closes it.",
  target: "github",
  risk: "safe",
  reversible: true,
  informational: true,
  parameters,
  expectedRecoveryMs: 0,
  verificationWindowMs: MINUTE_MS,
  targetKey: ({ commit }) => `github:revert:${commit.slice(0, 12)}`,

  propose(diagnosis) {
    const suspect = diagnosis.changes.find(({ deployment }) =>
      deployment?.commit && deployment.rollback.method === "github_revert_pull_request"
    )?.deployment;
    if (!suspect?.commit) return null;
    return { commit: suspect.commit, service: suspect.service, text: summaryLines(diagnosis).join("\n") };
  },

  async capture({ targets }, { commit }) {
    const known = await (await targets.reverts.open()).findRevert(commit);
    return { known: known?.number ?? null };
  },

  async apply({ targets, issueId }, { commit, service, text }) {
    const body = `Prunella blames commit ${commit} for issue ${issueId}.\n\n${fenced(text)}`;
    const title = `Revert ${commit.slice(0, 12)} (${service})`;
    return kept(await (await targets.reverts.open()).openRevert(commit, { title, body }));
  },

  async observe(context, { commit }) {
    const found = await (await context.targets.reverts.open()).findRevert(commit);
    if (phaseOf(context) === "rollback") return found?.open === false ? "applied" : "not_applied";
    return found?.open ? "applied" : "not_applied";
  },

  async rollback({ targets }, { commit }) {
    const reverts = await targets.reverts.open();
    const found = await reverts.findRevert(commit);
    if (!found?.open) return await nothingToUndo();
    await reverts.closeRevert(commit);
    return kept({ ...found, open: false });
  },
};

function kept({ number, url, branch, open }: PullRequest): JsonObject {
  return { number, url, branch, open };
}
