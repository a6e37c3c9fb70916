import type { Json } from "../../platform/json.ts";
import type { DeploymentReport, DeploymentStatus } from "../deployment.ts";
import type { DeploymentRow } from "../store.ts";
import type { DeploymentEvent, EventKind } from "../webhooks/deployment-event.ts";

/** What follows from a webhook for the project that it belongs to. */
export interface Consequences {
  report: DeploymentReport | null;
  /** What only Vercel knows, to be kept beside the report. */
  vercel: Record<string, Json> | null;
  commit: Record<string, Json> | null;
}

const NOTHING: Consequences = { report: null, vercel: null, commit: null };

/** A rollout whose share Vercel did not tell began with its first stage; the usual one is a tenth. */
const FIRST_STAGE_SHARE = 0.1;

const VERCEL_STATUS: Partial<Record<EventKind, DeploymentStatus>> = {
  building: "building",
  deployed: "ready",
  failed: "failed",
  canceled: "canceled",
  // Vercel tells of every change of what production serves, its own promotions included: only then does a build serve.
  promoted: "serving",
  rolled_back: "serving",
  rollout_started: "serving",
  rollout_advanced: "serving",
  rollout_completed: "serving",
};

/** @param known the project's deployments, for events that name one without describing it */
export function consequencesOf(event: DeploymentEvent, known: readonly DeploymentRow[]): Consequences {
  return event.source === "vercel" ? ofVercel(event, known) : ofGithub(event);
}

function ofVercel(event: DeploymentEvent, known: readonly DeploymentRow[]): Consequences {
  const { kind, deploymentId } = event;
  const row = known.find(({ target, external_id }) => target === "vercel" && external_id === deploymentId) ??
    null;
  if (deploymentId === null) return NOTHING;
  if (kind === "rollout_aborted") return ofAbort(event, row, known);
  const status = VERCEL_STATUS[kind];
  if (!status) return NOTHING;
  const at = new Date(event.at).toISOString();
  const isRollout = kind.startsWith("rollout_");
  const share = kind === "rollout_completed" ? 1 : FIRST_STAGE_SHARE;
  return {
    ...NOTHING,
    report: {
      target: "vercel",
      external_id: deploymentId,
      service: event.service ?? row?.service ?? event.project ?? "vercel",
      environment: event.environment ?? row?.environment ?? (status === "serving" ? "production" : "preview"),
      status,
      at,
      ...(kind === "rolled_back" && { displaces: "rolled_back" as const }),
      commit_sha: event.commit?.toLowerCase() ?? null,
      branch: event.branch,
      author: event.author,
      url: event.url,
      ...(status === "building" && { created_at: at }),
      ...(isRollout && { rollout: rolloutWith(row, at, share) }),
    },
    vercel: {
      vercel_deployment_id: deploymentId,
      vercel_project_id: event.project ?? "",
      name: event.service ?? row?.service ?? "vercel",
      url: event.url,
      vercel_target: event.environment,
      state: kind,
      ...(isRollout && { rolling_release: { state: kind === "rollout_completed" ? "COMPLETE" : "ACTIVE" } }),
    },
  };
}

function rolloutWith(row: DeploymentRow | null, at: string, share: number): { at: string; share: number }[] {
  const before = row?.rollout ?? [];
  return before.some((step) => step.at === at) ? before : [...before, { at, share }];
}

/** All traffic goes back to what served before the rollout began. */
function ofAbort(
  event: DeploymentEvent,
  canary: DeploymentRow | null,
  known: readonly DeploymentRow[],
): Consequences {
  const before = known.find(({ id }) => id === canary?.previous_id);
  if (!before) return NOTHING;
  return {
    ...NOTHING,
    report: {
      target: "vercel",
      external_id: before.external_id,
      service: before.service,
      environment: before.environment,
      status: "serving",
      at: new Date(event.at).toISOString(),
      displaces: "rolled_back",
    },
  };
}

const GITHUB_STATUS: Partial<Record<EventKind, DeploymentStatus>> = {
  building: "building",
  deployed: "serving",
  failed: "failed",
};
/** Vercel reports its deployments to GitHub as well; they come from Vercel itself, with more. */
const VERCEL_ON_GITHUB = /^vercel(?:\[bot\])?$/i;

function ofGithub(event: DeploymentEvent): Consequences {
  const at = new Date(event.at).toISOString();
  const commit = event.commit?.toLowerCase() ?? null;
  if ((event.kind === "pushed" || event.kind === "checks_failed") && commit !== null) {
    return {
      ...NOTHING,
      commit: {
        sha: commit,
        branch: event.branch,
        author: event.author,
        files: event.files,
        at,
        ...(event.kind === "checks_failed" && { failed_checks: [{ at, url: event.url }] }),
      },
    };
  }
  const status = GITHUB_STATUS[event.kind];
  if (!status || event.deploymentId === null || VERCEL_ON_GITHUB.test(event.author ?? "")) return NOTHING;
  const name = event.project ?? "github";
  return {
    ...NOTHING,
    report: {
      target: "github",
      external_id: event.deploymentId,
      service: name.slice(name.lastIndexOf("/") + 1),
      environment: event.environment ?? "production",
      status,
      at,
      commit_sha: commit,
      branch: event.branch,
      author: event.author,
      url: event.url,
      ...(status === "building" && { created_at: at }),
    },
  };
}
