import { judgeRedeployment } from "../rollback/flapping.ts";
import { planRollback } from "../rollback/plan.ts";
import type { ChangeTarget, RollbackDecision, RollbackSituation } from "../rollback/types.ts";
import { lineOf } from "../deployment.ts";
import type { MigrationKind } from "../migrations/kind.ts";
import type { DeploymentRow } from "../store.ts";
import { isProduction } from "./labels.ts";

/** What the project lets Prunella change, and what it has said of its deployments. */
export interface MayWrite {
  vercel: boolean;
  supabase: boolean;
  process: boolean;
  github: boolean;
  /** Targets whose deployments never migrate a database, by the word of the project's admins. */
  withoutMigrations?: readonly string[];
}

export interface IntegrationFacts {
  kind: string;
  name: string;
  configuration?: unknown;
}

export function mayWrite(integrations: readonly IntegrationFacts[]): MayWrite {
  const defaults = integrations.filter(({ name }) => name === "default");
  const has = (kind: string) => defaults.some((one) => one.kind === kind);
  return {
    vercel: has("vercel"),
    supabase: has("supabase"),
    process: has("process"),
    github: has("github"),
    withoutMigrations: defaults.filter(({ configuration }) =>
      typeof configuration === "object" && configuration !== null &&
      (configuration as Record<string, unknown>).migrates_database === false
    ).map(({ kind }) => kind),
  };
}

/** How a deployment could be taken back now, and where that leads. */
export interface WayBack {
  decision: RollbackDecision["decision"];
  method: string | null;
  toId: number | null;
  toExternalId: string | null;
  expectedSeconds: number | null;
  reasons: string[];
}

/**
 * The way back from a deployment, worked out from its line. Code that came back after it had been taken back needs a human: rolling it
 * back again would only swing, until somebody stops the pipeline.
 */
export function wayBack(
  blamed: DeploymentRow,
  deployments: readonly DeploymentRow[],
  allowed: MayWrite,
): WayBack {
  if (blamed.status === "rolled_back") return impossible("it was taken back already");
  const line = deployments.filter((one) => lineOf(one) === lineOf(blamed) && one.promoted_at !== null)
    .sort((a, b) => Date.parse(a.promoted_at!) - Date.parse(b.promoted_at!) || a.id - b.id);
  const target = changeTarget(blamed);
  if (target === null) return impossible(`deployments of kind ${blamed.target} are only recorded`);
  const decision = planRollback(situation(blamed, line, target, allowed, deployments));
  const to = line.find(({ external_id }) => external_id === decision.plan?.toVersion) ?? null;
  const returned = repetition(blamed, line);
  const needsHuman = decision.decision === "automatic" && returned !== null;
  return {
    decision: needsHuman ? "human" : decision.decision,
    method: decision.plan?.method ?? null,
    toId: to?.id ?? null,
    toExternalId: to?.external_id ?? null,
    expectedSeconds: decision.plan?.expectedSeconds ?? null,
    reasons: returned === null ? decision.reasons : [returned, ...decision.reasons],
  };
}

function impossible(reason: string): WayBack {
  return {
    decision: "impossible",
    method: null,
    toId: null,
    toExternalId: null,
    expectedSeconds: null,
    reasons: [reason],
  };
}

function changeTarget({ target }: DeploymentRow): ChangeTarget | null {
  return target === "other" ? null : target;
}

function situation(
  blamed: DeploymentRow,
  line: readonly DeploymentRow[],
  target: ChangeTarget,
  allowed: MayWrite,
  deployments: readonly DeploymentRow[],
): RollbackSituation {
  const isRolling = rollingState(blamed) === "ACTIVE";
  return {
    target,
    history: line.map((one) => ({
      id: one.external_id,
      at: Date.parse(one.promoted_at!),
      contentHash: one.content_hash ?? one.commit_sha,
      migration: migrationOf(one, allowed),
      bad: one.rolled_back_at !== null || one.status === "failed",
      bodyStored: one.body_stored,
    })),
    elsewhere: deployments.filter((one) =>
      lineOf(one) !== lineOf(blamed) && one.promoted_at !== null && sharesDatabase(one, blamed)
    ).map((one) => ({
      id: `${one.service} ${one.external_id}`,
      at: Date.parse(one.promoted_at!),
      migration: migrationOf(one, allowed),
    })),
    blamed: blamed.external_id,
    vercel: target === "vercel"
      ? {
        plan: blamed.vercel_plan === "hobby" || blamed.vercel_plan === "enterprise"
          ? blamed.vercel_plan
          : "pro",
        rollingRelease: isRolling ? "active" : "none",
      }
      : null,
    github: { commit: blamed.commit_sha, mayWrite: allowed.github },
    mayWrite: target === "vercel" || target === "supabase" || target === "process" ? allowed[target] : true,
  };
}

/**
 * What a deployment did to the database. The source of an edge function does nothing to it; of everything else that nobody has told of,
 * nobody knows.
 */
function migrationOf(
  { target, migration }: DeploymentRow,
  { withoutMigrations = [] }: MayWrite,
): MigrationKind {
  if (migration !== null) return migration;
  return target === "supabase" || withoutMigrations.includes(target) ? "none" : "unknown";
}

function sharesDatabase(one: DeploymentRow, other: DeploymentRow): boolean {
  return one.environment === other.environment ||
    (isProduction(one.environment) && isProduction(other.environment));
}

export function rollingState({ rolling_release }: DeploymentRow): string | null {
  return typeof rolling_release === "object" && rolling_release !== null && !Array.isArray(rolling_release) &&
      typeof rolling_release.state === "string"
    ? rolling_release.state
    : null;
}

/** Why a deployment counts as the return of one that was taken back, or null. */
function repetition(blamed: DeploymentRow, line: readonly DeploymentRow[]): string | null {
  const content = (one: DeploymentRow) => one.content_hash ?? one.commit_sha;
  const verdict = judgeRedeployment(
    {
      target: lineOf(blamed),
      versionId: blamed.external_id,
      contentHash: content(blamed),
      at: Date.parse(blamed.promoted_at!),
      automatic: true,
    },
    line.flatMap((one) =>
      one.rolled_back_at === null || one.id === blamed.id ? [] : [{
        target: lineOf(one),
        versionId: one.external_id,
        contentHash: content(one),
        at: Date.parse(one.rolled_back_at),
        cleared: false,
      }]
    ),
  );
  if (verdict.verdict !== "pass") return `${verdict.reason}: a human decides, so that it does not swing`;
  return blamed.repeats_id !== null ? "it had been taken back before and was deployed again" : null;
}
