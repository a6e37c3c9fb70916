import type { RpcClient } from "../../platform/rpc.ts";
import { wallClock } from "../../platform/wall-clock.ts";
import { folderOf } from "../blame/factors/files.ts";
import { assessRisk, learnFrom, newRiskModel, type RiskModel } from "../risk/model.ts";
import { addEvidence, evidenceOf, noEvidence, pooledPrior } from "../risk/pool.ts";
import {
  type DeploymentRow,
  type Finding,
  type HistoryRow,
  loadDeployments,
  loadHistory,
  saveFindings,
} from "../store.ts";
import {
  type Lesson,
  loadOutcomes,
  loadPast,
  loadRiskState,
  type RiskState,
  saveLearning,
} from "../store-risk.ts";

const HOUR_MS = 3_600_000;
/** The risk is that of before it went out: soon after, what is known then must not colour it. */
const FROZEN_AFTER_MS = 10 * 60_000;

/** The model by which a project's deployments are judged: its own outcomes on top of what all others have shown. */
export function modelOf({ effective, pool }: RiskState): RiskModel {
  return effective ?? pooledPrior(pool ?? noEvidence());
}

/** Whether the risk that was stated stands: the deployment serves, and what becomes of it may be known. */
export function isStated(
  { risk, promoted_at }: Pick<DeploymentRow, "risk" | "promoted_at">,
  now: Date,
): boolean {
  return risk !== null && promoted_at !== null && now.getTime() - Date.parse(promoted_at) > FROZEN_AFTER_MS;
}

/** States the risk of deployments anew, of which more became known. */
export async function assessAgain(
  client: RpcClient,
  project: { id: number; timeZone: string },
  ids: readonly number[],
  now: Date,
): Promise<void> {
  if (ids.length === 0) return;
  const [deployments, history, state] = await Promise.all([
    loadDeployments(client, project.id, now),
    loadHistory(client, project.id, now),
    loadRiskState(client, project.id),
  ]);
  const model = modelOf(state);
  const open = deployments.filter((one) => ids.includes(one.id) && !isStated(one, now));
  await saveFindings(
    client,
    project.id,
    open.map((one) => riskFinding(one, history, project.timeZone, model)),
    now,
  );
}

/**
 * Learns from deployments whose fate is known by now. Outcomes, the project's model and its part in the pool are written in one
 * transaction that refuses outcomes that are written already: each teaches once, whoever else is learning.
 *
 * @returns how many taught something
 */
export async function learnRisk(client: RpcClient, projectId: number, now: Date): Promise<number> {
  const due = await loadOutcomes(client, projectId, now);
  if (due.length === 0) return 0;
  const [state, past] = await Promise.all([loadRiskState(client, projectId), loadPast(client, projectId)]);
  const before = state.model ?? newRiskModel();
  const learn = (model: RiskModel, { features, failed }: Lesson, forgetting?: number) =>
    learnFrom(model, Object.entries(features).map(([name, value]) => ({ name, value })), failed, forgetting);
  const after = due.reduce((model, lesson) => learn(model, lesson, 0), before);
  const others = addEvidence(state.pool ?? noEvidence(), evidenceOf(before), -1);
  const effective = [...past, ...due].reduce((model, lesson) => learn(model, lesson), pooledPrior(others));
  const saved = await saveLearning(client, projectId, {
    outcomes: due.map(({ id, failed, reason }) => ({ id, failed, reason })),
    model: after,
    version: state.version,
    pool: addEvidence(others, evidenceOf(after)),
    poolVersion: state.pool_version,
    effective,
  }, now);
  return saved ? due.length : 0;
}

/** How likely a deployment is to break something, from what is known of it before it goes out. */
export function riskFinding(
  deployment: Pick<DeploymentRow, "id" | "author" | "files" | "line_count" | "migration" | "created_at">,
  history: readonly HistoryRow[],
  timeZone: string,
  model: RiskModel = newRiskModel(),
): Finding {
  const at = new Date(deployment.created_at);
  const earlier = history.filter((one) => one.id !== deployment.id && Date.parse(one.at) <= at.getTime());
  const folders = new Set((deployment.files ?? []).map(folderOf));
  const of = (rows: readonly HistoryRow[]) => ({
    deployments: rows.length,
    failures: rows.filter(({ failed }) => failed).length,
  });
  const { hour, weekday } = wallClock(at, timeZone);
  const { probability, reasons, features } = assessRisk(
    {
      files: deployment.files ?? [],
      linesChanged: deployment.line_count ?? 0,
      author: of(earlier.filter(({ author }) => author !== null && author === deployment.author)),
      area: of(earlier.filter((one) => one.folders.some((folder) => folders.has(folder)))),
      hour,
      weekday,
      recentDeployments: earlier.filter((one) => at.getTime() - Date.parse(one.at) < HOUR_MS).length,
    },
    model,
    deployment.migration ?? "none",
  );
  return {
    id: deployment.id,
    risk: probability,
    risk_features: Object.fromEntries(features.map(({ name, value }) => [name, value])),
    risk_reasons: reasons.map(({ feature, logOdds, statement }) => ({
      feature,
      log_odds: logOdds,
      statement,
    })),
  };
}
