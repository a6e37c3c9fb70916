import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";

const SEEN = ["deployment_logs", "vercel_deployments", "deployment_error_correlations", "deployment_commits"];
const HIDDEN = ["webhook_deliveries", "blame_states"];

let db: TestDatabase;
let member: string;
let stranger: string;
beforeAll(async () => {
  db = await testDatabase();
  [member, stranger] = [await db.addUser(), await db.addUser()];
  const [project] = await db.query(
    "insert into projects (slug, name, created_by) values ('deployments', 'd', $1) returning id",
    [member],
  );
  const id = project!.id;
  const [deployment] = await db.query(
    `insert into deployment_logs (project_id, target, external_id, service, status, promoted_at)
     values ($1, 'vercel', 'dpl_1', 'shop', 'serving', now()) returning id`,
    [id],
  );
  await db.query(
    `insert into vercel_deployments (deployment_id, project_id, vercel_deployment_id, vercel_project_id, name, state)
     values ($1, $2, 'dpl_1', 'prj_1', 'shop', 'READY')`,
    [deployment!.id, id],
  );
  await db.query(
    `insert into deployment_error_correlations (project_id, subject, episode_at, candidate, probability, verdict, decided_at)
     values ($1, 'rate:shop', now(), 'other:external', 1, 'none', now())`,
    [id],
  );
  await db.query("insert into deployment_commits (project_id, sha, pushed_at) values ($1, $2, now())", [
    id,
    "a".repeat(40),
  ]);
  await db.query(
    `insert into function_versions (project_id, slug, version, name, content_hash, entrypoint_path, verify_jwt, body, body_bytes, deployed_at)
     values ($1, 'f', 1, 'f', $2, 'index.ts', true, '[]', 2, now())`,
    [id, "b".repeat(64)],
  );
  await db.query(
    "insert into webhook_deliveries (project_id, source, digest, event, outcome) values ($1, 'vercel', 'x', 'e', 'recorded')",
    [id],
  );
  await db.query("insert into blame_states (project_id, state, observed_at) values ($1, '{}', now())", [id]);
}, 60_000);
afterAll(() => db.close());

const rowsAs = (user: string, sql: string) => db.asUser(user, (tx) => tx.query(sql));

describe.each(SEEN)("%s", (table) => {
  it("is seen by members, and by nobody else", async () => {
    expect(await rowsAs(member, `select from ${table}`)).toHaveLength(1);
    expect(await rowsAs(stranger, `select from ${table}`)).toHaveLength(0);
    await expect(db.as("anon", {}, (tx) => tx.query(`select from ${table}`))).rejects.toThrow(
      /permission denied/,
    );
  });

  it("is written by the service alone", async () => {
    await expect(rowsAs(member, `update ${table} set project_id = project_id`)).rejects.toThrow(
      /permission denied/,
    );
    await expect(rowsAs(member, `delete from ${table}`)).rejects.toThrow(/permission denied/);
    expect(await db.as("service_role", {}, (tx) => tx.query(`select from ${table}`))).toHaveLength(1);
  });
});

describe.each(HIDDEN)("%s", (table) => {
  it("is seen by the service alone", async () => {
    await expect(rowsAs(member, `select from ${table}`)).rejects.toThrow(/permission denied/);
    await expect(db.as("anon", {}, (tx) => tx.query(`select from ${table}`))).rejects.toThrow(
      /permission denied/,
    );
    expect(await db.as("service_role", {}, (tx) => tx.query(`select from ${table}`))).toHaveLength(1);
  });
});

describe("function_versions", () => {
  it("shows members which versions there are, and not their source", async () => {
    expect(await rowsAs(member, "select slug, version, dependencies from function_versions")).toHaveLength(1);
    expect(await rowsAs(stranger, "select slug from function_versions")).toHaveLength(0);
    await expect(rowsAs(member, "select body from function_versions")).rejects.toThrow(/permission denied/);
  });
});

describe("the database functions of deployments", () => {
  it("are for the service alone", async () => {
    const calls = [
      "public.record_deployment(1, '{}')",
      "public.webhook_secrets('vercel', 'prj_1')",
      "public.deployment_lines(1)",
      "public.load_blame(1)",
      "public.deployment_suspects(1)",
      "public.function_version(1, 'f', 1)",
      "public.save_correlations(1, '[]')",
      "prunella.wake_deployment_monitor()",
    ];
    for (const call of calls) {
      await expect(rowsAs(member, `select ${call}`), call).rejects.toThrow(/permission denied/);
      await expect(db.as("anon", {}, (tx) => tx.query(`select ${call}`)), call).rejects.toThrow(
        /permission denied/,
      );
    }
  });
});
