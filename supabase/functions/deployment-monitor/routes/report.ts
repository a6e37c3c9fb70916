import { createRoute, z } from "@hono/zod-openapi";
import { type DeploymentReport, FILES_LIMIT, MIGRATION_KINDS } from "../../_shared/deployments/deployment.ts";
import { migrationFile } from "../../_shared/deployments/migrations/files.ts";
import type { MigrationKind } from "../../_shared/deployments/migrations/kind.ts";
import { migrationKind } from "../../_shared/deployments/migrations/sql.ts";
import { record } from "../../_shared/deployments/shell/record.ts";
import { adminClient, auth, bearerToken, security, sha256Hex } from "../../_shared/platform/auth.ts";
import { failures } from "../../_shared/platform/errors.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { projectIdSchema } from "../../_shared/platform/http-schemas.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";
import { lookIntoRepository, projectOf } from "../receive.ts";
import { deploymentStatusSchema } from "../schemas.ts";

/** Clocks of pipelines are trusted this far ahead of ours. */
const MAX_AHEAD_MS = 5 * 60_000;
const MAX_SQL = 200_000;
const short = (length: number) => z.string().trim().min(1).max(length);

const body = z.strictObject({
  release: short(250).openapi({
    description: "The label that events carry while it runs, as the SDK is configured.",
    example: "shop@1.4.0",
  }),
  service: short(200).default("application"),
  environment: short(64).default("production"),
  status: z.enum(["created", "building", "ready", "serving", "failed", "canceled"]).default("serving"),
  target: z.enum(["process", "other"]).default("other").openapi({
    description: "`process`: it can be taken back through the project's process integration.",
  }),
  external_id: short(200).optional().openapi({
    description: "Its name at whatever runs it. Default: the release.",
  }),
  deployed_at: z.iso.datetime({ offset: true }).optional().openapi({ description: "Default: now." }),
  commit_sha: z.string().regex(/^[0-9a-fA-F]{7,64}$/).optional(),
  content_hash: short(128).optional(),
  branch: short(250).optional(),
  author: short(200).optional(),
  message: short(2000).optional(),
  url: z.url({ protocol: /^https?$/ }).max(2048).optional(),
  files: z.array(z.string().min(1).max(300)).max(FILES_LIMIT).optional().openapi({
    description: "Repository paths that differ from the deployment before.",
  }),
  line_count: z.int().min(0).max(10_000_000).optional(),
  migration: z.enum(MIGRATION_KINDS).optional().openapi({
    description:
      "Whether older code can still run on the database. Past `irreversible` or `unknown` nothing is rolled back without a human.",
  }),
  migration_sql: z.string().max(MAX_SQL).optional().openapi({
    description: "The migrations' SQL, from which the same is found out.",
  }),
});

const recordedSchema = z.object({
  id: z.number().int(),
  status: deploymentStatusSchema,
  previous_id: z.number().int().nullable(),
  repeats_id: z.number().int().nullable().openapi({
    description: "The deployment with this code that was taken back before.",
  }),
  risk: z.number().openapi({ description: "Probability that it breaks something." }),
  risk_reasons: z.array(z.object({ feature: z.string(), log_odds: z.number(), statement: z.string() })),
}).openapi("RecordedDeployment");

const route = createRoute({
  method: "post",
  path: "/api/{project}/deployments",
  operationId: "reportDeployment",
  summary: "Tell of a deployment",
  description:
    "For pipelines and servers. With status `created`, before it goes out, it answers how risky it is. May be repeated.",
  security: security.projectKey,
  middleware: [auth.none] as const,
  request: { params: z.object({ project: projectIdSchema }), body: jsonBody(body) },
  responses: answers(recordedSchema, "It is recorded"),
});

export function reportDeployment(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project } = c.req.valid("param");
    await requireKey(c.req.header("authorization"), project);
    const given = c.req.valid("json");
    const now = new Date();
    const at = given.deployed_at ? Date.parse(given.deployed_at) : now.getTime();
    if (at > now.getTime() + MAX_AHEAD_MS) {
      throw failures.invalidRequest("deployed_at lies in the future. Leave it out to mean now.");
    }
    const { migration: _m, migration_sql: _s, deployed_at: _d, external_id, commit_sha, ...rest } = given;
    const report: DeploymentReport = {
      ...rest,
      external_id: external_id ?? given.release.slice(0, 200),
      at: new Date(Math.min(at, now.getTime())).toISOString(),
      ...(commit_sha && { commit_sha: commit_sha.toLowerCase() }),
      ...withMigration(given),
    };
    const about = await projectOf(project);
    const { deployment, risk } = await record(adminClient(), about, report, now);
    lookIntoRepository(about, now);
    return c.json({
      id: deployment.id,
      status: deployment.status,
      previous_id: deployment.previous_id,
      repeats_id: deployment.repeats_id,
      risk: risk.probability,
      risk_reasons: risk.reasons,
    }, 200);
  });
}

/** What the pipeline says, else what its SQL says, else what its list of files can say: a migration without its text is unknown. */
function withMigration(
  { migration, migration_sql, files }: z.output<typeof body>,
): { migration?: MigrationKind } {
  if (migration !== undefined) return { migration };
  if (migration_sql !== undefined) return { migration: migrationKind(migration_sql) };
  if (files === undefined || files.length === FILES_LIMIT) return {};
  return files.some((path) => migrationFile(path) !== null) ? {} : { migration: "none" };
}

async function requireKey(authorization: string | undefined, projectId: number): Promise<void> {
  const key = bearerToken(authorization);
  if (!key?.startsWith("pk_")) {
    throw failures.unauthenticated("Send a deployments key of the project: Authorization: Bearer pk_...");
  }
  const keys = await adminClient().from("api_keys").select("id")
    .match({ key_hash: await sha256Hex(key), project_id: projectId, purpose: "deployments" }).is(
      "revoked_at",
      null,
    );
  if (parseAnswer(keys, z.array(z.object({ id: z.number() })), "api_keys").length === 0) {
    throw failures.unauthenticated("This key does not open this project's deployments, or it was revoked.");
  }
}
