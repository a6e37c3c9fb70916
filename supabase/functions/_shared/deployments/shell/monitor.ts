import type { RpcClient } from "../../platform/rpc.ts";
import type { GithubChanges } from "../github/changes.ts";
import type { SupabaseTarget } from "../supabase/target.ts";
import type { RollingRelease, VercelTarget } from "../vercel/target.ts";
import {
  type DeploymentRow,
  loadDeployments,
  loadMetrics,
  type MonitoredProject,
  monitoredProjects,
  recordVercelFields,
  saveFindings,
} from "../store.ts";
import { judgeRollouts } from "./canary.ts";
import { capabilityFindings, healthFindings } from "./findings.ts";
import { followFunctionLogs } from "./function-logs.ts";
import { pollFunctions } from "./functions.ts";
import { lookForBlame } from "./look.ts";
import { findMigrations } from "./migrations.ts";
import { record } from "./record.ts";
import { assessAgain, learnRisk } from "./risk.ts";
import { type MayWrite, mayWrite, rollingState } from "./ways-back.ts";

/** The platforms of one project, as far as it has connected them. */
export interface Platforms {
  vercel: (() => Promise<VercelTarget>) | null;
  supabase: (() => Promise<SupabaseTarget>) | null;
  github: (() => Promise<GithubChanges>) | null;
}

export interface MonitorWorld {
  client: RpcClient;
  platformsOf(project: MonitoredProject): Platforms;
  now(): Date;
  /** Told what went wrong with one project; the others go on. */
  onFailure(projectId: number, what: string, error: unknown): void;
}

export interface MonitorRun {
  projects: number;
  checked: number;
  new_versions: number;
  logged_minutes: number;
  rollouts: number;
  learnt: number;
  blamed: number;
  failures: number;
}

/** A run ends before the edge function would be ended; what is left has its turn two minutes later. */
const RUN_MS = 100_000;

/** Health, ways back, versions and blame of every project that deploys something, or of one. */
export async function runMonitor(world: MonitorWorld, projectId: number | null = null): Promise<MonitorRun> {
  const { client, now } = world;
  const began = now().getTime();
  const run: MonitorRun = {
    projects: 0,
    checked: 0,
    new_versions: 0,
    logged_minutes: 0,
    rollouts: 0,
    learnt: 0,
    blamed: 0,
    failures: 0,
  };
  for (const project of await monitoredProjects(client, now())) {
    if (projectId !== null && project.project_id !== projectId) continue;
    if (now().getTime() - began > RUN_MS) break;
    run.projects++;
    await monitorProject(world, project, run);
  }
  return run;
}

/** The parts do not depend on each other: a platform that is down must not keep blame from looking. */
async function monitorProject(
  world: MonitorWorld,
  project: MonitoredProject,
  run: MonitorRun,
): Promise<void> {
  const { client, now } = world;
  const id = project.project_id;
  const attempt = async <T>(what: string, part: () => Promise<T>): Promise<T | null> => {
    try {
      return await part();
    } catch (error) {
      run.failures++;
      world.onFailure(id, what, error);
      return null;
    }
  };
  const allowed = mayWrite(project.integrations);
  const about = { id, timeZone: project.time_zone, allowed };
  const { vercel, supabase, github } = world.platformsOf(project);
  if (vercel) {
    await attempt("vercel", async () => {
      await followVercel(client, about, await vercel(), await loadDeployments(client, id, now()), now());
    });
  }
  if (supabase) {
    const found = await attempt("supabase", async () => {
      const api = await supabase();
      return { api, functions: await api.list() };
    });
    if (found) {
      const { api, functions } = found;
      await attempt("supabase", async () => {
        const known = await loadDeployments(client, id, now());
        run.new_versions += await pollFunctions(client, about, api, functions, known, now());
      });
      // A token may be allowed to see functions and not their logs.
      await attempt("logs of edge functions", async () => {
        run.logged_minutes += await followFunctionLogs(client, id, api, functions, now());
      });
    }
  }
  if (github) {
    await attempt("github", async () => {
      const known = await loadDeployments(client, id, now());
      await assessAgain(client, about, await findMigrations(client, id, github, known, now()), now());
    });
  }
  await attempt("rollouts", async () => {
    run.rollouts += await judgeRollouts(client, id, await loadDeployments(client, id, now()), vercel, now());
  });
  await attempt("blame", async () => {
    const { verdicts } = await lookForBlame(client, id, now());
    run.blamed += verdicts.filter(({ decision }) => decision === "blame").length;
  });
  await attempt("health", async () => {
    run.checked += await checkHealth(client, id, allowed, now());
  });
  await attempt("risk", async () => {
    run.learnt += await learnRisk(client, id, now());
  });
}

/** Health and the way back of a project's deployments, in three calls of the database whatever their number. */
export async function checkHealth(
  client: RpcClient,
  projectId: number,
  allowed: MayWrite,
  now: Date,
): Promise<number> {
  const [metrics, deployments] = await Promise.all([
    loadMetrics(client, projectId, now),
    loadDeployments(client, projectId, now),
  ]);
  const ways = new Map(capabilityFindings(deployments, allowed).map((finding) => [finding.id, finding]));
  const health = healthFindings(metrics).map((finding) => {
    const way = ways.get(finding.id);
    ways.delete(finding.id);
    return { ...finding, ...way };
  });
  await saveFindings(client, projectId, [...health, ...ways.values()], now);
  return health.length;
}

/** What production serves, asked of Vercel itself: webhooks get lost, and a project can be connected before it has any. */
async function followVercel(
  client: RpcClient,
  project: { id: number; timeZone: string; allowed: MayWrite },
  vercel: VercelTarget,
  known: readonly DeploymentRow[],
  now: Date,
): Promise<void> {
  if (await followRollout(client, project, vercel, known, now)) return;
  const serving = await vercel.serving();
  const row = known.find(({ target, external_id }) => target === "vercel" && external_id === serving) ?? null;
  if (serving === null || row?.status === "serving") return;
  const found = await vercel.get(serving);
  const current = known.find(({ target, status, environment }) =>
    target === "vercel" && status === "serving" && environment === "production"
  );
  const service = row?.service ?? current?.service ??
    known.findLast(({ target }) => target === "vercel")?.service ?? "vercel";
  const isBack = row !== null && current !== undefined && row.promoted_at !== null;
  const { deployment } = await record(client, project, {
    target: "vercel",
    external_id: serving,
    service,
    environment: "production",
    status: "serving",
    // Of one that is new to us the build's end is the best guess; one that serves again does so since some moment before now.
    at: new Date(row === null && found.createdAt > 0 ? Math.min(found.createdAt, now.getTime()) : now)
      .toISOString(),
    ...(isBack && { displaces: "rolled_back" as const }),
    commit_sha: found.commit?.toLowerCase() ?? null,
    branch: found.branch,
    author: found.author,
    url: found.url,
  }, now);
  await recordVercelFields(client, deployment.id, {
    vercel_deployment_id: serving,
    vercel_project_id: row?.vercel_project_id ?? "",
    name: service,
    url: found.url,
    vercel_target: "production",
    state: found.state,
  });
}

/** While a deployment is rolled out both it and the one before it serve: its share is what matters. True when there is a rollout. */
async function followRollout(
  client: RpcClient,
  project: { id: number; timeZone: string; allowed: MayWrite },
  vercel: VercelTarget,
  known: readonly DeploymentRow[],
  now: Date,
): Promise<boolean> {
  const rolling = await vercel.rollingRelease();
  await closeRollouts(client, rolling, known);
  if (rolling?.state !== "ACTIVE" || rolling.canaryDeploymentId === null) return false;
  const canary = rolling.canaryDeploymentId;
  const row = known.find(({ target, external_id }) => target === "vercel" && external_id === canary);
  const share = (rolling.canaryPercentage ?? 0) / 100;
  if (row?.status === "serving" && row.rollout.at(-1)?.share === share) return true;
  const found = await vercel.get(canary);
  const service = row?.service ?? known.findLast(({ target }) => target === "vercel")?.service ?? "vercel";
  const at = row?.promoted_at ?? now.toISOString();
  const { deployment } = await record(client, project, {
    target: "vercel",
    external_id: canary,
    service,
    environment: "production",
    status: "serving",
    at: new Date(at).toISOString(),
    commit_sha: found.commit?.toLowerCase() ?? null,
    branch: found.branch,
    author: found.author,
    url: found.url,
    rollout: [...row?.rollout ?? [], { at: now.toISOString(), share }],
  }, now);
  await recordVercelFields(client, deployment.id, {
    vercel_deployment_id: canary,
    vercel_project_id: row?.vercel_project_id ?? "",
    name: service,
    url: found.url,
    vercel_target: "production",
    state: found.state,
    rolling_release: { state: rolling.state, canary_percentage: rolling.canaryPercentage },
  });
  return true;
}

/** A rollout whose end nobody told of. What serves now is found out as for any other change. */
async function closeRollouts(
  client: RpcClient,
  rolling: RollingRelease | null,
  known: readonly DeploymentRow[],
): Promise<void> {
  for (const row of known) {
    if (row.target !== "vercel" || rollingState(row) !== "ACTIVE") continue;
    const isThis = rolling?.canaryDeploymentId === row.external_id;
    if (isThis && rolling?.state === "ACTIVE") continue;
    await recordVercelFields(client, row.id, {
      vercel_deployment_id: row.external_id,
      vercel_project_id: row.vercel_project_id ?? "",
      name: row.service,
      state: "READY",
      rolling_release: { state: isThis && rolling ? rolling.state : "ENDED" },
    });
  }
}
