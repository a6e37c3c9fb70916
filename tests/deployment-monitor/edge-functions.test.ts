import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runMonitor } from "../../supabase/functions/_shared/deployments/shell/monitor.ts";
import { observedSince } from "../../supabase/functions/_shared/deployments/store-blame.ts";
import {
  createSupabaseTarget,
  type SupabaseTarget,
} from "../../supabase/functions/_shared/deployments/supabase/target.ts";
import { type ActionsDatabase, actionsDatabase } from "../actions/support/database.ts";
import { type FakeSupabase, fakeSupabase } from "../deployments/fakes/supabase.ts";

const REF = "abcdefghijklmnopqrst";
const TOKEN = "management-token";
const MINUTE = 60_000;
const GOOD = "Deno.serve(() => new Response('sent'));";
const BAD = "Deno.serve(() => new Response('lost', { status: 500 }));";

let db: ActionsDatabase;
let platform: FakeSupabase;
let projectId: number;
let now: number;
beforeAll(async () => {
  db = await actionsDatabase();
}, 60_000);
afterAll(() => db.close());
beforeEach(async () => {
  now = Math.floor(Date.now() / MINUTE) * MINUTE - 60 * MINUTE;
  platform = fakeSupabase({ token: TOKEN, ref: REF, now: () => now });
  projectId = await db.addProject();
  await db.query(
    "insert into integrations (project_id, kind, name, configuration) values ($1, 'supabase', 'default', $2)",
    [projectId, { ref: REF, api_url: platform.url }],
  );
});
afterEach(() => platform.close());

/** A look of the monitor, as the schedule has it every two minutes. */
async function look(token = TOKEN, change: (api: SupabaseTarget) => Partial<SupabaseTarget> = () => ({})) {
  const failures: unknown[] = [];
  const api = createSupabaseTarget({ fetch, token, baseUrl: platform.url, ref: REF });
  const run = await runMonitor({
    client: db.client,
    now: () => new Date(now),
    platformsOf: () => ({
      vercel: null,
      github: null,
      supabase: () => Promise.resolve({ ...api, ...change(api) }),
    }),
    onFailure: (_, what, error) => failures.push([what, String(error)]),
  }, projectId);
  return { run, failures };
}

/** So many minutes in which each function is asked twice a second, with a look every second minute. */
async function live(minutes: number, failuresOf: (slug: string) => number, slugs = ["mailer", "search"]) {
  for (let step = 0; step < minutes * 6; step++) {
    now += 10_000;
    for (const slug of slugs) platform.visited(slug, 20, failuresOf(slug));
    if (step % 12 === 11) expect((await look()).failures).toEqual([]);
  }
}

function errorIn(slug: string) {
  return {
    project_id: projectId,
    event_id: crypto.randomUUID(),
    fingerprint: "e".repeat(64),
    fingerprint_version: 1,
    type: "TypeError",
    title: "TypeError: mail is undefined",
    platform: "javascript",
    level: "error",
    environment: "production",
    occurred_at: new Date(now).toISOString(),
    payload: {
      exceptions: [{
        type: "TypeError",
        value: "mail is undefined",
        frames: [{
          filename: `file:///var/tmp/sb-compile-edge-runtime/${slug}/index.ts`,
          function: "send",
          inApp: true,
        }],
      }],
    },
  };
}

const rows = (sql: string) => db.query(sql, [projectId]);

describe("versions of edge functions", () => {
  it("are kept with their own bodies when one is deployed while another is read", async () => {
    await platform.deploy("mailer", GOOD);
    const meanwhile = (api: SupabaseTarget) => ({
      async body(slug: string) {
        await platform.deploy(slug, BAD);
        return await api.body(slug);
      },
    });
    expect((await look(TOKEN, meanwhile)).run).toMatchObject({ new_versions: 0, failures: 0 });
    expect((await look()).run).toMatchObject({ new_versions: 1 });
    expect(
      await rows(
        "select version, body -> 0 ->> 'content' as source from function_versions where project_id = $1",
      ),
    )
      .toEqual([{ version: 2, source: BAD }]);
  });
});

describe("what the platform logs of edge functions", () => {
  it("is counted by version and minute, once, without preflights, whenever it comes", async () => {
    await platform.deploy("mailer", GOOD);
    await platform.deploy("gone", GOOD);
    platform.visited("mailer", 8, 1);
    platform.visited("mailer", 50, 0, "OPTIONS");
    platform.visited("gone", 3, 3);
    platform.remove("gone");
    now += 5_000;
    expect((await look()).run).toMatchObject({ new_versions: 1, logged_minutes: 1, failures: 0 });
    platform.visited("mailer", 2, 1);
    now += MINUTE;
    await platform.deploy("mailer", BAD);
    platform.visited("mailer", 4, 4);
    now += 5_000;
    expect((await look()).run).toMatchObject({ logged_minutes: 2 });
    expect((await look()).run).toMatchObject({ logged_minutes: 0 });
    expect(
      await rows(
        `select slug, version, request_count, failed_request_count, duration_ms_sum from edge_function_minutes
         where project_id = $1 order by minute_at`,
      ),
    ).toEqual([
      { slug: "mailer", version: 1, request_count: 10, failed_request_count: 2, duration_ms_sum: 125 },
      { slug: "mailer", version: 2, request_count: 4, failed_request_count: 4, duration_ms_sum: 50 },
    ]);
  });

  it("is enough to blame a version, and only that, where no SDK tells of anything", async () => {
    await platform.deploy("mailer", GOOD);
    await platform.deploy("search", GOOD);
    await live(20, () => 0);
    await platform.deploy("search", `${GOOD} // a comment`);
    await live(2, () => 0);
    await platform.deploy("mailer", BAD);
    await live(4, (slug) => slug === "mailer" ? 8 : 0);

    const verdicts = await rows(
      `select c.subject, d.external_id, c.probability, c.rollback from deployment_error_correlations as c
       join deployment_logs as d on d.id = c.deployment_id where c.project_id = $1 and c.verdict = 'blame'`,
    );
    // Nothing but the moment speaks for it, so whether it is taken back is for people to say.
    expect(verdicts).toEqual([
      { subject: "rate:mailer", external_id: "mailer@2", probability: expect.any(Number), rollback: false },
    ]);
    expect(verdicts[0]!.probability).toBeGreaterThan(0.99);
    expect(await rows("select title from detected_errors where project_id = $1 and type = 'Deployment'"))
      .toEqual([{ title: "Requests of mailer fail more often since mailer@2" }]);

    const health = await rows(
      `select external_id, health_score, health -> 'now' as now from deployment_logs
       where project_id = $1 and status = 'serving' order by external_id`,
    );
    expect(health).toMatchObject([
      { external_id: "mailer@2", health_score: expect.any(Number) },
      { external_id: "search@2", health_score: expect.any(Number) },
    ]);
    expect(health[0]!.health_score).toBeLessThan(70);
    expect(health[1]!.health_score).toBeGreaterThan(90);
  });

  it("tells which version an error without a label came from, by the file in which it was raised", async () => {
    await platform.deploy("mailer", GOOD);
    await platform.deploy("search", GOOD);
    await live(20, () => 0);
    await platform.deploy("search", BAD);
    await live(2, () => 0);
    await platform.deploy("mailer", BAD);
    for (let step = 0; step < 24; step++) {
      await db.rpc("record_batch", {
        p_batch: { events: Array.from({ length: 4 }, () => errorIn("mailer")), traffic: [] },
        p_now: new Date(now + 5_000).toISOString(),
      });
      await live(1 / 6, () => 0);
      if (step % 12 === 11) await look();
    }
    expect(
      await rows(
        `select c.subject like 'issue:%' as is_issue, d.external_id from deployment_error_correlations as c
         join deployment_logs as d on d.id = c.deployment_id where c.project_id = $1 and c.verdict = 'blame'`,
      ),
    ).toEqual([{ is_issue: true, external_id: "mailer@2" }]);
  });

  it("counts the requests once that an SDK counts under the same label", async () => {
    await platform.deploy("mailer", GOOD);
    platform.visited("mailer", 100, 5);
    now += MINUTE;
    await look();
    const traffic = async () => {
      const { traffic } = await observedSince(db.client, projectId, {
        since: new Date(now - 10 * MINUTE),
        until: new Date(now),
        knownIssues: [],
      });
      return traffic.map(([, release, , requests, failures]) => [release, requests, failures]);
    };
    expect(await traffic()).toEqual([["mailer@1", 100, 5]]);
    await db.rpc("record_batch", {
      p_batch: {
        events: [],
        traffic: [{
          project_id: projectId,
          minute_at: new Date(now - MINUTE).toISOString(),
          release: "mailer@1",
          environment: "production",
          request_count: 90,
          failed_request_count: 4,
          session_count: 0,
          crashed_session_count: 0,
          duration_ms_sum: 1,
        }],
      },
      p_now: new Date(now).toISOString(),
    });
    expect(await traffic()).toEqual([["mailer@1", 90, 4]]);
  });

  it("is kept as long as other counts", async () => {
    await platform.deploy("mailer", GOOD);
    platform.visited("mailer", 100, 5);
    now += MINUTE;
    await look();
    const left = async (days: number) => {
      await db.query("select prunella.apply_deployment_retention($1)", [new Date(now + days * 86_400_000)]);
      return (await rows("select from edge_function_minutes where project_id = $1")).length;
    };
    expect(await left(89)).toBe(1);
    expect(await left(91)).toBe(0);
  });

  it("keeps versions from being followed by no token that may not read them", async () => {
    await platform.deploy("mailer", GOOD);
    const { run, failures } = await look("wrong");
    expect(run).toMatchObject({ new_versions: 0, logged_minutes: 0 });
    expect(failures).toEqual([["supabase", expect.stringContaining("Check the token's permissions")]]);
  });
});
