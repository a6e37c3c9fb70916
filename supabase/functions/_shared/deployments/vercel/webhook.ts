import { z } from "zod";
import type { DeploymentEvent, EventKind, ParsedWebhook } from "../webhooks/deployment-event.ts";

/** Types that concern us; all others are accepted and ignored. https://vercel.com/docs/webhooks/webhooks-api */
const KINDS: Record<string, EventKind> = {
  "deployment.created": "building",
  "deployment.ready": "deployed",
  "deployment.succeeded": "deployed",
  "deployment.error": "failed",
  "deployment.canceled": "canceled",
  "deployment.promoted": "promoted",
  "deployment.rollback": "rolled_back",
  "deployment.checks.failed": "checks_failed",
  "project.rolling-release.started": "rollout_started",
  "project.rolling-release.approved": "rollout_advanced",
  "project.rolling-release.completed": "rollout_completed",
  "project.rolling-release.aborted": "rollout_aborted",
  "observability.error-anomaly": "anomaly",
  "flag.updated": "flag_changed",
};

const text = z.string().nullish();
const withId = z.looseObject({ id: text }).nullish();

// Only what is needed, and only as strictly as it is needed: the platform adds and moves fields.
const eventSchema = z.looseObject({
  id: z.string().min(1),
  type: z.string().min(1),
  createdAt: z.union([z.number(), z.iso.datetime({ offset: true })]),
  payload: z.looseObject({
    project: withId,
    projectId: text,
    target: text,
    user: withId,
    deployment: z.looseObject({
      id: text,
      name: text,
      url: text,
      target: text,
      meta: z.record(z.string(), z.unknown()).nullish(),
    }).nullish(),
    deploymentId: text,
    toDeploymentId: text,
    rollingRelease: z.looseObject({ canaryDeployment: withId }).nullish(),
    canaryDeploymentId: text,
    links: z.looseObject({ deployment: text }).nullish(),
  }),
});

/** Reads a Vercel webhook whose signature was already checked. */
export function parseVercelWebhook(body: unknown): ParsedWebhook {
  const parsed = eventSchema.safeParse(body);
  if (!parsed.success) return { outcome: "malformed", reason: firstIssue(parsed.error) };
  const { id, type, createdAt, payload } = parsed.data;
  const kind = KINDS[type];
  if (!kind) return { outcome: "ignored", deliveryId: id, type };
  const meta = payload.deployment?.meta ?? {};
  const metaText = (...names: string[]) => {
    for (const name of names) if (typeof meta[name] === "string" && meta[name] !== "") return meta[name];
    return null;
  };
  const event: DeploymentEvent = {
    source: "vercel",
    deliveryId: id,
    kind,
    at: typeof createdAt === "number" ? createdAt : Date.parse(createdAt),
    project: payload.project?.id ?? payload.projectId ?? null,
    service: payload.deployment?.name ?? null,
    deploymentId: payload.deployment?.id ?? payload.toDeploymentId ?? payload.deploymentId ??
      payload.rollingRelease?.canaryDeployment?.id ?? payload.canaryDeploymentId ?? null,
    environment: payload.target ?? payload.deployment?.target ?? null,
    commit: metaText("githubCommitSha", "gitlabCommitSha", "bitbucketCommitSha"),
    branch: metaText("githubCommitRef", "gitlabCommitRef", "bitbucketCommitRef"),
    author: metaText("githubCommitAuthorLogin", "githubCommitAuthorName", "gitlabCommitAuthorName") ??
      payload.user?.id ?? null,
    url: payload.links?.deployment ?? payload.deployment?.url ?? null,
    files: null,
  };
  return { outcome: "event", event };
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join(".") || "body"}: ${issue.message}` : "unreadable";
}
