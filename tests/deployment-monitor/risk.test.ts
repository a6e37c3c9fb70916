import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { learnRisk, modelOf } from "../../supabase/functions/_shared/deployments/shell/risk.ts";
import { record } from "../../supabase/functions/_shared/deployments/shell/record.ts";
import { mayWrite } from "../../supabase/functions/_shared/deployments/shell/ways-back.ts";
import { loadRiskState } from "../../supabase/functions/_shared/deployments/store-risk.ts";
import { type Tenants, tenants } from "../http/support/tenants.ts";

const DAY = 24 * 3_600_000;
let given: Tenants;
let project: { id: number; timeZone: string; allowed: ReturnType<typeof mayWrite> };
beforeAll(async () => {
  given = await tenants();
}, 60_000);
afterAll(() => given.platform.stop());
beforeEach(async () => {
  const [row] = await given.platform.sql(
    "insert into projects (slug, name) values ($1, 'Risky') returning id",
    [`risky-${crypto.randomUUID().slice(0, 8)}`],
  );
  project = { id: Number(row!.id), timeZone: "UTC", allowed: mayWrite([]) };
});

let count = 0;
/** A deployment that went out so many days ago. */
async function deployed(
  daysAgo: number,
  more: { files?: string[]; score?: number | null } = {},
): Promise<number> {
  const at = new Date(Date.now() - daysAgo * DAY);
  const { deployment } = await record(given.platform.service, project, {
    target: "other",
    external_id: `release-${++count}`,
    service: "shop",
    environment: "production",
    status: "serving",
    at: at.toISOString(),
    author: "ada",
    files: more.files ?? ["src/a.ts"],
  }, at);
  const { score = 95 } = more;
  await given.platform.sql("update deployment_logs set health_score = $2 where id = $1", [
    deployment.id,
    score,
  ]);
  return deployment.id;
}
const outcomes = () =>
  given.platform.sql(
    "select deployment_id, failed, reason, risk, features from deployment_outcomes where project_id = $1 order by deployment_id",
    [project.id],
  );
const learn = () => learnRisk(given.platform.service, project.id, new Date());

describe("the risk of deployments", () => {
  it("is learnt from what became of them: rolled back, blamed, unhealthy or well for a day", async () => {
    const well = await deployed(5);
    const sick = await deployed(4, { score: 30 });
    const back = await deployed(3);
    await given.platform.sql("update deployment_logs set rolled_back_at = now() where id = $1", [back]);
    const blamed = await deployed(0.5);
    await given.platform.sql(
      `insert into deployment_error_correlations (project_id, subject, episode_at, candidate, deployment_id, probability, verdict, e_value, decided_at)
       values ($1, 'rate:shop', now() - interval '1 hour', 'deployment:' || $2::bigint, $2::bigint, 0.97, 'blame', 50, now())`,
      [project.id, blamed],
    );
    const young = await deployed(0.2);
    const unseen = await deployed(2, { score: null });
    expect(await learn()).toBe(4);
    const found = await outcomes();
    expect(found).toMatchObject([
      { deployment_id: well, failed: false, reason: "healthy" },
      { deployment_id: sick, failed: true, reason: "unhealthy" },
      { deployment_id: back, failed: true, reason: "rolled_back" },
      { deployment_id: blamed, failed: true, reason: "blamed" },
    ]);
    for (const { risk, features } of found) {
      expect(risk).toBeGreaterThan(0);
      expect(features).toMatchObject({ spread: expect.any(Number), night: expect.any(Number) });
    }
    for (const id of [young, unseen]) expect(found.map((row) => row.deployment_id)).not.toContain(id);
  });

  it("is raised by failures: the next deployment of the same kind is told a higher number, and why", async () => {
    const planned = async () => {
      const { risk } = await record(given.platform.service, project, {
        target: "other",
        external_id: `planned-${++count}`,
        service: "shop",
        environment: "production",
        status: "created",
        at: new Date().toISOString(),
        author: "grace",
        files: ["src/b.ts", "package-lock.json"],
      }, new Date());
      return risk;
    };
    const before = await planned();
    for (let index = 0; index < 12; index++) {
      await deployed(20 - index, { files: ["src/b.ts", "package-lock.json"], score: 20 });
      await deployed(20 - index, { score: 98 });
    }
    expect(await learn()).toBe(24);
    const after = await planned();
    expect(after.probability).toBeGreaterThan(before.probability + 0.1);
    const reason = after.reasons.find(({ feature }) => feature === "dependencies");
    expect(reason).toMatchObject({ statement: "it changes dependencies" });
    expect(reason!.log_odds).toBeGreaterThan(
      before.reasons.find(({ feature }) => feature === "dependencies")!.log_odds,
    );
  });

  it("is learnt once from each outcome, however many learn at once and again", async () => {
    for (let index = 0; index < 6; index++) await deployed(10 - index, { score: index % 2 === 0 ? 20 : 95 });
    const learnt = await Promise.all(Array.from({ length: 6 }, learn));
    expect(learnt.filter((one) => one > 0)).toEqual([6]);
    const state = await loadRiskState(given.platform.service, project.id);
    expect(state.model!.outcomes).toBe(6);
    expect(await learn()).toBe(0);
    expect(await loadRiskState(given.platform.service, project.id)).toEqual(state);
    // The pool holds the evidence of all projects, each outcome once.
    const [sum] = await given.platform.sql(
      "select (select sum(outcome_count) from risk_models) as models, (select (evidence ->> 'outcomes')::int from risk_pool) as pool",
    );
    expect(Number(sum!.models)).toBe(Number(sum!.pool));
  });

  it("of a project without history is what the others have learnt, and nothing in the pool names anybody", async () => {
    const state = await loadRiskState(given.platform.service, project.id);
    expect(state.model).toBeNull();
    expect(state.pool!.outcomes).toBeGreaterThan(0);
    expect(modelOf(state).weights.dependencies!.mean).toBeGreaterThan(0.3);
    const [pool] = await given.platform.sql("select evidence::text as text from risk_pool");
    for (const secret of ["ada", "grace", "shop", "src/", "release-"]) {
      expect(pool!.text).not.toContain(secret);
    }
  });

  it("that was stated stands, whatever becomes known when it serves", async () => {
    const id = await deployed(1);
    const [before] = await given.platform.sql(
      "select risk, risk_features from deployment_logs where id = $1",
      [id],
    );
    const [{ external_id }] = await given.platform.sql(
      "select external_id from deployment_logs where id = $1",
      [id],
    ) as [
      { external_id: string },
    ];
    await record(given.platform.service, project, {
      target: "other",
      external_id,
      service: "shop",
      environment: "production",
      status: "serving",
      at: new Date(Date.now() - DAY).toISOString(),
      line_count: 100_000,
    }, new Date());
    const [after] = await given.platform.sql(
      "select risk, risk_features from deployment_logs where id = $1",
      [id],
    );
    expect(after).toEqual(before);
  });
});

describe("GET /risk", () => {
  it("tells members what was learnt and how well it was foretold, and strangers nothing", async () => {
    await given.platform.sql(
      "insert into project_members (project_id, user_id, role) select $1, user_id, 'viewer' from project_members where project_id = $2 and role = 'viewer'",
      [project.id, given.project],
    );
    await deployed(3, { score: 10 });
    await deployed(2);
    await learn();
    const read = (who: Parameters<Tenants["call"]>[0]) =>
      given.call(who, "GET", `deployment-monitor/risk?project=${project.id}`);
    const seen = await read("viewer");
    expect(seen).toMatchObject({
      status: 200,
      json: {
        outcomes: 2,
        failed: 1,
        calibration: { error: expect.any(Number), brier: expect.any(Number) },
        latest: [{ failed: false, reason: "healthy" }, { failed: true, reason: "unhealthy" }],
      },
    });
    expect(seen.json.weights.map(({ feature }: { feature: string }) => feature)).toContain("dependencies");
    expect(seen.json.base_rate).toBeGreaterThan(0);
    expect((await read("stranger")).json).toMatchObject({
      outcomes: 0,
      latest: [],
      calibration: { error: null },
    });
    expect((await read("nobody")).status).toBe(401);
  });
});
