import type { Json } from "../../platform/json.ts";
import type { RpcClient } from "../../platform/rpc.ts";
import { seededRandom } from "../../statistics/random.ts";
import { stringSeed } from "../../statistics/string-seed.ts";
import { ROLLOUT_RULES, type RolloutRules } from "../canary/judge-rollout.ts";
import { judgeStage, type StageJudgement } from "../canary/judge-stage.ts";
import { type MinuteCounts, minuteOf, type Sides, type Totals } from "../canary/series.ts";
import type { DeploymentRow } from "../store.ts";
import {
  advanceConfigRollout,
  beginAdvance,
  type CanaryCounts,
  type CanarySettings,
  type ConfigRollout,
  endAdvance,
  loadCanaryCounts,
  loadCanarySettings,
  loadConfigRollouts,
  raiseCanaryIssue,
  type SavedJudgement,
  saveJudgement,
} from "../store-canary.ts";
import type { RollingRelease, VercelTarget } from "../vercel/target.ts";
import { isProduction, labelsOf, rolloutsOf } from "./labels.ts";
import { configurationId, deploymentId } from "./observation.ts";
import { rollingState } from "./ways-back.ts";

/** A rollout as the judge sees it, whatever is being rolled out. */
interface Rollout {
  /** As blame names it: `deployment:<id>`, `configuration:<key>@<version>`. */
  subject: string;
  deploymentId: number | null;
  rolloutId: number | null;
  service: string;
  /** Position of the stage where the platform has such; what is asked for is the one after it. */
  stage: number | null;
  share: number;
  startedAt: string;
  stageStartedAt: string;
  targetKey: string;
  /** Which version a label means; null: neither. */
  sideOf(release: string): keyof Sides | null;
  /** Goes on to the next stage; false when the rollout is not where it was judged any more. Null where nothing can be done. */
  advance: (() => Promise<boolean>) | null;
}

/** Longer ago than this nothing is judged: what a rollout did in its first hours does not tell how it does now. */
const LOOK_BACK_MS = 6 * 3_600_000;
/** How sure a critical metric makes, of which no e-value is known: the confidence of the judge's interval. */
const JUDGE_PROBABILITY = 0.98;
const TITLE_LENGTH = 300;

/**
 * Judges every rollout of a project that is going on, Vercel's rolling releases and gradual changes of configuration. What is to be taken
 * back becomes an issue with a known cause, so that the ordinary decision, its limits and its verification follow; what passed goes on
 * alone only where the project allows it.
 *
 * @returns how many were judged
 */
export async function judgeRollouts(
  client: RpcClient,
  projectId: number,
  deployments: readonly DeploymentRow[],
  vercel: (() => Promise<VercelTarget>) | null,
  now: Date,
): Promise<number> {
  const rollouts = [
    ...await rollingReleases(deployments, vercel),
    ...(await loadConfigRollouts(client, projectId)).map((one) => configRollout(client, one)),
  ];
  if (rollouts.length === 0) return 0;
  const settings = await loadCanarySettings(client, projectId);
  const began = Math.min(...rollouts.map(({ startedAt }) => Date.parse(startedAt)));
  const since = minuteOf(Math.max(began, now.getTime() - LOOK_BACK_MS));
  const counts = await loadCanaryCounts(client, projectId, new Date(since), now);
  for (const rollout of rollouts) await judgeOne(client, projectId, rollout, counts, settings, now);
  return rollouts.length;
}

async function judgeOne(
  client: RpcClient,
  projectId: number,
  rollout: Rollout,
  counts: CanaryCounts,
  settings: CanarySettings,
  now: Date,
): Promise<void> {
  const { sides, labels } = split(counts, rollout);
  const judgement = judgeStage(
    sides,
    {
      startedAt: Date.parse(rollout.startedAt),
      stageStartedAt: Date.parse(rollout.stageStartedAt),
      now: now.getTime(),
    },
    // Only two constant samples need it; the same look twice sees the same.
    seededRandom(stringSeed(`${rollout.subject} ${rollout.stageStartedAt}`)),
    rulesOf(settings),
  );
  const saved = await saveJudgement(client, projectId, rowOf(rollout, judgement, labels), now);
  if (saved.verdict === "roll_back") {
    // What was judged so once stays so; people hear of it again only while it goes on.
    if (judgement.verdict !== "roll_back" && saved.issue_id !== null) return;
    await raiseCanaryIssue(client, saved.id, {
      title: `The gradual rollout of ${rollout.service} does harm: ${saved.reasons[0]}`.slice(
        0,
        TITLE_LENGTH,
      ),
      occurrences: occurrences(judgement),
      candidate: rollout.subject,
      probability: Math.max(JUDGE_PROBABILITY, 1 - 1 / Math.max(1, saved.harm_e_value)),
    }, now);
  } else if (saved.verdict === "pass") {
    await goOn(client, rollout, saved, now);
  }
}

/** How often harm was seen: failed requests of the new version, or the minutes of a stage in which it was slower. */
function occurrences({ served, judge }: StageJudgement): number {
  const isSlow = judge?.metrics.some(({ label, critical }) => critical && label === "High") ?? false;
  return Math.max(served.failures, served.crashedSessions, isSlow ? SLOW_MINUTES : 1);
}

/** With fewer minutes of each side than this no difference is certain at 98 %. */
const SLOW_MINUTES = 5;

async function goOn(client: RpcClient, rollout: Rollout, { id }: SavedJudgement, now: Date): Promise<void> {
  if (rollout.advance === null) return;
  const { begun } = await beginAdvance(client, id, rollout.targetKey, now);
  if (!begun) return;
  // If this dies here, a later run finds the stage unchanged and asks again, or finds it changed: what is asked names the stage.
  const moved = await rollout.advance();
  await endAdvance(
    client,
    id,
    moved ? "advanced" : "withheld",
    moved ? null : "the rollout had moved on by itself",
    now,
  );
}

async function rollingReleases(
  deployments: readonly DeploymentRow[],
  vercel: (() => Promise<VercelTarget>) | null,
): Promise<Rollout[]> {
  const canaries = deployments.filter((one) =>
    one.target === "vercel" && one.status === "serving" && rollingState(one) === "ACTIVE" &&
    isProduction(one.environment) && one.rollout.length > 0 && one.promoted_at !== null
  );
  if (canaries.length === 0) return [];
  const target = vercel === null ? null : await vercel();
  const rolling = target === null ? null : await target.rollingRelease();
  const labels = labelsOf(deployments);
  return canaries.flatMap((canary): Rollout[] => {
    const step = canary.rollout.at(-1)!;
    const previous = canary.previous_id;
    if (target !== null && !isStill(rolling, canary)) return [];
    return [{
      subject: deploymentId(canary.id),
      deploymentId: canary.id,
      rolloutId: null,
      service: canary.service,
      stage: rolling?.stage ?? null,
      share: step.share,
      startedAt: canary.rollout[0]!.at,
      stageStartedAt: step.at,
      targetKey: `vercel:${canary.service}`,
      sideOf(release) {
        const means = labels.deploymentOf(release);
        return means?.id === canary.id
          ? "canary"
          : means !== null && means.id === previous
          ? "control"
          : null;
      },
      advance: target === null || rolling?.nextStage == null
        ? null
        : () => approve(target, canary.external_id, rolling.nextStage!),
    }];
  });
}

/** Webhooks may be late: Vercel itself says whether a rollout is going on. */
function isStill(rolling: RollingRelease | null, { external_id }: DeploymentRow): boolean {
  return rolling?.state === "ACTIVE" && rolling.canaryDeploymentId === external_id;
}

async function approve(target: VercelTarget, canary: string, nextStage: number): Promise<boolean> {
  const found = await target.rollingRelease();
  if (found?.state !== "ACTIVE" || found.canaryDeploymentId !== canary || found.nextStage !== nextStage) {
    return false;
  }
  await target.approveStage(canary, nextStage);
  return true;
}

function configRollout(client: RpcClient, one: ConfigRollout): Rollout {
  return {
    subject: configurationId(one.key, one.version),
    deploymentId: null,
    rolloutId: one.id,
    service: one.key,
    stage: one.stages.indexOf(one.share),
    share: one.share,
    startedAt: one.started_at,
    stageStartedAt: one.stage_started_at,
    targetKey: `configuration:${one.key}`,
    sideOf: (release) => rolloutsOf(release).includes(one.id) ? "canary" : "control",
    advance: async () => {
      await advanceConfigRollout(client, one);
      return true;
    },
  };
}

/** Minutes of each side, and the labels that they came from. */
function split(
  counts: CanaryCounts,
  rollout: Rollout,
): { sides: Sides; labels: Record<keyof Sides, string[]> } {
  const sides: Sides = { canary: [], control: [] };
  const labels = { canary: new Set<string>(), control: new Set<string>() };
  const from = minuteOf(Date.parse(rollout.startedAt));
  for (
    const [minute, release, environment, requests, failures, durationMsSum, sessions, crashedSessions, errors]
      of counts
  ) {
    const at = Date.parse(minute);
    if (at < from || !isProduction(environment)) continue;
    const side = rollout.sideOf(release);
    if (side === null) continue;
    const one: MinuteCounts = { at, requests, failures, durationMsSum, sessions, crashedSessions, errors };
    sides[side].push(one);
    labels[side].add(release);
  }
  return { sides, labels: { canary: [...labels.canary].sort(), control: [...labels.control].sort() } };
}

/** Labels that are named with a judgement; more say nothing that these do not. */
const LABELS_TOLD = 10;

function rowOf(
  rollout: Rollout,
  { verdict, reasons, harmEValue, safetyEValue, judge, canary, control }: StageJudgement,
  labels: Record<keyof Sides, string[]>,
): Record<string, Json> {
  const side = (name: keyof Sides, totals: Totals): Json => ({
    labels: labels[name].slice(0, LABELS_TOLD),
    requests: totals.requests,
    failures: totals.failures,
    errors: totals.errors,
    sessions: totals.sessions,
    crashed_sessions: totals.crashedSessions,
    duration_ms: totals.requests > 0 ? totals.durationMsSum / totals.requests : null,
  });
  return {
    subject: rollout.subject,
    deployment_id: rollout.deploymentId,
    rollout_id: rollout.rolloutId,
    service: rollout.service,
    stage: rollout.stage,
    share: rollout.share,
    started_at: rollout.startedAt,
    stage_started_at: rollout.stageStartedAt,
    verdict,
    reasons,
    score: judge?.score ?? null,
    classification: judge?.classification ?? null,
    harm_e_value: Math.min(harmEValue, Number.MAX_SAFE_INTEGER),
    safety_e_value: Math.min(safetyEValue, Number.MAX_SAFE_INTEGER),
    canary: side("canary", canary),
    control: side("control", control),
    metrics: (judge?.metrics ?? []).map(({ name, label, critical, ratio, reason }) => ({
      name,
      label,
      critical,
      ratio: Number.isFinite(ratio) ? ratio : null,
      reason,
    })),
  };
}

function rulesOf({ step_seconds, least_requests, weights }: CanarySettings): RolloutRules {
  return {
    ...ROLLOUT_RULES,
    ...(step_seconds !== undefined && { stepSeconds: step_seconds }),
    ...(least_requests !== undefined && { leastRequests: least_requests }),
    ...(weights !== undefined && { weights }),
  };
}
