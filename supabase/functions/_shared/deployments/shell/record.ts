import type { RpcClient } from "../../platform/rpc.ts";
import { type DeploymentReport, FILES_LIMIT } from "../deployment.ts";
import {
  type DeploymentRow,
  loadDeployments,
  loadHistory,
  recordDeployment,
  saveFindings,
} from "../store.ts";
import { loadRiskState } from "../store-risk.ts";
import { capabilityFindings } from "./findings.ts";
import { isStated, modelOf, riskFinding } from "./risk.ts";
import type { MayWrite } from "./ways-back.ts";

/** A deployment as it is recorded, and what is known of it at that moment. */
export interface Recorded {
  deployment: DeploymentRow;
  risk: { probability: number; reasons: { feature: string; log_odds: number; statement: string }[] };
}

/**
 * Writes a report down, with the risk of what is deployed and the way back from what serves now: both are wanted when something breaks,
 * and then there is no time to find out.
 */
export async function record(
  client: RpcClient,
  project: { id: number; timeZone: string; allowed: MayWrite },
  report: DeploymentReport,
  now: Date,
): Promise<Recorded> {
  const deployment = await recordDeployment(client, project.id, bounded(report), now);
  const [deployments, history, state] = await Promise.all([
    loadDeployments(client, project.id, now),
    loadHistory(client, project.id, now),
    loadRiskState(client, project.id),
  ]);
  const risk = riskFinding(deployment, history, project.timeZone, modelOf(state));
  const stated = isStated(deployment, now);
  await saveFindings(client, project.id, [
    ...capabilityFindings(deployments, project.allowed).filter(({ id }) => id !== deployment.id),
    {
      ...(stated ? { id: deployment.id } : risk),
      ...capabilityFindings(deployments, project.allowed).find(({ id }) => id === deployment.id),
    },
  ], now);
  return {
    deployment,
    risk: {
      probability: (stated ? deployment.risk : risk.risk) ?? 0,
      reasons: (risk.risk_reasons ?? []) as Recorded["risk"]["reasons"],
    },
  };
}

/** Cut to what the table takes: a message that is too long must not cost the deployment. */
function bounded(report: DeploymentReport): DeploymentReport {
  const cut = (text: string | null | undefined, length: number) => text?.slice(0, length) ?? null;
  return {
    ...report,
    service: report.service.slice(0, 200),
    environment: report.environment.slice(0, 64).toLowerCase() || "production",
    release: cut(report.release, 250),
    branch: cut(report.branch, 250),
    author: cut(report.author, 200),
    message: cut(report.message, 2000),
    url: cut(report.url, 2048),
    ...(report.files && {
      files: report.files.slice(0, FILES_LIMIT).map((path) => path.slice(0, 300)),
      file_count: report.file_count ?? report.files.length,
    }),
  };
}
