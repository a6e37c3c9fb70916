import { z } from "zod";
import { adminClient } from "../_shared/platform/auth.ts";
import { failures } from "../_shared/platform/errors.ts";
import { parseAnswer, type RpcClient } from "../_shared/platform/rpc.ts";
import {
  acceptDelivery,
  loadDeployments,
  recordVercelFields,
  webhookSecrets,
} from "../_shared/deployments/store.ts";
import { recordCommit } from "../_shared/deployments/store-commits.ts";
import { record } from "../_shared/deployments/shell/record.ts";
import { findMigrations } from "../_shared/deployments/shell/migrations.ts";
import { assessAgain } from "../_shared/deployments/shell/risk.ts";
import { consequencesOf } from "../_shared/deployments/shell/webhooks.ts";
import { mayWrite } from "../_shared/deployments/shell/ways-back.ts";
import { judgeDelivery } from "../_shared/deployments/webhooks/delivery.ts";
import type { ParsedWebhook } from "../_shared/deployments/webhooks/deployment-event.ts";
import { inBackground } from "../_shared/platform/http-background.ts";
import type { receivedSchema } from "./schemas.ts";
import { world } from "./world.ts";

export interface Platform {
  source: "vercel" | "github";
  /** What the body says it is about, by which the secrets are found; nothing else of it is believed before it is verified. */
  subjectOf(body: unknown): string | null;
  isSigned(body: Uint8Array<ArrayBuffer>, headers: Headers, secret: string): Promise<boolean>;
  parse(headers: Headers, body: unknown): ParsedWebhook;
  /** When it happened by the sender's signed word, ms; null when it does not say. */
  timeOf(body: unknown): number | null;
}

const projectRows = z.array(z.object({ id: z.number(), time_zone: z.string() }));
const integrationRows = z.array(
  z.object({ kind: z.string(), name: z.string(), configuration: z.json() }),
);

/**
 * Takes a signed webhook in. The signature covers the raw body and is checked before anything in it is believed; the body's hash is kept,
 * so that the same body has no effect a second time, whatever the delivery calls itself; one that is older than the hashes are kept is refused.
 */
export async function receive(
  platform: Platform,
  request: Request,
  now: Date,
): Promise<z.output<typeof receivedSchema>> {
  const { source } = platform;
  const bytes = new Uint8Array(await request.arrayBuffer());
  const body = parsed(bytes);
  const client: RpcClient = adminClient();
  const subject = platform.subjectOf(body);
  const candidates = subject === null ? [] : await webhookSecrets(client, source, subject);
  const projects: number[] = [];
  for (const { project_id, secret } of candidates) {
    if (await platform.isSigned(bytes, request.headers, secret)) projects.push(project_id);
  }
  // One answer for a wrong signature and an unknown sender: which projects are connected is nobody's business.
  if (projects.length === 0) {
    throw failures.unauthenticated(
      "No connected project has signed this. Check the webhook's secret and the integrations of the project.",
    );
  }
  const digest = await sha256(bytes);
  if (judgeDelivery(platform.timeOf(body), false, now.getTime()) !== "accept") {
    throw failures.conflict("This delivery is too old, or from the future: it is not taken in.");
  }
  const webhook = platform.parse(request.headers, body);
  if (webhook.outcome === "malformed") {
    throw failures.unprocessable(`This is not what the platform documents: ${webhook.reason}`);
  }
  const result: z.output<typeof receivedSchema> = { outcome: "duplicate", deployments: [] };
  for (const projectId of projects) {
    const event = webhook.outcome === "event" ? webhook.event.kind : webhook.type;
    const outcome = webhook.outcome === "event" ? "recorded" : "ignored";
    // Work first, note afterwards: everything below may be repeated, and a crash in between must not lose the news.
    if (webhook.outcome === "event" && !await isKnown(projectId, digest)) {
      result.deployments.push(...await work(client, projectId, webhook.event, now));
    }
    if (await acceptDelivery(client, { projectId, source, digest, event }, outcome, now)) {
      result.outcome = outcome;
    }
  }
  return result;

  async function isKnown(projectId: number, bodyDigest: string): Promise<boolean> {
    const rows = await adminClient().from("webhook_deliveries").select("digest")
      .match({ project_id: projectId, source, digest: bodyDigest });
    return parseAnswer(rows, z.array(z.unknown()), "webhook_deliveries").length > 0;
  }
}

async function work(
  client: RpcClient,
  projectId: number,
  event: Extract<ParsedWebhook, { outcome: "event" }>["event"],
  now: Date,
): Promise<number[]> {
  const known = await loadDeployments(client, projectId, now);
  const { report, vercel, commit } = consequencesOf(event, known);
  if (commit) await recordCommit(client, projectId, commit, now);
  if (!report) return [];
  const project = await projectOf(projectId);
  const { deployment } = await record(client, project, report, now);
  if (vercel) await recordVercelFields(client, deployment.id, vercel);
  lookIntoRepository(project, now);
  return [deployment.id];
}

/**
 * What a deployment does to the database must be known before it is blamed, so nobody waits for the monitor's next run. After the answer:
 * the sender of a webhook has no patience for GitHub.
 */
export function lookIntoRepository(project: Awaited<ReturnType<typeof projectOf>>, now: Date): void {
  const { client, platformsOf } = world();
  const { github } = platformsOf({
    project_id: project.id,
    time_zone: project.timeZone,
    integrations: project.integrations,
  });
  if (!github) return;
  inBackground(
    loadDeployments(client, project.id, now)
      .then((deployments) => findMigrations(client, project.id, github, deployments, now))
      .then((found) => assessAgain(client, project, found, now)),
  );
}

/** What recording needs to know of a project. */
export async function projectOf(projectId: number) {
  const database = adminClient();
  const [projects, integrations] = await Promise.all([
    database.from("projects").select("id, time_zone").eq("id", projectId),
    database.from("integrations").select("kind, name, configuration").eq("project_id", projectId).eq(
      "enabled",
      true,
    ),
  ]);
  const [project] = parseAnswer(projects, projectRows, "projects");
  if (!project) throw failures.notFound(`There is no project ${projectId}.`);
  const connected = parseAnswer(integrations, integrationRows, "integrations");
  return {
    id: project.id,
    timeZone: project.time_zone,
    allowed: mayWrite(connected),
    integrations: connected,
  };
}

function parsed(bytes: Uint8Array<ArrayBuffer>): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw failures.invalidRequest(
      "The body is not JSON. Set the webhook's content type to application/json.",
    );
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
