import { afterAll, beforeAll, expect, it } from "vitest";
import { type TestPlatform, testPlatform } from "../support/platform.ts";
import { type Crossing, serveCrossings } from "./crossing.ts";
import { createFleet, FAULTS } from "./fleet.ts";
import { createReceiver } from "./receiver.ts";

/** How often the worker is killed. Minutes of work, so only on demand: `PRUNELLA_KILLS=200 npm test -- tests/kill`. */
const KILLS = Number(Deno.env.get("PRUNELLA_KILLS") ?? 0);
/** Faults that are open at the same time. */
const OPEN_FAULTS = 12;
/** Calls and milliseconds after which a worker is killed even if it did not come to the step that was chosen for it. */
const LONGEST_LIFE = 60;
const LONGEST_LIFE_MS = 5_000;
/** Calls of a worker that only looks for work: they do not count as life. */
const IDLE = [
  "claim_jobs",
  "next_job_at",
  "hold_watch",
  "publish_patterns",
  "active_patterns",
  "breaker_load",
  "record_function_calls",
];
const BEAT_MS = 150;

/** The steps of a heal, as the calls that it consists of. Each is killed before it arrives and after it took effect. */
const STEPS = [
  "claim_jobs",
  "heal_context",
  "track_records",
  "store_decision",
  "finish_job",
  "fix_context",
  "action_configuration_read",
  "begin_fix",
  "action_configuration_set",
  "integration_secret",
  "webhook /apply",
  "advance_fix",
  "save_verification",
  "postpone_job",
  "webhook /rollback",
  "store_lesson",
  "queue_diagnosis",
  "kill_switch",
];

let platform: TestPlatform;
beforeAll(async () => {
  platform = await testPlatform({ cron: false });
  // Without its address nobody wakes the engine in the platform's own process: all work is the worker's.
  await platform.sql("delete from vault.secrets where name = 'prunella_functions_url'");
});
afterAll(() => platform.stop());

it.runIf(KILLS > 0)(
  `a heal that is killed at every step, ${KILLS} times, loses nothing, does nothing twice and leaves nothing half-done`,
  async () => {
    const receiver = createReceiver();
    const plan = createPlan();
    let worker: Deno.ChildProcess | null = null;
    let kills = 0;
    const kill = () => {
      plan.spare();
      kills++;
      worker?.kill("SIGKILL");
    };
    const database = serveCrossings(
      (request) => {
        const { pathname, search } = new URL(request.url);
        return fetch(`${platform.url}${pathname}${search}`, request);
      },
      (url) => url.pathname.split("/").at(-1) ?? "",
      plan.fate,
      kill,
    );
    const webhook = serveCrossings(receiver.handle, (url) => `webhook ${url.pathname}`, plan.fate, kill);
    const fleet = createFleet(platform, receiver, webhook.url);

    let beating = true;
    const beats = (async () => {
      while (beating) {
        await fleet.beat();
        await pause(BEAT_MS);
      }
    })();

    const output: string[] = [];
    while (kills < KILLS) {
      while (await openFaults() < OPEN_FAULTS) {
        await fleet.breakOne(FAULTS[fleet.projects.length % FAULTS.length]!);
      }
      plan.next();
      worker = startWorker(database.url);
      const timer = setTimeout(kill, LONGEST_LIFE_MS * (0.5 + 0.5 * Math.random()));
      const end = await worker.output();
      clearTimeout(timer);
      const text = new TextDecoder().decode(end.stderr);
      if (end.signal !== "SIGKILL") throw new Error(`the worker ended by itself: ${text.slice(-3000)}`);
      output.push(text);
      await expireLeases();
    }

    plan.spare();
    worker = startWorker(database.url);
    const rest = await settle();
    worker.kill("SIGKILL");
    await worker.output();
    beating = false;
    await beats;
    await Promise.all([database.stop(), webhook.stop()]);

    expect(output.filter((text) => /permission denied|syntax error|TypeError: [^f]/.test(text))).toEqual([]);
    expect(rest, "nothing is half-done").toEqual([]);
    console.log(`${kills} kills; steps at which none fell: ${plan.missing().join(", ") || "none"}`);
    // A short run for development cannot meet every step.
    if (KILLS >= 150) expect(plan.missing(), "every step was killed before and after").toEqual([]);
    await expectNothingTwice(receiver.deliveries);
    await expectNothingLost(fleet.projects);
  },
  45 * 60_000,
);

function startWorker(databaseUrl: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
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
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

/** Chooses where each worker dies: at any step at which none has died yet, else after a random number of calls. */
function createPlan() {
  const wanted = new Set(STEPS.flatMap((name) => [`before ${name}`, `after ${name}`]));
  const hit = new Set<string>();
  let life = 0;
  let dead = true;
  return {
    next() {
      life = Math.ceil(LONGEST_LIFE * Math.random());
      dead = false;
    },
    spare() {
      dead = true;
    },
    fate({ name, phase }: Crossing): boolean {
      if (dead) return false;
      const step = `${phase} ${name}`;
      const isNew = wanted.has(step) && !hit.has(step);
      if (!isNew && (IDLE.includes(name) || life-- > 0)) return false;
      hit.add(step);
      dead = true;
      return true;
    },
    missing: () => [...wanted].filter((step) => !hit.has(step)),
  };
}

/** A dead worker's leases run out; the test does not wait for the minute that this takes. */
async function expireLeases(): Promise<void> {
  await platform.sql("update jobs set leased_until = now() - interval '1 second' where state = 'running'");
  await platform.sql(
    "update jobs set run_at = now() where state = 'queued' and last_error is not null and run_at > now()",
  );
}

async function openFaults(): Promise<number> {
  const [row] = await platform.sql(
    "select count(*) as n from projects p where not exists (select from auto_fixes f where f.project_id = p.id and f.finished_at is not null)",
  );
  return row?.n as number;
}

/** Waits until no fix is on its way; returns those that still are after a while. */
async function settle(): Promise<unknown[]> {
  const until = Date.now() + 400_000;
  while (true) {
    await platform.sql("select prunella.sweep_fixes()");
    const rest = await platform.sql(
      `select f.id, f.state, f.reason from auto_fixes f where f.state in ('approved', 'applying', 'verifying', 'rolling_back')
       union all select j.id, j.kind, j.last_error from jobs j where j.state in ('queued', 'running') and j.kind in ('apply', 'verify', 'roll_back', 'learn')`,
    );
    if ((rest.length === 0 && await openFaults() === 0) || Date.now() > until) return rest;
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
    expect(fixes[0], `project ${id}, ${fault}`).toMatchObject({ state: ended });
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
