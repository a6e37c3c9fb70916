import type { ConsiderWorld } from "./decide/consider.ts";
import { considerIssue } from "./decide/consider.ts";
import { reasonAboutIssue } from "./decide/reason-about-issue.ts";
import { applyFix } from "./heal/apply.ts";
import { learnFromFix } from "./heal/learn-from-fix.ts";
import { reviewPatterns } from "./heal/review-patterns.ts";
import { rollBackFix } from "./heal/roll-back.ts";
import { DONE, type HealWorld, later, type StepResult } from "./heal/step.ts";
import { verifyFix } from "./heal/verify.ts";
import type { Job, JobKind } from "./platform/jobs.ts";
import { reviewIssues } from "./signals/life/review.ts";
import { mineTemplates } from "./signals/grouping/mine-templates.ts";

/**
 * One error's journey, from top to bottom:
 *
 *     signal -> issue -> diagnosis -> decision -> fix -> verification -> lesson
 *
 * `functions/ingest` turns what it hears into events and issues (`signals/`), and the same transaction queues `diagnose`. From there on
 * each step is a job. A step reads what it needs, does at most one side effect, and ends in one compare-and-set; the database queues
 * the next step in that same transaction. So a step can die anywhere: its job comes back, and the state says how far it got.
 */
export const CYCLE: Record<JobKind, (world: World, job: Job) => Promise<StepResult>> = {
  /** signal -> issue -> diagnosis -> decision. Asked for by new, regressed and escalating issues, and by fixes that did not help. */
  diagnose: considerIssue,
  /** decision -> fix. Asked for by every fix that becomes `approved`, by the engine or by a person. */
  apply: applyFix,
  /** fix -> verification. Asked for by `verifying`. */
  verify: verifyFix,
  /** What did not help is taken back. Asked for by `rolling_back`. */
  roll_back: rollBackFix,
  /** verification -> lesson. Asked for by every end of a fix. */
  learn: learnFromFix,
  /** What a language model thinks of an issue that could not be healed at once. Asked for by the decision, where a model is set up. */
  reason: reasonAboutIssue,
  /** What time changes in patterns. Asked for by pg_cron, once a day. */
  review_patterns: reviewPatterns,
  /** How much archived issues may do without coming back. Asked for by archiving, and by pg_cron every hour. */
  review_issues: reviewIssues,
  /** What the messages of a project have in common. Asked for by pg_cron, while messages come in. */
  mine_templates: async ({ client, now }, { id, projectId }) => {
    if (projectId === null) throw new Error(`job ${id} (mine_templates) names no project`);
    const { more } = await mineTemplates(client, projectId);
    return more ? later(now(), 0) : DONE;
  },
};

/** Everything outside of the steps: the database, the targets, the clock. */
export type World = HealWorld & ConsiderWorld;
