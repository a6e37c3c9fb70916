import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Tenants, tenants } from "../http/support/tenants.ts";

let given: Tenants;
let key: string;
beforeAll(async () => {
  given = await tenants();
  key = await given.addKey(given.project, { purpose: "deployments" });
}, 60_000);
afterAll(() => given.stop());

const path = () => `deployment-monitor/api/${given.project}/deployments`;
const report = (body: object, who: Parameters<Tenants["call"]>[0] = { key }) =>
  given.call(who, "POST", path(), body);

describe("POST /api/:project/deployments", () => {
  it("records a deployment and answers how risky it is", async () => {
    const before = await report({ release: "shop@1.0.0" });
    expect(before.status).toBe(200);
    const { status, json } = await report({
      release: "shop@1.1.0",
      author: "ada",
      files: ["src/checkout.ts", "supabase/migrations/1_drop.sql"],
      line_count: 1200,
      migration_sql: "alter table orders drop column note;",
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({ status: "serving", previous_id: before.json.id, repeats_id: null });
    expect(json.risk).toBeGreaterThan(before.json.risk);
    expect(json.risk_reasons.map((reason: { feature: string }) => reason.feature)).toContain("irreversible");
  });

  it("says before a deployment goes out what it risks, and does not take it for serving", async () => {
    const { json } = await report({ release: "shop@2.0.0", status: "created" });
    expect(json).toMatchObject({ status: "created", previous_id: null });
  });

  it("may be repeated", async () => {
    const first = await report({ release: "shop@3.0.0" });
    const second = await report({ release: "shop@3.0.0" });
    expect(second.json.id).toBe(first.json.id);
  });

  it("refuses other keys: none, of another purpose, of another project, revoked", async () => {
    const wrong = [
      "nobody" as const,
      { key: await given.addKey(given.project, { purpose: "configuration" }) },
      { key: await given.addKey(given.otherProject, { purpose: "deployments" }) },
      { key: await given.addKey(given.project, { purpose: "deployments", revoked: true }) },
    ];
    for (const who of wrong) expect((await report({ release: "x" }, who)).status).toBe(401);
  });

  it("refuses what is no deployment", async () => {
    expect((await report({})).status).toBe(400);
    expect((await report({ release: "x", target: "vercel" })).status).toBe(400);
    expect((await report({ release: "x", commit_sha: "not a commit" })).status).toBe(400);
    expect((await report({ release: "x", deployed_at: "2999-01-01T00:00:00Z" })).status).toBe(400);
  });
});

describe("GET /deployments", () => {
  it("shows members their deployments, and strangers none", async () => {
    const list = (who: Parameters<Tenants["call"]>[0]) =>
      given.call(who, "GET", `deployment-monitor/deployments?project=${given.project}`);
    const seen = await list("viewer");
    expect(seen.status).toBe(200);
    expect(seen.json.deployments.length).toBeGreaterThan(0);
    expect((await list("machine")).json.deployments).toEqual(seen.json.deployments);
    expect((await list("stranger")).json.deployments).toEqual([]);
    expect((await list("nobody")).status).toBe(401);
  });

  it("tells one deployment with the way back, and never past an irreversible migration without a human", async () => {
    const service = "billing";
    await report({ release: "billing@1", service, target: "process" });
    const second = await report({
      release: "billing@2",
      service,
      target: "process",
      migration: "irreversible",
    });
    await given.platform.sql(
      "insert into integrations (project_id, kind, name, configuration) values ($1, 'process', 'default', $2)",
      [given.project, { url: "https://control.example.com" }],
    );
    const third = await report({ release: "billing@3", service, target: "process", files: ["src/bill.ts"] });
    const one = (id: number, who: Parameters<Tenants["call"]>[0]) =>
      given.call(who, "GET", `deployment-monitor/deployments/${id}`);
    const { json } = await one(second.json.id, "viewer");
    expect(json).toMatchObject({
      deployment: { release: "billing@2", status: "superseded" },
      correlations: [],
    });
    expect((await one(third.json.id, "viewer")).json.deployment.rollback_capability).toMatchObject({
      possible: true,
      requires_human: false,
      to_external_id: "billing@2",
    });
    expect((await one(third.json.id, "stranger")).status).toBe(404);
    const silent = await report({ release: "billing@3.1", service, target: "process" });
    expect((await one(silent.json.id, "viewer")).json.deployment.rollback_capability).toMatchObject({
      possible: true,
      requires_human: true,
      reasons: [expect.stringContaining("nobody could tell what billing@3.1 did to the database")],
    });
    const again = await report({
      release: "billing@4",
      service,
      target: "process",
      migration: "irreversible",
    });
    expect((await one(again.json.id, "viewer")).json.deployment.rollback_capability).toMatchObject({
      possible: true,
      requires_human: true,
    });
  });
});

describe("POST /run", () => {
  it("checks the health of what serves, for pg_cron alone", async () => {
    const run = (who: Parameters<Tenants["call"]>[0]) =>
      given.call(who, "POST", `deployment-monitor/run?wait=true&project=${given.project}`);
    for (const who of ["viewer", "admin", "nobody"] as const) expect((await run(who)).status).toBe(401);
    const { status, json } = await run("machine");
    expect(status).toBe(200);
    expect(json.run).toMatchObject({ projects: 1, failures: 0 });
    expect(json.run.checked).toBeGreaterThan(0);
    const rows = await given.platform.sql(
      "select count(*) as checked from deployment_logs where project_id = $1 and health_checked_at is not null",
      [given.project],
    );
    expect(Number(rows[0]!.checked)).toBe(json.run.checked);
  });

  it("is scheduled every two minutes", async () => {
    const rows = await given.platform.sql(
      "select schedule from cron.job where jobname = 'deployment-health-monitor'",
    );
    expect(rows).toEqual([{ schedule: "*/2 * * * *" }]);
  });
});
