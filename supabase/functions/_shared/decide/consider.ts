import { z } from "zod";
import { actionsFor, type AnyAction } from "../actions/catalogue.ts";
import { declarationsSchema, factsFromDeclarations } from "../actions/declarations.ts";
import { parseIntegrations } from "../actions/integrations.ts";
import { deploymentsAround, type IssueDeployments, keepSuspicion } from "../deployments/shell/for-issue.ts";
import { needsInspection } from "../diagnose/database-symptom.ts";
import { diagnose } from "../diagnose/diagnose.ts";
import type { Diagnosis } from "../diagnose/diagnosis.ts";
import { type DatabaseInspection, databaseInspectionSchema } from "../diagnose/evidence/inspection.ts";
import type { ActivePattern } from "../diagnose/patterns/store.ts";
import { DONE, type StepResult } from "../heal/step.ts";
import type { TargetsOf } from "../heal/targets.ts";
import type { CalibrationMap } from "../learn/calibration.ts";
import { loadRecords, storeRelapse } from "../learn/store.ts";
import type { Job } from "../platform/jobs.ts";
import { describeError } from "../platform/errors.ts";
import { callRpc } from "../platform/rpc.ts";
import { withholdUntilBlamed } from "./blame-gate.ts";
import { nameIssue } from "../signals/grouping/name-issue.ts";
import { Symbolicator } from "../signals/grouping/source-maps.ts";
import { causeKeysOf } from "./candidates.ts";
import { decide } from "./decide.ts";
import { nextLook, repeats, withholdUntilVerifiable } from "./evidence-gate.ts";
import { decideAmongFitting } from "./fitting.ts";
import {
  changesOf,
  type IssueContext,
  loadIssue,
  loadRatio,
  pastFixesOf,
  recentTraffic,
} from "./issue-context.ts";
import { parseLimits } from "./limits.ts";
import { modelCause, withModelProposals } from "./model-proposals.ts";
import { loadProposals, queueReasoning, type ReasonWorld } from "./reason-about-issue.ts";
import { queueDiagnosis, storeDecision } from "./store.ts";
import type { DecisionRecord } from "./types.ts";

export interface ConsiderWorld extends ReasonWorld {
  /** Built-in and learnt patterns that are active. */
  patterns: () => Promise<readonly ActivePattern[]>;
  targetsOf: TargetsOf;
}

/** Keeps parsed source maps as long as the isolate lives. */
const symbolicator = new Symbolicator();

const ENDED = ["resolved", "ignored", "archived"];
/** An issue that has been silent for so long is not looked at again by itself. */
const SILENT_MS = 10 * 60_000;

/**
 * What is wrong with an issue, and what to do about it. Nothing is touched here: the decision is stored with the fix it asks for, and
 * the fix's own state queues the work.
 */
export async function considerIssue(world: ConsiderWorld, job: Job): Promise<StepResult> {
  const { issueId } = job;
  if (issueId === null) throw new Error(`job ${job.id} (${job.kind}) names no issue`);
  const context = await loadIssue(world.client, issueId);
  if (!context?.event || ENDED.includes(context.issue.status) || context.issue.merged_into_id !== null) {
    return DONE;
  }
  const { id, project_id: projectId } = context.issue;
  // First of all, because source maps may come long after the last event.
  const named = await nameIssue(world.client, symbolicator, { id, projectId }, context.event.payload);
  // The same error of another build: the merge asked for a look at the issue that it is part of now.
  if (named.mergedInto !== null) return DONE;
  context.event.payload = named.event;

  const silentMs = Date.parse(context.now) - Date.parse(context.issue.last_seen_at);
  if (context.decision_count > 0 && silentMs > SILENT_MS) return DONE;
  if (context.relapsed_fix_id !== null) {
    await storeRelapse(world.client, context.relapsed_fix_id, world.now());
  }

  const patterns = await world.patterns();
  const deployments = await deploymentsOf(world, context);
  const diagnosis = await diagnoseIssue(world, context, patterns, deployments);
  if (deployments?.standing === null) {
    const { id, project_id, episode_started_at } = context.issue;
    const about = { issueId: id, projectId: project_id, episodeAt: episode_started_at };
    await keepSuspicion(world.client, about, diagnosis, new Date(context.now));
  }
  const decision = await decideOn(world, context, diagnosis, patterns, deployments);
  if (repeats(decision, context.last_decision)) {
    if (decision.retryAt !== null) await queueDiagnosis(world.client, issueId, decision.retryAt);
    return DONE;
  }
  await storeDecision(world.client, { job, diagnosis, decision });
  // What could not be healed at once is thought over; the first decision never waits for that.
  if (decision.verdict !== "apply") await queueReasoning(world, issueId);
  return DONE;
}

async function diagnoseIssue(
  world: ConsiderWorld,
  context: IssueContext,
  patterns: readonly ActivePattern[],
  deployments: IssueDeployments | null,
): Promise<Diagnosis> {
  const { issue, event } = context;
  if (!event) throw new Error(`issue ${issue.id} has no event`);
  const diagnosis = diagnose({
    now: new Date(context.now),
    event: event.payload,
    issue: {
      firstSeenAt: issue.first_seen_at,
      episodeStartedAt: issue.episode_started_at,
      isBack: issue.status === "regressed",
      eventCount: issue.event_count,
      userCount: context.user_count,
      minuteCounts: context.error_minutes.map(({ minute_at, event_count }) => ({
        startedAt: minute_at,
        count: event_count,
      })),
    },
    traffic: recentTraffic(context),
    patterns,
    changes: [...changesOf(context), ...deployments?.changes ?? []],
    suspects: deployments?.suspects ?? null,
    ...(deployments && { releases: deployments.releases, releaseTraffic: deployments.traffic }),
    inspection: await inspect(world, context),
  });
  // What the project declares about its settings names keys that the event itself cannot know.
  const declared = factsFromDeclarations(declarationsSchema.parse(context.declarations), diagnosis);
  return { ...diagnosis, facts: { ...diagnosis.facts, ...declared } };
}

function deploymentsOf(world: ConsiderWorld, context: IssueContext): Promise<IssueDeployments | null> {
  const { issue, integrations } = context;
  const around = {
    issueId: issue.id,
    projectId: issue.project_id,
    integrations,
    changes: changesOf(context),
  };
  return deploymentsAround(
    world.client,
    around,
    new Date(context.now),
    (error) =>
      console.warn(JSON.stringify({ level: "warn", what: "blame could not look", ...describeError(error) })),
  );
}

/** A look into the project's own database, where it allows one and the error looks as if the database had a part in it. */
async function inspect(world: ConsiderWorld, context: IssueContext): Promise<DatabaseInspection | null> {
  const { issue, event, integrations } = context;
  if (!integrations.some(({ kind }) => kind === "postgres") || !event || !needsInspection(event.payload)) {
    return null;
  }
  return await callRpc(
    world.client,
    "inspect_database",
    { p_project_id: issue.project_id },
    databaseInspectionSchema.nullable(),
  );
}

async function decideOn(
  world: ConsiderWorld,
  context: IssueContext,
  diagnosis: Diagnosis,
  patterns: readonly ActivePattern[],
  deployments: IssueDeployments | null,
): Promise<DecisionRecord> {
  const { issue, project } = context;
  const now = new Date(context.now);
  const matched = new Set(diagnosis.patterns.map(({ patternId }) => patternId));
  const proposals = context.decision_count > 0 ? await loadProposals(world, issue.id) : [];
  const model = proposals.length > 0 ? world.model?.name ?? null : null;
  const trackRecords = await loadRecords(world.client, issue.project_id, [
    ...causeKeysOf(diagnosis),
    ...(model === null ? [] : [modelCause(model)]),
  ]);
  const possible = actionsFor(parseIntegrations(context.integrations).integrations);
  const decideWith = (actions: readonly AnyAction[]) =>
    decide({
      now,
      // Another look at the same issue may try another action; the same look repeated makes the same choice.
      seed: issue.id * 1000 + context.decision_count,
      issue: { id: issue.id, episodeStartedAt: issue.episode_started_at },
      diagnosis,
      actions,
      patternActions: patterns.filter(({ id }) => matched.has(id)).flatMap(({ id, actions }) =>
        actions.map(({ action, prior }) => ({ patternId: id, action, prior }))
      ),
      trackRecords,
      calibration: calibrationOf(context),
      pastFixes: pastFixesOf(context),
      projectMode: project.mode,
      actionModes: context.action_modes,
      killSwitch: context.kill_switch,
      dryRun: project.dry_run,
      situation: { loadRatio: loadRatio(context), resourceUse: null },
      limits: parseLimits({ time_zone: project.time_zone, ...context.limits }),
    });
  const record = await decideAmongFitting(
    model === null ? possible : withModelProposals(possible, model, proposals),
    decideWith,
    {
      projectId: issue.project_id,
      issueId: issue.id,
      now,
      targets: world.targetsOf(issue.project_id, context.integrations),
    },
  );
  const errors = issue.event_count - issue.episode_event_count;
  const ageMs = now.getTime() - Date.parse(issue.episode_started_at);
  const withheld = withholdUntilBlamed(withholdUntilVerifiable(record, errors, ageMs, now), {
    standing: deployments?.standing ?? null,
    takesDeploymentBack: record.chosen?.parameters.deployment_log_id !== undefined,
    errorCount: errors,
    ageMs,
  }, now);
  const isIdle = withheld.verdict === "observe" && withheld.retryAt === null;
  return isIdle ? { ...withheld, retryAt: nextLook(ageMs, now) } : withheld;
}

const calibrationSchema = z.object({
  version: z.string(),
  samples: z.number(),
  knots: z.array(z.object({ x: z.number(), y: z.number() })),
});

function calibrationOf({ calibration }: IssueContext): CalibrationMap | null {
  return calibrationSchema.nullable().catch(null).parse(calibration);
}
