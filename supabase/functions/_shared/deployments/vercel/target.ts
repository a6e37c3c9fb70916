import { z } from "zod";
import { ActionError } from "../../platform/action-error.ts";
import { send, sendFor, type TargetOptions } from "../targets/request.ts";

export interface VercelDeployment {
  id: string;
  url: string | null;
  /** ms since 1970. */
  createdAt: number;
  state: string;
  environment: string | null;
  commit: string | null;
  branch: string | null;
  author: string | null;
  rollbackCandidate: boolean | null;
}

export interface RollingRelease {
  state: "ACTIVE" | "COMPLETE" | "ABORTED";
  currentDeploymentId: string | null;
  canaryDeploymentId: string | null;
  /** Percent of the traffic that the canary gets now. */
  canaryPercentage: number | null;
  /** Position of the present stage; null when Vercel does not tell. */
  stage: number | null;
  /** Position of the stage that comes when this one is approved; null when none does, or Vercel goes on by itself. */
  nextStage: number | null;
}

/** One Vercel project. https://vercel.com/docs/rest-api */
export interface VercelTarget {
  /** Production deployments, newest first. */
  list(limit?: number): Promise<VercelDeployment[]>;
  get(deploymentId: string): Promise<VercelDeployment>;
  /** Id of the deployment that production serves; null when none does. */
  serving(): Promise<string | null>;
  /** Points production at an earlier deployment, without a build. Environment variables and cron jobs go back as well. */
  rollback(deploymentId: string): Promise<void>;
  /** Points production at a deployment again: the undo of a rollback. */
  promote(deploymentId: string): Promise<void>;
  rollingRelease(): Promise<RollingRelease | null>;
  /** Goes on to the next stage of a rolling release that waits for approval. */
  approveStage(canaryDeploymentId: string, nextStage: number): Promise<void>;
  /** Ends an active rolling release in favour of the old deployment; returns that one's id. */
  abortRollingRelease(canaryDeploymentId: string): Promise<string>;
}

export interface VercelTargetOptions extends Omit<TargetOptions, "platform"> {
  projectId: string;
  teamId?: string;
}

export const VERCEL_API = "https://api.vercel.com";

const text = z.string().nullish();
const deploymentSchema = z.looseObject({
  uid: text,
  id: text,
  url: text,
  created: z.number().nullish(),
  createdAt: z.number().nullish(),
  state: text,
  readyState: text,
  target: text,
  meta: z.record(z.string(), z.unknown()).nullish(),
  isRollbackCandidate: z.boolean().nullish(),
});
const listSchema = z.looseObject({ deployments: z.array(deploymentSchema) });
const projectSchema = z.looseObject({
  targets: z.looseObject({
    production: z.looseObject({
      id: z.string(),
      createdAt: z.number().nullish(),
      readyAt: z.number().nullish(),
      readySubstate: text,
    }).nullish(),
  }).nullish(),
  /** The last rollback or promotion that somebody asked for. */
  lastAliasRequest: z.looseObject({
    toDeploymentId: text,
    jobStatus: text,
    requestedAt: z.number().nullish(),
  }).nullish(),
});
const withId = z.looseObject({ id: z.string() }).nullish();
const stageSchema = z.looseObject({ index: z.number().nullish(), targetPercentage: z.number().nullish() });
const rollingSchema = z.looseObject({
  rollingRelease: z.looseObject({
    state: z.enum(["ACTIVE", "COMPLETE", "ABORTED"]),
    currentDeployment: withId,
    canaryDeployment: withId,
    activeStage: stageSchema.extend({ requireApproval: z.boolean().nullish() }).nullish(),
    nextStage: stageSchema.nullish(),
  }).nullable(),
});

export function createVercelTarget(options: VercelTargetOptions): VercelTarget {
  const target: TargetOptions = { ...options, platform: "Vercel" };
  const project = encodeURIComponent(options.projectId);
  const query = (more: Record<string, string> = {}) => ({ teamId: options.teamId, ...more });
  const act = async (path: string, json: unknown = {}) => {
    await (await send(target, { method: "POST", path, query: query(), json })).body?.cancel();
  };
  const rollback = (id: string) => act(`/v1/projects/${project}/rollback/${encodeURIComponent(id)}`);
  const rollingRelease = async () => {
    const path = `/v1/projects/${project}/rolling-release`;
    const { rollingRelease: found } = await sendFor(
      target,
      { method: "GET", path, query: query() },
      rollingSchema,
    );
    if (!found) return null;
    return {
      state: found.state,
      currentDeploymentId: found.currentDeployment?.id ?? null,
      canaryDeploymentId: found.canaryDeployment?.id ?? null,
      canaryPercentage: found.activeStage?.targetPercentage ?? null,
      stage: found.activeStage?.index ?? null,
      nextStage: found.activeStage?.requireApproval === true ? found.nextStage?.index ?? null : null,
    };
  };

  return {
    async list(limit = 20) {
      const more = { projectId: options.projectId, target: "production", limit: String(limit) };
      const found = await sendFor(
        target,
        { method: "GET", path: "/v7/deployments", query: query(more) },
        listSchema,
      );
      return found.deployments.flatMap((one) => deploymentOf(one) ?? []);
    },
    async get(deploymentId) {
      const path = `/v13/deployments/${encodeURIComponent(deploymentId)}`;
      const found = deploymentOf(
        await sendFor(target, { method: "GET", path, query: query() }, deploymentSchema),
      );
      if (!found) throw new ActionError("rejected", "Vercel's answer names no deployment.");
      return found;
    },
    async serving() {
      const found = await sendFor(
        target,
        { method: "GET", path: `/v9/projects/${project}`, query: query() },
        projectSchema,
      );
      return servingOf(found);
    },
    rollback,
    promote: (id) => act(`/v10/projects/${project}/promote/${encodeURIComponent(id)}`),
    rollingRelease,
    approveStage: (canaryDeploymentId, nextStageIndex) =>
      act(`/v1/projects/${project}/rolling-release/approve-stage`, { nextStageIndex, canaryDeploymentId }),
    async abortRollingRelease(canaryDeploymentId) {
      const found = await rollingRelease();
      if (
        found?.state !== "ACTIVE" || found.canaryDeploymentId !== canaryDeploymentId ||
        !found.currentDeploymentId
      ) {
        throw new ActionError("not_applicable", "There is no active rolling release of this deployment.");
      }
      // Vercel aborts a rolling release by a rollback to the deployment that it started from.
      await rollback(found.currentDeploymentId);
      return found.currentDeploymentId;
    },
  };
}

/**
 * What the production domains point at: the latest production deployment, unless a rollback or a promotion came after it was built. While a
 * project is rolled back, later builds are staged and serve nobody.
 */
function servingOf({ targets, lastAliasRequest: moved }: z.infer<typeof projectSchema>): string | null {
  const production = targets?.production ?? null;
  const isStaged = production?.readySubstate === "STAGED";
  const builtAt = production?.readyAt ?? production?.createdAt ?? Infinity;
  const movedTo = moved?.jobStatus === "succeeded" ? moved.toDeploymentId ?? null : null;
  if (movedTo !== null && (production === null || isStaged || (moved?.requestedAt ?? 0) > builtAt)) {
    return movedTo;
  }
  return isStaged ? null : production?.id ?? null;
}

function deploymentOf(found: z.infer<typeof deploymentSchema>): VercelDeployment | null {
  const id = found.uid ?? found.id;
  if (!id) return null;
  const meta = (name: string) => {
    const value = found.meta?.[name];
    return typeof value === "string" ? value : null;
  };
  return {
    id,
    url: found.url ?? null,
    createdAt: found.createdAt ?? found.created ?? 0,
    state: found.readyState ?? found.state ?? "UNKNOWN",
    environment: found.target ?? null,
    commit: meta("githubCommitSha"),
    branch: meta("githubCommitRef"),
    author: meta("githubCommitAuthorLogin") ?? meta("githubCommitAuthorName"),
    rollbackCandidate: found.isRollbackCandidate ?? null,
  };
}
