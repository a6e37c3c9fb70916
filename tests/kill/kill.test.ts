import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type TestPlatform, testPlatform } from "../support/platform.ts";
import { seededRandom } from "../../supabase/functions/_shared/statistics/random.ts";
import { serveCrossings } from "./crossing.ts";
import { createFleet, FAULTS } from "./fleet.ts";
import { createPlan } from "./plan.ts";
import { createReceiver } from "./receiver.ts";

/** How often the worker is killed: at least once before and after every step. `PRUNELLA_KILLS=200 npm test -- tests/kill` takes minutes. */
const KILLS = Number(Deno.env.get("PRUNELLA_KILLS") ?? 40);
/** Faults that are open at the same time. */
const OPEN_FAULTS = 12;
const BEAT_MS = 150;
/** How long a healthy worker may take for what the killed ones left. */
const SETTLE_MS = 120_000;

/** Two lessons at a time are refused one after the other and tried again, which the platform's REST server tells in fifty lines. */
const EXPECTED = /learnt meanwhile/;

let platform: TestPlatform;
beforeAll(async () => {
  const { error } = console;
  vi.spyOn(console, "error").mockImplementation((...parts) => {
    if (!parts.some((part) => EXPECTED.test(String(part)))) error(...parts);
  });
  platform = await testPlatform({ cron: false });
  // Without its address nobody wakes the engine in the platform's own process: all work is the worker's.
  await platform.sql("delete from vault.secrets where name = 'prunella_functions_url'");
});
afterAll(async () => {
  await platform.stop();
  vi.restoreAllMocks();
});

it(
  `a heal that is killed at every step, ${KILLS} times, loses nothing, does nothing twice and leaves nothing half-done`,
  async () => {
    let worker: Worker | null = null;
    let kills = 0;
    const plan = createPlan(() => {
      kills++;
      worker?.kill();
    }, seededRandom(Number(Deno.env.get("PRUNELLA_PROPERTY_SEED") ?? 1)));
    const receiver = createReceiver();
    const database = serveCrossings(
      (request) => {
        const { pathname, search } = new URL(request.url);
        return fetch(`${platform.url}${pathname}${search}`, request);
      },
      (url) => url.pathname.split("/").at(-1) ?? "",
      plan.fate,
    );
    const webhook = serveCrossings(receiver.handle, (url) => `webhook ${url.pathname}`, plan.fate);
    const fleet = createFleet(platform, receiver, webhook.url);

    let beating = true;
    const beats = (async () => {
      while (beating) {
        await fleet.beat();
        await pause(BEAT_MS);
      }
    })();

    const complaints: string[] = [];
    let next = loadWorker(database.url);
    while (kills < KILLS || plan.missing().length > 0) {
      if (kills >= KILLS * 2) break;
      while (await openFaults() < OPEN_FAULTS) {
        await fleet.breakOne(FAULTS[fleet.projects.length % FAULTS.length]!);
      }
      [worker, next] = [next, loadWorker(database.url)];
      plan.begin();
      await worker.go();
      const { signal, complaint } = await worker.end;
      if (signal !== "SIGKILL") throw new Error(`the worker ended by itself: ${complaint.slice(-3000)}`);
      complaints.push(complaint);
      await letTimePass({ isNobodyAlive: true });
    }

    plan.spare();
    await next.go();
    const rest = await settle();
    next.kill();
    await next.end;
    beating = false;
    await beats;
    await Promise.all([database.stop(), webhook.stop()]);

    console.log(`${kills} kills, ${fleet.projects.length} faults`);
    expect(complaints.filter((text) => /permission denied|syntax error|TypeError: [^f]/.test(text))).toEqual(
      [],
    );
    expect(plan.missing(), "every step was killed before and after").toEqual([]);
    expect(rest, "nothing is half-done").toEqual([]);
    await expectNothingTwice(receiver.deliveries);
    await expectNothingLost(fleet.projects);
  },
  60 * 60_000,
);

interface Worker {
  /** It works from now on. */
  go(): Promise<void>;
  kill(): void;
  end: Promise<{ signal: Deno.Signal | null; complaint: string }>;
}

/** Loads a worker, which then waits for its turn. */
function loadWorker(databaseUrl: string): Worker {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      new URL("worker.ts", import.meta.url).pathname,
      platform.automationsKey,
    ],
    env: {
      SUPABASE_URL: databaseUrl,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: platform.publishableKey }),
      SUPABASE_SECRET_KEYS: JSON.stringify({
        default: platform.secretKey,
        automations: platform.automationsKey,
      }),
      SUPABASE_JWKS: JSON.stringify({ keys: [] }),
      PRUNELLA_ALLOW_LOOPBACK_TARGETS: "true",
    },
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const complaint = new Response(child.stderr).text();
  return {
    go: () => input.write(new TextEncoder().encode("!")),
    kill: () => child.kill("SIGKILL"),
    end: (async () => {
      const { signal } = await child.status;
      await input.close().catch(() => {});
      return { signal, complaint: await complaint };
    })(),
  };
}

/** What takes minutes: leases of the dead run out, failed jobs are tried again, and given-up ones are asked for anew. */
async function letTimePass({ isNobodyAlive }: { isNobodyAlive: boolean }): Promise<void> {
  if (isNobodyAlive) {
    await platform.sql(
      "update jobs set leased_until = now() - interval '1 second' where state = 'running'",
    );
  }
  await platform.sql("select prunella.sweep_fixes(), prunella.sweep_diagnoses(now() + interval '20 hours')");
  await platform.sql(
    `update jobs set run_at = now() where state = 'queued' and run_at > now()
       and (last_error is not null or run_at > now() + interval '10 hours')`,
  );
}

const IS_OPEN =
  "not exists (select from auto_fixes f where f.project_id = p.id and f.finished_at is not null and not f.informational)";

async function openFaults(): Promise<number> {
  const [row] = await platform.sql(`select count(*) as n from projects p where ${IS_OPEN}`);
  return row?.n as number;
}

/** Waits until no fix is on its way; returns what still is after a while. */
async function settle(): Promise<unknown[]> {
  const until = Date.now() + SETTLE_MS;
  while (true) {
    await letTimePass({ isNobodyAlive: false });
    const rest = await platform.sql(
      `select 'fix' as what, f.id, f.state, f.reason from auto_fixes f where f.state in ('approved', 'applying', 'verifying', 'rolling_back')
       union all select j.kind, j.id, j.state, j.last_error from jobs j where j.state in ('queued', 'running') and j.kind in ('apply', 'verify', 'roll_back', 'learn')
       union all select 'fault', p.id, p.mode, null from projects p where ${IS_OPEN}`,
    );
    if (rest.length === 0 || Date.now() > until) return rest;
    await pause(250);
  }
}

async function expectNothingTwice(deliveries: ReadonlyMap<string, { path: string }[]>): Promise<void> {
  const repeated = [...deliveries].filter(([, calls]) => calls.length > 1);
  expect(repeated, "a webhook is delivered once").toEqual([]);
  const reverts = await platform.sql(
    "select project_id, count(*) as n from system_config where idempotency_key like '%:apply' group by project_id having count(*) > 1",
  );
  expect(reverts, "a configuration is reverted once").toEqual([]);
  const lessons = await platform.sql(
    "select fix_id from lessons group by fix_id, outcome having count(*) > 1",
  );
  expect(lessons, "an outcome is learnt once").toEqual([]);
  const decisions = await platform.sql("select job_id from decisions group by job_id having count(*) > 1");
  expect(decisions, "a job decides once").toEqual([]);
}

async function expectNothingLost(projects: readonly { id: number; fault: string }[]): Promise<void> {
  for (const { id, fault } of projects) {
    const fixes = await platform.sql(
      "select state, outcome, reason from auto_fixes where project_id = $1 and not informational order by id",
      [id],
    );
    const ended = {
      configuration: "succeeded",
      "runbook that helps": "succeeded",
      "runbook that does not help": "rolled_back",
    }[fault];
    expect(fixes[0], `project ${id}, ${fault}: ${fixes[0]?.reason}`).toMatchObject({ state: ended });
    const value = await platform.sql(
      "select value from current_config where project_id = $1 and key = 'app.pool_size'",
      [id],
    );
    expect(value, `configuration of project ${id}`).toEqual(fault === "configuration" ? [{ value: 20 }] : []);
    const [chain] = await platform.sql("select verify_turning_points($1) as result", [id]);
    expect(chain?.result, `audit log of project ${id}`).toMatchObject({ valid: true });
  }
  const unlearnt = await platform.sql(
    `select f.id from auto_fixes f where f.outcome in ('succeeded', 'not_resolved', 'inconclusive') and not f.informational
     and not exists (select from lessons l where l.fix_id = f.id)`,
  );
  expect(unlearnt, "every outcome is learnt").toEqual([]);
  const unexplained = await platform.sql(
    "select f.id from auto_fixes f left join decisions d on d.id = f.decision_id where d.id is null or d.created_at > f.applying_at",
  );
  expect(unexplained, "no side effect without a stored decision").toEqual([]);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
