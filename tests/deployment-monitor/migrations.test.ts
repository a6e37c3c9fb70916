import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FakeGithub, fakeGithub } from "../deployments/fakes/github.ts";
import { type FakeVercel, fakeVercel } from "../deployments/fakes/vercel.ts";
import { type TestPlatform, testPlatform } from "../support/platform.ts";
import { type MonitoredApp, monitoredApp, until } from "./support/project.ts";
import { sendVercel, vercelBody } from "./support/vercel-webhooks.ts";

const PROJECT = "prj_migrating";
const TOKEN = "token";
const SECRET = "vercel-webhook-secret";
const CODE = { "src/checkout.ts": "one" };

let platform: TestPlatform;
let vercel: FakeVercel;
let github: FakeGithub;
let app: MonitoredApp;
beforeAll(async () => {
  // The fakes are on loopback.
  Deno.env.set("PRUNELLA_ALLOW_LOOPBACK_TARGETS", "true");
  platform = await testPlatform({ cron: false });
}, 60_000);
afterAll(() => platform.stop());
beforeEach(async () => {
  vercel = fakeVercel({ token: TOKEN, projectId: PROJECT, plan: "pro" });
  github = fakeGithub({ token: TOKEN, owner: "acme", repository: "shop" });
  app = await monitoredApp(platform);
  await platform.sql("update integrations set enabled = false where kind = 'vercel' and project_id <> $1", [
    app.id,
  ]);
  await app.connect("vercel", "default", { project_id: PROJECT, api_url: vercel.url }, TOKEN);
  await app.connect("vercel", "webhook", {}, SECRET);
  await app.connect("github", "default", { owner: "acme", repository: "shop", api_url: github.url }, TOKEN);
  await deploy("dpl_first", github.commit("main", CODE));
});
afterEach(async () => {
  await vercel.close();
  await github.close();
});

async function deploy(id: string, commit: string): Promise<void> {
  vercel.deploy(id, commit, id);
  const response = await sendVercel(
    platform,
    vercelBody({ type: "deployment.promoted", deployment: id, project: PROJECT, commit }),
    SECRET,
  );
  expect(response.status, await response.text()).toBe(200);
}

const look = async () => {
  const response = await platform.call(`deployment-monitor/run?wait=true&project=${app.id}`, {
    method: "POST",
    headers: { apikey: platform.automationsKey },
  });
  return (await response.json()).run;
};

async function found(id: string) {
  const rows = await platform.sql(
    "select migration, migration_evidence, carries_irreversible_migration, rollback_capability, files, line_count, touched from deployment_logs where project_id = $1 and external_id = $2",
    [app.id, id],
  );
  return rows[0]!;
}

/** What is found in the background after the webhook was answered. */
const settled = (id: string) =>
  until("the repository was asked", async () => {
    const row = await found(id);
    return row.migration === null ? null : row;
  }, 10_000);

describe("what a deployment on Vercel does to the database", () => {
  it("is read from the commits between it and the one before, and recorded with the way back", async () => {
    await deploy(
      "dpl_drop",
      github.commit("main", {
        ...CODE,
        "src/checkout.ts": "two",
        "supabase/migrations/2_drop.sql": "alter table orders drop column total;",
      }),
    );
    expect(await settled("dpl_drop")).toMatchObject({
      migration: "irreversible",
      carries_irreversible_migration: true,
      files: ["src/checkout.ts", "supabase/migrations/2_drop.sql"],
      migration_evidence: {
        source: "github",
        files: [{ path: "supabase/migrations/2_drop.sql", kind: "irreversible", what: "drops a column" }],
      },
    });
    expect(await look()).toMatchObject({ failures: 0 });
    expect((await found("dpl_drop")).rollback_capability).toMatchObject({
      possible: true,
      requires_human: true,
      to_external_id: "dpl_first",
    });
  });

  it("is told with the functions and names that the diff touches", async () => {
    const code = (rate: string) =>
      [
        "export function addTax(cart) {",
        "  const sum = total(cart);",
        `  return sum * ${rate};`,
        "}",
        "",
        "export function other() {",
        "  return 1;",
        "}",
      ]
        .join("\n");
    const before = github.commit("main", { "src/tax.ts": code("1.2") });
    await deploy("dpl_before", before);
    await deploy(
      "dpl_tax",
      github.commit("main", { "src/tax.ts": code("cart.taxRate"), "README.md": "function words() {}" }),
    );
    const touched = {
      functions: { "src/tax.ts": { names: ["addTax"], all: true } },
      words: ["return", "sum", "cart", "taxrate"],
    };
    expect((await settled("dpl_tax")).touched).toEqual(touched);
    await deploy("dpl_back", before);
    expect(await settled("dpl_back")).toMatchObject({ touched: { functions: {}, words: [] } });
  });

  it("leaves the way back open where migrations only add, and where there are none", async () => {
    await deploy(
      "dpl_add",
      github.commit("main", {
        ...CODE,
        "prisma/migrations/1_a/migration.sql": "alter table t add column c text;",
      }),
    );
    expect(await settled("dpl_add")).toMatchObject({ migration: "additive" });
    await deploy(
      "dpl_none",
      github.commit("main", {
        "src/checkout.ts": "two",
        "prisma/migrations/1_a/migration.sql": "alter table t add column c text;",
      }),
    );
    expect(await settled("dpl_none")).toMatchObject({ migration: "none", files: ["src/checkout.ts"] });
    await look();
    expect((await found("dpl_none")).rollback_capability).toMatchObject({ requires_human: false });
  });

  it("needs a human while it is not known: another repository's commit, a rewritten or an unreadable migration", async () => {
    await deploy("dpl_other", "f".repeat(40));
    expect(await settled("dpl_other")).toMatchObject({
      migration: "unknown",
      carries_irreversible_migration: null,
      migration_evidence: { reason: "the repository does not know these commits" },
    });
    await look();
    expect((await found("dpl_other")).rollback_capability).toMatchObject({ requires_human: true });

    await deploy(
      "dpl_a",
      github.commit("main", { ...CODE, "drizzle/0001_a.sql": "create table a (id int);" }),
    );
    await settled("dpl_a");
    await deploy(
      "dpl_b",
      github.commit("main", { ...CODE, "drizzle/0001_a.sql": "create table b (id int);" }),
    );
    expect(await settled("dpl_b")).toMatchObject({
      migration: "unknown",
      migration_evidence: { files: [{ what: "was changed after it had been written" }] },
    });
    await deploy(
      "dpl_c",
      github.commit("main", {
        ...CODE,
        "drizzle/0001_a.sql": "create table b (id int);",
        "drizzle/0002_big.sql": "-".repeat(300_000),
      }),
    );
    expect(await settled("dpl_c")).toMatchObject({
      migration: "unknown",
      migration_evidence: { files: [{ path: "drizzle/0002_big.sql", what: "is too long to be read" }] },
    });
  });

  it("is asked again when GitHub is down, and needs a human until it answers", async () => {
    const commit = github.commit("main", { ...CODE, "src/a.ts": "a" });
    const busy = () => new Response("busy", { status: 503 });
    github.failNext(busy(), busy());
    await deploy("dpl_later", commit);
    expect((await found("dpl_later")).migration).toBeNull();
    await until(
      "GitHub was asked in vain",
      () => Promise.resolve(github.requests.some((one) => one.includes("/compare/"))),
    );
    expect((await found("dpl_later")).rollback_capability).toMatchObject({ requires_human: true });
    await look();
    await look();
    expect((await found("dpl_later")).migration).toBe("none");
    expect(await look()).toMatchObject({ failures: 0 });
    expect((await found("dpl_later")).rollback_capability).toMatchObject({ requires_human: false });
    const asked = github.requests.length;
    await look();
    // What is known is not asked again.
    expect(github.requests.length).toBe(asked);
  });
});
