import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FakeGithub, fakeGithub } from "../deployments/fakes/github.ts";
import { type FakeVercel, fakeVercel } from "../deployments/fakes/vercel.ts";
import { type TestPlatform, testPlatform } from "../support/platform.ts";
import { type MonitoredApp, monitoredApp, until } from "./support/project.ts";
import { sendVercel, vercelBody } from "./support/vercel-webhooks.ts";

const PROJECT = "prj_canary";
const TOKEN = "token";
/** What the judge tells comes at once, in one burst, for which verification wants many requests; a busy machine serves them slowly. */
const FIX_MS = 110_000;
const SECRET = "vercel-webhook-secret";

let platform: TestPlatform;
let vercel: FakeVercel;
let github: FakeGithub;
let app: MonitoredApp;
let good: string;
let next: string;
beforeAll(async () => {
  // The fakes are on loopback.
  Deno.env.set("PRUNELLA_ALLOW_LOOPBACK_TARGETS", "true");
  platform = await testPlatform();
}, 60_000);
afterAll(() => platform.stop());
beforeEach(async () => {
  vercel = fakeVercel({ token: TOKEN, projectId: PROJECT, plan: "pro" });
  github = fakeGithub({ token: TOKEN, owner: "acme", repository: "shop" });
  good = github.commit("main", { "src/checkout.ts": "total(cart)" });
  next = github.commit("main", { "src/checkout.ts": "total(cart, tax)" });
  app = await monitoredApp(platform);
  await platform.sql("update integrations set enabled = false where kind = 'vercel' and project_id <> $1", [
    app.id,
  ]);
  await app.connect("github", "default", { owner: "acme", repository: "shop", api_url: github.url }, TOKEN);
  await app.connect("vercel", "default", { project_id: PROJECT, api_url: vercel.url }, TOKEN);
  await app.connect("vercel", "webhook", {}, SECRET);
  vercel.deploy("dpl_good", good, "good");
  const told = await sendVercel(
    platform,
    vercelBody({ type: "deployment.promoted", deployment: "dpl_good", project: PROJECT, commit: good }),
    SECRET,
  );
  expect(told.status, await told.text()).toBe(200);
});
afterEach(async () => {
  await vercel.close();
  await github.close();
});

async function look(project: MonitoredApp = app): Promise<Record<string, number>> {
  const response = await platform.call(`deployment-monitor/run?wait=true&project=${project.id}`, {
    method: "POST",
    headers: { apikey: platform.automationsKey },
  });
  const { run } = await response.json();
  expect(run).toMatchObject({ projects: 1, failures: 0 });
  return run;
}

/** What an envelope may hold is limited. */
const ENVELOPE = 100;
async function serve(release: string, requests: number, failures: number): Promise<void> {
  const before = await counted();
  const parts = Math.ceil(requests / ENVELOPE);
  for (let part = 0; part < parts; part++) {
    await app.beat(release, requests / parts, failures / parts, { silent: true });
  }
  await until("the counts are there", async () => await counted() >= before + requests);
}
type Served = [release: string, requests: number, failures: number];
/** The judge compares the two minute by minute: a full minute in between would tear apart what belongs together. */
async function serveBoth(control: Served, canary: Served): Promise<void> {
  await serve(...control);
  await serve(...canary);
  await platform.sql(
    `with served as (delete from traffic_minutes where project_id = $1 returning *)
     insert into traffic_minutes (project_id, minute_at, release, environment, request_count, failed_request_count, duration_ms_sum)
     select project_id, date_trunc('minute', now()), release, environment, sum(request_count), sum(failed_request_count), sum(duration_ms_sum)
     from served group by project_id, release, environment`,
    [app.id],
  );
}
async function counted(): Promise<number> {
  return (await app.rows("traffic_minutes", "request_count")).reduce(
    (sum, row) => sum + Number(row.request_count),
    0,
  );
}

const judgements = () =>
  app.rows(
    "canary_judgements",
    "id, verdict, reasons, stage, share, canary, control, advance_state, advance_reason, issue_id, metrics",
  );
/** Puts what was counted so far, and the stage itself, into the past: minutes are what the judge compares. */
async function age(minutes: number): Promise<void> {
  const past = `interval '${minutes} minutes'`;
  await platform.sql(`update traffic_minutes set minute_at = minute_at - ${past} where project_id = $1`, [
    app.id,
  ]);
  await platform.sql(
    `update canary_judgements set stage_started_at = stage_started_at - ${past} where project_id = $1`,
    [app.id],
  );
  await platform.sql(
    `update deployment_logs set promoted_at = promoted_at - ${past}, rollout = (
       select coalesce(jsonb_agg(step || jsonb_build_object('at', (step ->> 'at')::timestamptz - ${past})), '[]') from jsonb_array_elements(rollout) as step
     ) where project_id = $1`,
    [app.id],
  );
}
const sites = async (visitor: number) => await (await fetch(`${vercel.site}?visitor=${visitor}`)).text();

describe("a rolling release on Vercel", () => {
  it("that fails for the few who get it is judged, aborted over HTTP, verified, and explained", async () => {
    vercel.startRollingRelease("dpl_bad", next, "bad", 10);
    expect(await look()).toMatchObject({ rollouts: 1 });
    expect(await sites(5)).toBe("bad");
    // Nobody reports an error: requests of the new version just fail.
    await serveBoth([good, 90, 1], [next, 10, 8]);
    await look();

    const [judgement] = await judgements();
    expect(judgement).toMatchObject({ verdict: "roll_back", share: 0.1, canary: { labels: [next] } });
    expect((judgement!.reasons as string[])[0]).toContain("more than 1.25 times as often");
    await until("it is aborted", () => Promise.resolve(vercel.rolling()?.state === "ABORTED"));
    const beating = keepBeating(() => app.beat(good, ENVELOPE, 0));
    try {
      const fix = await until("a fix that succeeded", async () => {
        const [row] = await app.rows("auto_fixes");
        return row?.state === "succeeded" ? row : null;
      }, FIX_MS);
      expect(fix).toMatchObject({
        action: "vercel.abort-rolling-release",
        automatic: true,
        issue_id: judgement!.issue_id,
      });
    } finally {
      await beating.stop();
    }
    expect(vercel.rolling()).toMatchObject({ state: "ABORTED" });
    expect(await sites(5)).toBe("good");
    const [decision] = await app.rows("decisions", "id, verdict, explanation");
    expect(decision).toMatchObject({ verdict: "apply" });
    expect(await app.rows("deployment_logs", "id, external_id, status")).toMatchObject([
      { external_id: "dpl_bad", status: "rolled_back" },
      { external_id: "dpl_good", status: "serving" },
    ]);
    // It is over: nothing is judged any more.
    expect(await look()).toMatchObject({ rollouts: 0 });
    const told = await platform.sql(
      "select summary from turning_points where project_id = $1 and kind like 'canary%'",
      [app.id],
    );
    expect(told).toEqual([{ summary: "The rollout of shop at 10.0 %: roll back" }]);
  }, 150_000);

  it("that served too little is held, and says what is missing", async () => {
    vercel.startRollingRelease("dpl_next", next, "next", 10);
    await look();
    await age(3);
    await serveBoth([good, 300, 3], [next, 30, 0]);
    await look();
    expect(await judgements()).toMatchObject([{
      verdict: "hold",
      reasons: ["the new version must serve 70 more requests before it can be judged"],
      advance_state: null,
      issue_id: null,
    }]);
    expect(vercel.rolling()).toMatchObject({ state: "ACTIVE", stage: 0 });
  });

  it(
    "that is as good as the old one passes, and goes on to its next stage only where the project allows it",
    async () => {
      vercel.startRollingRelease("dpl_next", next, "next", 10, { next: [50, 100] });
      await look();
      await age(3);
      await serveBoth([good, 800, 40], [next, 400, 20]);
      await look();
      const [first] = await judgements();
      expect(first).toMatchObject({
        verdict: "pass",
        stage: 0,
        advance_state: "withheld",
        advance_reason: "the project does not allow it (deployments.canary, approve_stage)",
      });
      expect((first!.reasons as string[])[0]).toContain("2 times as often is ruled out");
      expect(vercel.rolling()).toMatchObject({ stage: 0, percentage: 10 });

      await platform.sql("select change_config($1, 'deployments.canary', $2)", [app.id, {
        approve_stage: true,
      }]);
      await platform.sql("update projects set healing_enabled = false where id = $1", [app.id]);
      await look();
      expect((await judgements())[0]).toMatchObject({
        advance_reason: "healing is disabled for this project",
      });
      expect(vercel.rolling()).toMatchObject({ stage: 0 });

      await platform.sql("update projects set healing_enabled = true where id = $1", [app.id]);
      await look();
      expect((await judgements())[0]).toMatchObject({ verdict: "pass", advance_state: "advanced" });
      expect(vercel.rolling()).toMatchObject({ state: "ACTIVE", stage: 1, percentage: 50 });
      // The new stage starts from nothing: what a tenth of the traffic did not show, half of it may.
      await look();
      await look();
      expect(await judgements()).toMatchObject([
        { verdict: "hold", share: 0.5, stage: 1 },
        { verdict: "pass", share: 0.1, advance_state: "advanced" },
      ]);
      expect(vercel.rolling()).toMatchObject({ stage: 1 });
      expect(vercel.requests.filter((request) => request.endsWith("/approve-stage"))).toHaveLength(1);
      expect(await app.rows("auto_fixes")).toEqual([]);
    },
    60_000,
  );

  it("that carries an irreversible migration is put before a human, however bad it is", async () => {
    const dropping = github.commit("main", { "supabase/migrations/2.sql": "drop table carts;" });
    vercel.startRollingRelease("dpl_drop", dropping, "drop", 10);
    await look();
    await serveBoth([good, 180, 2], [dropping, 20, 15]);
    await look();
    expect((await judgements())[0]).toMatchObject({ verdict: "roll_back" });
    const fix = await until("a question to a human", async () => (await app.rows("auto_fixes"))[0]);
    expect(fix).toMatchObject({
      action: "vercel.abort-rolling-release-with-approval",
      risk: "dangerous",
      automatic: false,
      state: "in_review",
    });
    expect(vercel.rolling()).toMatchObject({ state: "ACTIVE" });
  }, 90_000);
});

describe("a gradual change of configuration", () => {
  it("that does harm where it is in force is judged and reverted for everybody", async () => {
    await platform.sql("select change_config($1, 'app.cart.engine', $2, 'as before')", [app.id, '"old"']);
    const [rollout] = await platform.sql(
      "select * from start_config_rollout($1, 'app.cart.engine', $2, 1, '{0.1,0.5,1}', 'a faster engine')",
      [app.id, '"new"'],
    );
    await serveBoth(["shop@1.0.0", 180, 2], [`shop@1.0.0+rollout.${rollout!.id}`, 20, 12]);
    expect(await look()).toMatchObject({ rollouts: 1 });
    expect(await judgements()).toMatchObject([{
      verdict: "roll_back",
      share: 0.1,
      canary: { labels: [`shop@1.0.0+rollout.${rollout!.id}`], requests: 20, failures: 12 },
      control: { labels: ["shop@1.0.0"] },
    }]);
    const beating = keepBeating(() => app.beat("shop@1.0.0", ENVELOPE, 0));
    try {
      const fix = await until("a fix that succeeded", async () => {
        const [row] = await app.rows("auto_fixes");
        return row?.state === "succeeded" ? row : null;
      }, FIX_MS);
      expect(fix).toMatchObject({
        action: "configuration.revert",
        target_key: "configuration:app.cart.engine",
      });
    } finally {
      await beating.stop();
    }
    expect(await app.rows("current_config", "key, version, value")).toContainEqual({
      key: "app.cart.engine",
      version: 3,
      value: "old",
    });
    expect(await app.rows("config_rollouts", "id, status, share")).toMatchObject([{
      status: "ended",
      share: 0.1,
    }]);
    expect(await look()).toMatchObject({ rollouts: 0 });
  }, 150_000);

  it("that passes is widened stage by stage where the project allows it", async () => {
    await platform.sql("select change_config($1, 'deployments.canary', $2)", [app.id, {
      approve_stage: true,
    }]);
    const [rollout] = await platform.sql(
      "select * from start_config_rollout($1, 'app.cart.size', '5', 0, '{0.5,1}', 'larger')",
      [app.id],
    );
    await serveBoth(["shop@1.0.0", 800, 40], [`shop@1.0.0+rollout.${rollout!.id}`, 400, 20]);
    await look();
    expect(await judgements()).toMatchObject([{ verdict: "pass", share: 0.5, advance_state: "advanced" }]);
    expect(await app.rows("config_rollouts", "id, status, share")).toMatchObject([{
      status: "completed",
      share: 1,
    }]);
  }, 60_000);
});

/** Customers who go on shopping. */
function keepBeating(beat: () => Promise<void>): { stop(): Promise<void> } {
  let going = true;
  const loop = (async () => {
    while (going) {
      await beat();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })();
  return {
    async stop() {
      going = false;
      await loop;
    },
  };
}
