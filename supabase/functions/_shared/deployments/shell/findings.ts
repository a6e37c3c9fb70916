import type { Json } from "../../platform/json.ts";
import { checkDeployments } from "../health/check-all.ts";
import { assessRisk } from "../risk/model.ts";
import type { DeploymentRow, Finding, HistoryRow, MetricsRow } from "../store.ts";
import { type MayWrite, wayBack } from "./ways-back.ts";

const HOUR_MS = 3_600_000;

/** Health of every deployment that served lately, beside the one before it. Older ones keep what was found last. */
export function healthFindings(metrics: readonly MetricsRow[]): Finding[] {
  const health = checkDeployments(metrics.map((one) => ({
    id: String(one.deployment_id),
    target: one.line,
    at: Date.parse(one.at),
    metrics: {
      requests: one.requests,
      failures: one.failures,
      durationMsSum: one.duration_ms_sum,
      // Durations come with every request that is counted.
      durationCount: one.duration_ms_sum > 0 ? one.requests : 0,
      sessions: one.sessions,
      crashedSessions: one.crashed_sessions,
      newIssues: one.new_issues,
    },
  })));
  return metrics.filter(({ is_recent }) => is_recent).map((one) => {
    const found = health.get(String(one.deployment_id))!;
    return {
      id: one.deployment_id,
      health_score: found.score,
      health: {
        status: found.status,
        parts: found.parts.map(({ name, lost, statement }) => ({ name, lost, statement })),
        requests: one.requests,
        failures: one.failures,
        sessions: one.sessions,
        crashed_sessions: one.crashed_sessions,
        new_issues: one.new_issues,
      },
    };
  });
}

/** The way back from everything that serves, written down while all is well. Only what changed since is written again. */
export function capabilityFindings(deployments: readonly DeploymentRow[], allowed: MayWrite): Finding[] {
  return deployments.filter(({ status }) => status === "serving").flatMap((one) => {
    const way = wayBack(one, deployments, allowed);
    const capability: Json = {
      possible: way.decision !== "impossible",
      requires_human: way.decision === "human",
      method: way.method,
      to_id: way.toId,
      to_external_id: way.toExternalId,
      expected_seconds: way.expectedSeconds,
      reasons: way.reasons,
    };
    return sameCapability(one.rollback_capability, capability)
      ? []
      : [{ id: one.id, rollback_capability: capability }];
  });
}

function sameCapability(known: Json | undefined, found: Json): boolean {
  return JSON.stringify(sorted(known)) === JSON.stringify(sorted(found));
}

/** Postgres keeps the keys of an object in an order of its own. */
function sorted(value: Json | undefined): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value ?? null;
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** How likely a deployment is to break something, from what is known of it before it goes out. */
export function riskFinding(
  deployment: Pick<DeploymentRow, "id" | "author" | "files" | "line_count" | "migration" | "created_at">,
  history: readonly HistoryRow[],
  timeZone: string,
): Finding {
  const at = new Date(deployment.created_at);
  const earlier = history.filter((one) => one.id !== deployment.id && Date.parse(one.at) <= at.getTime());
  const folders = new Set((deployment.files ?? []).map(folderOf));
  const of = (rows: readonly HistoryRow[]) => ({
    deployments: rows.length,
    failures: rows.filter(({ failed }) => failed).length,
  });
  const { hour, weekday } = localTime(at, timeZone);
  const { probability, reasons } = assessRisk(
    {
      files: deployment.files ?? [],
      linesChanged: deployment.line_count ?? 0,
      author: of(earlier.filter(({ author }) => author !== null && author === deployment.author)),
      area: of(earlier.filter((one) => one.folders.some((folder) => folders.has(folder)))),
      hour,
      weekday,
      recentDeployments: earlier.filter((one) => at.getTime() - Date.parse(one.at) < HOUR_MS).length,
    },
    undefined,
    deployment.migration ?? "none",
  );
  return {
    id: deployment.id,
    risk: probability,
    risk_reasons: reasons.map(({ feature, logOdds, statement }) => ({
      feature,
      log_odds: logOdds,
      statement,
    })),
  };
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function localTime(at: Date, timeZone: string): { hour: number; weekday: number } {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hour: "2-digit",
    hourCycle: "h23",
    weekday: "short",
  })
    .formatToParts(at);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  return { hour: Number(part("hour")), weekday: WEEKDAYS.indexOf(part("weekday")) };
}
