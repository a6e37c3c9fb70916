import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lookForBlame } from "../../supabase/functions/_shared/deployments/shell/look.ts";
import type { DeploymentReport } from "../../supabase/functions/_shared/deployments/deployment.ts";
import { recordDeployment } from "../../supabase/functions/_shared/deployments/store.ts";
import { observedSince } from "../../supabase/functions/_shared/deployments/store-blame.ts";
import { type ActionsDatabase, actionsDatabase } from "../actions/support/database.ts";

let db: ActionsDatabase;
beforeAll(async () => {
  db = await actionsDatabase();
}, 60_000);
afterAll(() => db.close());

const MINUTE = 60_000;

/**
 * A project whose past is written down second by second; the clock goes with it.
 *
 * @param second of the minute in which it begins: traffic is counted by minutes, so it matters where a deployment falls
 */
async function story(second = 0, minutesAgo = 60) {
  const projectId = await db.addProject();
  const start = Math.floor(Date.now() / MINUTE) * MINUTE - minutesAgo * MINUTE + second * 1_000;
  let now = start;
  const at = () => new Date(now);
  return {
    projectId,
    at,
    /** `seconds` of traffic at ten requests a second, in steps of ten seconds; looks every `lookEvery` seconds. */
    async live(seconds: number, release: string, errorsPerStep = 0, lookEvery = 60, payload: object = {}) {
      const verdicts = [];
      for (let passed = 0; passed < seconds; passed += 10) {
        now += 10_000;
        await db.rpc("record_batch", {
          p_batch: {
            events: Array.from({ length: errorsPerStep }, () => event(projectId, release, at(), payload)),
            traffic: [{
              project_id: projectId,
              minute_at: at().toISOString(),
              release,
              environment: "production",
              request_count: 100,
              failed_request_count: errorsPerStep,
              session_count: 0,
              crashed_session_count: 0,
              duration_ms_sum: 5_000,
            }],
          },
          p_now: at().toISOString(),
        });
        if (now % (lookEvery * 1000) < 10_000) {
          verdicts.push(...(await lookForBlame(db.client, projectId, new Date(now + 1_000))).verdicts);
        }
      }
      return verdicts;
    },
    deploy: (release: string, more: Partial<DeploymentReport> = {}) =>
      recordDeployment(db.client, projectId, {
        target: "other",
        external_id: release,
        service: "shop",
        environment: "production",
        status: "serving",
        at: at().toISOString(),
        release,
        ...more,
      }, at()),
  };
}

function event(projectId: number, release: string, at: Date, payload: object = {}) {
  return {
    project_id: projectId,
    event_id: crypto.randomUUID(),
    fingerprint: "f".repeat(64),
    fingerprint_version: 1,
    type: "TypeError",
    title: "TypeError: undefined is not a function",
    platform: "javascript",
    level: "error",
    release,
    environment: "production",
    occurred_at: at.toISOString(),
    payload: {
      message: null,
      exceptions: [{ type: "TypeError", value: "x is undefined", frames: [] }],
      ...payload,
    },
  };
}

describe("a look at a project", () => {
  it.each([0, 20, 50])(
    "blames the release whose traffic fails, deployed at second %i, and writes down how sure it is",
    async (second) => {
      const { projectId, live, deploy, at } = await story(second);
      await deploy("shop@1");
      await live(900, "shop@1");
      const bad = await deploy("shop@2");
      const deployedAt = at().getTime();
      const verdicts = await live(180, "shop@2", 5, 20);
      const blame = verdicts.find(({ decision }) => decision === "blame");
      expect(blame).toMatchObject({ changeId: `deployment:${bad.id}` });
      expect(blame!.decidedAt - deployedAt).toBeLessThanOrEqual(120_000);
      expect(verdicts.some(({ rollback }) => rollback)).toBe(true);

      const rows = await db.query(
        "select candidate, probability, verdict, rollback, issue_id is not null as about_issue from deployment_error_correlations where project_id = $1 order by probability desc",
        [projectId],
      );
      expect(rows[0]).toMatchObject({
        candidate: `deployment:${bad.id}`,
        verdict: "blame",
        rollback: true,
        about_issue: true,
      });
      const total = rows.reduce((sum, row) => sum + Number(row.probability), 0);
      expect(total).toBeGreaterThan(0.99);
      expect(total).toBeLessThanOrEqual(1.000001);
    },
    60_000,
  );

  it("blames nobody when errors rise long after a deployment and on all releases alike", async () => {
    const { projectId, live, deploy } = await story();
    await deploy("shop@1");
    await live(900, "shop@1");
    await deploy("shop@2");
    await live(600, "shop@2");
    // Both releases still serve, and both fail.
    for (let round = 0; round < 6; round++) {
      await live(20, "shop@1", 3, 20);
      await live(20, "shop@2", 3, 20);
    }
    const rows = await db.query(
      "select candidate from deployment_error_correlations where project_id = $1 and verdict = 'blame'",
      [projectId],
    );
    expect(rows).toEqual([]);
  }, 60_000);

  it("names a release in hindsight when somebody takes it back and the errors end with it", async () => {
    const { projectId, live, deploy } = await story(0, 120);
    await deploy("shop@1");
    await live(900, "shop@1");
    const bad = await deploy("shop@2");
    await live(2400, "shop@2");
    const meanwhile = await live(2000, "shop@2", 1);
    expect(meanwhile.length).toBeGreaterThan(0);
    expect(meanwhile.filter(({ decision }) => decision === "blame")).toEqual([]);
    await deploy("shop@1", { displaces: "rolled_back" });
    await live(400, "shop@1");
    const rows = await db.query(
      "select verdict, rollback, factors from deployment_error_correlations where project_id = $1 and candidate = $2 and issue_id is not null",
      [projectId, `deployment:${bad.id}`],
    );
    expect(rows).toMatchObject([{ verdict: "blame", rollback: false, factors: [{ name: "hindsight" }] }]);
  }, 120_000);

  it("does not take silence before the first request for calm", async () => {
    const { projectId, live, deploy, at } = await story();
    await deploy("shop@1");
    expect(await lookForBlame(db.client, projectId, at())).toMatchObject({ looked: true });
    await deploy("shop@2");
    expect(await live(180, "shop@2", 5, 20)).toEqual([]);
  }, 60_000);

  it("counts nothing twice, whatever the looks' distance", async () => {
    const { projectId, live, deploy } = await story();
    await deploy("shop@1");
    await live(300, "shop@1", 1, 10);
    await lookForBlame(db.client, projectId, new Date());
    const [row] = await db.query("select state from blame_states where project_id = $1", [projectId]);
    const { core } = row!.state as { core: { services: Record<string, { requestsEver: number }> } };
    expect(core.services.shop!.requestsEver).toBe(3_000);
  }, 60_000);

  it("lets the quicker of two looks at once count", async () => {
    const { projectId, live, deploy, at } = await story();
    await deploy("shop@1");
    await live(60, "shop@1", 0, 3_600);
    const now = new Date(at().getTime() + 5_000);
    const looks = await Promise.all([1, 2, 3].map(() => lookForBlame(db.client, projectId, now)));
    expect(looks.filter(({ looked }) => looked)).toHaveLength(1);
  }, 60_000);

  it("leaves a project alone that deploys nothing", async () => {
    const { projectId, live } = await story();
    await live(60, "shop@1", 2, 10);
    expect(await db.query("select from blame_states where project_id = $1", [projectId])).toEqual([]);
  }, 60_000);
});

describe("what the database tells blame of single events", () => {
  const since = () => new Date(Date.now() - 5 * MINUTE);
  const until = () => new Date(Date.now() + MINUTE);

  async function rowsOf(projectId: number, payloads: readonly object[]) {
    await db.rpc("record_batch", {
      p_batch: {
        events: payloads.map((payload) => {
          const plain = event(projectId, "shop@1", new Date());
          return {
            ...plain,
            user_hash: "0123456789abcdef".repeat(2),
            payload: { ...plain.payload, ...payload },
          };
        }),
        traffic: [],
      },
    });
    return await observedSince(db.client, projectId, { since: since(), until: until(), knownIssues: [] });
  }

  it("tells flags that changed lately, what they were turned to and the steps of their rollout", async () => {
    const projectId = await db.addProject();
    await db.configure(projectId, "app.timeout", 5);
    await db.rpc("start_config_rollout", {
      p_project_id: projectId,
      p_key: "app.ui.new-checkout",
      p_value: true,
      p_expected_version: 0,
      p_stages: [0.1, 0.5, 1],
    });
    const values = [
      { flag: "new-checkout", result: true },
      { flag: "dark-mode", result: false },
      { flag: "app.ui.new-checkout", result: "yes" },
      "nonsense",
      null,
    ];
    const rows = await rowsOf(projectId, [
      { contexts: { flags: { values } } },
      { contexts: { flags: { values: [] } } },
      { contexts: { flags: { values: "nonsense" } } },
      { contexts: { flags: { values: [{ flag: "newCheckout", result: false }] } } },
      { contexts: { flags: { values: [{ flag: "APP_UI_NEW_CHECKOUT", result: true }] } } },
      {},
    ]);
    expect(rows.samples.map((sample) => sample[6]).map((flags) => JSON.stringify(flags)).sort()).toEqual([
      "null",
      "null",
      '{"new-checkout":true}',
      '{"new-checkout":false}',
      '{"app.ui.new-checkout":true}',
      "{}",
    ].sort());
    expect(
      rows.samples.every(([, , release, environment, user]) =>
        release === "shop@1" && environment === "production" && user === "0123456789ab"
      ),
    ).toBe(true);
    expect(rows.configuration).toMatchObject([
      { key: "app.timeout", flag: null, steps: [] },
      { key: "app.ui.new-checkout", flag: true, steps: [{ share: 0.1 }] },
    ]);
  });

  it("tells the last call and no other breadcrumb", async () => {
    const projectId = await db.addProject();
    const call = (url: string) => ({ type: "http", category: "fetch", data: { url, status_code: 503 } });
    const rows = await rowsOf(projectId, [
      { breadcrumbs: [call("https://one.example/"), call("https://two.example/"), { category: "console" }] },
      { breadcrumbs: [{ category: "console", message: "secretive" }] },
      { breadcrumbs: { length: 1 } },
    ]);
    const calls = rows.samples.map((sample) => sample[7]);
    expect(calls.filter((crumb) => crumb !== null)).toEqual([call("https://two.example/")]);
    expect(calls).toHaveLength(3);
  });

  it("tells twenty events of an issue at most, and none of another project's", async () => {
    const [projectId, other] = [await db.addProject(), await db.addProject()];
    await rowsOf(other, [{}, {}]);
    const rows = await rowsOf(projectId, Array.from({ length: 50 }, () => ({})));
    expect(rows.samples).toHaveLength(20);
    expect(new Set(rows.samples.map(([issue]) => issue)).size).toBe(1);
    expect(rows.events.reduce((sum, [, , , , count]) => sum + count, 0)).toBe(50);
  });

  it("is heard by blame: of two flags the one that the failing users have is named", async () => {
    const { projectId, live, deploy, at } = await story();
    await deploy("shop@1");
    await live(900, "shop@1");
    const turnedOn = async (key: string) =>
      await db.query(
        "insert into public.system_config (project_id, key, value, created_at) values ($1, $2, 'true', $3)",
        [projectId, key, at().toISOString()],
      );
    await turnedOn("app.guilty-flag");
    await turnedOn("app.other-flag");
    const flags = { contexts: { flags: { values: [{ flag: "guilty-flag", result: true }] } } };
    const verdicts = await live(180, "shop@1", 5, 20, flags);
    expect(verdicts.at(-1)!.hypotheses[0]).toMatchObject({ changeId: "configuration:app.guilty-flag@1" });
    expect(verdicts.find(({ decision }) => decision === "blame")?.factors.map(({ name }) => name)).toContain(
      "flags",
    );
  }, 60_000);
});
