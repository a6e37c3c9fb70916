import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fakeSupabase } from "../deployments/fakes/supabase.ts";
import { type TestPlatform, testPlatform } from "../support/platform.ts";
import { type MonitoredApp, monitoredApp, until } from "./support/project.ts";

const REF = "abcdefghijklmnopqrst";
const TOKEN = "management-token";
const GOOD = "Deno.serve(() => new Response('good'));";
const BAD = "import { x } from 'npm:broken@1.0.0';\nDeno.serve(() => new Response('bad'));";

let platform: TestPlatform;
beforeAll(async () => {
  // The fake is on loopback.
  Deno.env.set("PRUNELLA_ALLOW_LOOPBACK_TARGETS", "true");
  platform = await testPlatform();
}, 60_000);
afterAll(() => platform.stop());

async function look(app: MonitoredApp): Promise<void> {
  const response = await platform.call(`deployment-monitor/run?wait=true&project=${app.id}`, {
    method: "POST",
    headers: { apikey: platform.automationsKey },
  });
  const { run } = await response.json();
  expect(run).toMatchObject({ projects: 1, failures: 0 });
}

/** Looks, and expects the version to be known then: this look found it, or the scheduled one that came in between. */
async function lookFor(app: MonitoredApp, version: string): Promise<void> {
  await look(app);
  expect((await app.rows("deployment_logs", "external_id")).map((row) => row.external_id)).toContain(version);
}

describe("a bad version of an edge function", () => {
  it("is kept, blamed, and replaced by the body of the version before", async () => {
    let deployedAt = Date.now() - 3_600_000;
    const supabase = fakeSupabase({ token: TOKEN, ref: REF, now: () => deployedAt });
    const app = await monitoredApp(platform);
    await app.connect("supabase", "default", { ref: REF, api_url: supabase.url }, TOKEN);
    const running = async () => await (await fetch(`${supabase.url}/functions/v1/checkout`)).text();
    let visiting = true;
    let visitor = Promise.resolve();
    try {
      await supabase.deploy("checkout", GOOD);
      await lookFor(app, "checkout@1");
      visitor = (async () => {
        while (visiting) {
          await app.beat("app@1", 8, await running() === GOOD ? 0 : 4);
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      })();
      await until("some traffic", async () => (await app.rows("traffic_minutes")).length > 0);
      deployedAt = Date.now();
      await supabase.deploy("checkout", BAD);
      await lookFor(app, "checkout@2");

      const versions = await app.rows("function_versions", "version, slug, body, dependencies, content_hash");
      expect(versions).toMatchObject([
        { version: 2, slug: "checkout", dependencies: ["npm:broken@1.0.0"] },
        { version: 1, slug: "checkout", body: [{ path: "index.ts", content: GOOD, encoding: "utf8" }] },
      ]);

      const [bad, good] = await app.rows(
        "deployment_logs",
        "external_id, files, line_count, touched, rollback_capability",
      );
      expect(bad).toMatchObject({
        external_id: "checkout@2",
        files: ["checkout/index.ts"],
        line_count: 3,
        touched: {
          functions: { "checkout/index.ts": { names: [], all: false } },
          words: expect.arrayContaining(["broken"]),
        },
        rollback_capability: { possible: true },
      });
      expect(good).toMatchObject({ external_id: "checkout@1", files: null, touched: null });

      const fix = await until(
        "a fix that succeeded",
        async () => (await app.rows("auto_fixes")).find(({ state }) => state === "succeeded"),
      );
      expect(fix).toMatchObject({ action: "supabase.redeploy-function", automatic: true });
      expect(await running()).toBe(GOOD);
      deployedAt = Date.now();
      // The platform counts on: the old body is a new version.
      await lookFor(app, "checkout@3");
      const deployments = await app.rows(
        "deployment_logs",
        "id, external_id, status, content_hash, repeats_id",
      );
      expect(deployments).toMatchObject([
        {
          external_id: "checkout@3",
          status: "serving",
          content_hash: versions[1]!.content_hash,
          repeats_id: null,
        },
        { external_id: "checkout@2", status: "rolled_back" },
        { external_id: "checkout@1", status: "superseded" },
      ]);
    } finally {
      visiting = false;
      await visitor;
      await supabase.close();
    }
  }, 90_000);

  it("is recorded with the body that was kept, where a look died in between", async () => {
    const supabase = fakeSupabase({ token: TOKEN, ref: REF });
    const app = await monitoredApp(platform);
    await app.connect("supabase", "default", { ref: REF, api_url: supabase.url }, TOKEN);
    await supabase.deploy("mailer", GOOD);
    await platform.sql(
      `insert into function_versions (project_id, slug, version, name, content_hash, entrypoint_path, verify_jwt, body, body_bytes, deployed_at)
       values ($1, 'mailer', 1, 'mailer', $2, 'index.ts', false, $3, 80, now())`,
      [app.id, "a".repeat(64), [{ path: "index.ts", encoding: "utf8", content: GOOD }]],
    );
    await lookFor(app, "mailer@1");
    const [deployment] = await app.rows("deployment_logs", "id, external_id");
    expect(await app.rows("function_versions", "deployment_id, version")).toEqual([
      { deployment_id: deployment!.id, version: 1 },
    ]);
    await supabase.close();
  });

  it("does not keep other projects from being looked at when its platform is down", async () => {
    const supabase = fakeSupabase({ token: TOKEN, ref: REF });
    const app = await monitoredApp(platform);
    await app.connect("supabase", "default", { ref: REF, api_url: supabase.url }, "wrong token");
    await platform.call("deployment-monitor/health", { headers: { apikey: platform.secretKey } }).then((r) =>
      r.body?.cancel()
    );
    const response = await platform.call(`deployment-monitor/run?wait=true`, {
      method: "POST",
      headers: { apikey: platform.automationsKey },
    });
    const { run } = await response.json();
    expect(run.failures).toBeGreaterThanOrEqual(1);
    expect(run.projects).toBeGreaterThan(1);
    await supabase.close();
  });
});
