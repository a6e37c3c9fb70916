import { z } from "zod";
import type { DeploymentEvent, EventKind, ParsedWebhook } from "../webhooks/deployment-event.ts";

const text = z.string().nullish();
const time = z.union([z.iso.datetime({ offset: true }), z.number()]).nullish();
const repository = z.looseObject({ full_name: z.string(), name: text });
const user = z.looseObject({ login: text, name: text }).nullish();

const deploymentSchema = z.looseObject({
  id: z.number(),
  sha: text,
  ref: text,
  environment: text,
  created_at: time,
  creator: user,
});
const deploymentEvent = z.looseObject({ repository, deployment: deploymentSchema });
const statusEvent = z.looseObject({
  repository,
  deployment: deploymentSchema,
  deployment_status: z.looseObject({
    state: z.string(),
    created_at: time,
    environment_url: text,
    target_url: text,
    creator: user,
  }),
});
const commitSchema = z.looseObject({
  added: z.array(z.string()).nullish(),
  modified: z.array(z.string()).nullish(),
  removed: z.array(z.string()).nullish(),
});
const pushEvent = z.looseObject({
  repository,
  ref: z.string(),
  after: z.string(),
  deleted: z.boolean().nullish(),
  commits: z.array(commitSchema).nullish(),
  head_commit: z.looseObject({
    timestamp: text,
    author: z.looseObject({ username: text, name: text }).nullish(),
  })
    .nullish(),
  pusher: z.looseObject({ name: text }).nullish(),
});
const checkEvent = z.looseObject({
  repository,
  action: text,
  check_run: z.looseObject({
    head_sha: z.string(),
    conclusion: text,
    completed_at: time,
    html_url: text,
    name: text,
    check_suite: z.looseObject({ head_branch: text }).nullish(),
  }),
});

/** States of `deployment_status`; those that are not here (inactive) are no news of this deployment. */
const STATES: Record<string, EventKind> = {
  queued: "building",
  pending: "building",
  in_progress: "building",
  success: "deployed",
  failure: "failed",
  error: "failed",
};
const FAILED_CHECKS = new Set(["failure", "timed_out", "startup_failure"]);
/** GitHub lists at most this many commits of a push; with as many, the list of files is not complete. */
const MAX_PUSH_COMMITS = 2048;

/** Reads a GitHub webhook whose signature was already checked. `headers` tell the event and the delivery. */
export function parseGithubWebhook(headers: Headers, body: unknown): ParsedWebhook {
  const type = headers.get("x-github-event");
  const deliveryId = headers.get("x-github-delivery");
  if (!type || !deliveryId) {
    return { outcome: "malformed", reason: "x-github-event and x-github-delivery are missing" };
  }
  const read = reader(type);
  if (!read) return { outcome: "ignored", deliveryId, type };
  const result = read(body);
  if (typeof result === "string") return { outcome: "malformed", reason: result };
  if (result === null) return { outcome: "ignored", deliveryId, type };
  const event: DeploymentEvent = {
    deploymentId: null,
    environment: null,
    branch: null,
    author: null,
    url: null,
    files: null,
    ...result,
    source: "github",
    deliveryId,
    service: null,
  };
  return { outcome: "event", event };
}

type Found = Pick<DeploymentEvent, "kind" | "at" | "project" | "commit"> & Partial<DeploymentEvent>;

/** Reads one type of event: what it tells, null when it is of no concern, or the sentence that says what is wrong. */
type Reader = (body: unknown) => Found | string | null;

function reader(type: string): Reader | null {
  switch (type) {
    case "deployment":
      return reading(deploymentEvent, ({ repository, deployment }) => ({
        kind: "building",
        ...common(repository, deployment),
        at: millis(deployment.created_at),
      }));
    case "deployment_status":
      return reading(statusEvent, ({ repository, deployment, deployment_status: status }) => {
        const kind = STATES[status.state];
        if (!kind) return null;
        return {
          kind,
          ...common(repository, deployment),
          at: millis(status.created_at),
          url: status.environment_url ?? status.target_url ?? null,
        };
      });
    case "push":
      return reading(pushEvent, (push) => {
        if (push.deleted || !push.ref.startsWith("refs/heads/")) return null;
        return {
          kind: "pushed",
          at: millis(push.head_commit?.timestamp),
          project: push.repository.full_name,
          commit: push.after,
          branch: push.ref.slice("refs/heads/".length),
          author: push.head_commit?.author?.username ?? push.pusher?.name ?? null,
          files: filesOf(push.commits ?? []),
        };
      });
    case "check_run":
      return reading(checkEvent, ({ repository, check_run: run }) => {
        if (!run.conclusion || !FAILED_CHECKS.has(run.conclusion)) return null;
        return {
          kind: "checks_failed",
          at: millis(run.completed_at),
          project: repository.full_name,
          commit: run.head_sha,
          branch: run.check_suite?.head_branch ?? null,
          url: run.html_url ?? null,
        };
      });
    default:
      return null;
  }
}

function reading<T>(schema: z.ZodType<T>, take: (value: T) => Found | null): Reader {
  return (body) => {
    const parsed = schema.safeParse(body);
    if (parsed.success) return take(parsed.data);
    const issue = parsed.error.issues[0];
    return issue ? `${issue.path.join(".") || "body"}: ${issue.message}` : "unreadable";
  };
}

function common({ full_name }: z.infer<typeof repository>, deployment: z.infer<typeof deploymentSchema>) {
  return {
    project: full_name,
    deploymentId: String(deployment.id),
    commit: deployment.sha ?? null,
    branch: deployment.ref ?? null,
    environment: deployment.environment ?? null,
    author: deployment.creator?.login ?? null,
  };
}

/** GitHub gives ISO times, and in some events seconds since 1970. */
function millis(value: string | number | null | undefined): number {
  if (typeof value === "number") return value * 1000;
  const parsed = value ? Date.parse(value) : NaN;
  return Number.isNaN(parsed) ? 0 : parsed;
}

function filesOf(commits: z.infer<typeof commitSchema>[]): string[] | null {
  if (commits.length === 0 || commits.length >= MAX_PUSH_COMMITS) return null;
  const files = new Set<string>();
  for (const { added, modified, removed } of commits) {
    for (const path of [...added ?? [], ...modified ?? [], ...removed ?? []]) files.add(path);
  }
  return [...files];
}
