import type { Json } from "../../platform/json.ts";
import { checkDeployments } from "../health/check-all.ts";
import type { DeploymentRow, Finding, MetricsRow } from "../store.ts";
import { type MayWrite, wayBack } from "./ways-back.ts";

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
