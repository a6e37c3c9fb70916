import type { RpcClient } from "../../../supabase/functions/_shared/platform/rpc.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { type TestPlatform, testPlatform } from "../../support/platform.ts";
import type { Row } from "../../../scripts/platform/database.ts";
import { type Clock, clockedMigrations, testClock } from "./clock.ts";
import { directClient } from "./direct-client.ts";
import { type ErrorText, eventRow, trafficRow } from "./events.ts";
import { SECRET } from "./invariants.ts";
import { type Runbooks, startRunbooks } from "./runbooks.ts";
import { createWorker, type Worker } from "./worker.ts";

/** How the application of a project behaves from beat to beat. */
export interface App {
  projectId: number;
  requestsPerBeat: number;
  errorsPerBeat: number;
  error: ErrorText;
  /** Whether it fails at this moment; asked at every beat. */
  isBroken: () => boolean | Promise<boolean>;
}

export const BEAT_MS = 500;
const MINUTE_MS = 60_000;

export interface ProjectOptions {
  mode?: "observe" | "suggest" | "auto";
  dryRun?: boolean;
  /** Keys of `healing.limits`. */
  limits?: Record<string, unknown>;
}

/** Projects, their applications, the database that heals them, and the time that passes for all of them. */
export interface Ward {
  clock: Clock;
  client: RpcClient;
  runbooks: Runbooks;
  worker: Worker;
  apps: App[];
  sql(text: string, params?: readonly unknown[]): Promise<Row[]>;
  /** The first row, which must be there. */
  one(text: string, params?: readonly unknown[]): Promise<Row>;
  project(options?: ProjectOptions): Promise<number>;
  /** A configuration value that was set long ago, so that it is no suspect. */
  oldValue(projectId: number, key: string, value: unknown): Promise<void>;
  change(projectId: number, key: string, value: unknown): Promise<void>;
  value(projectId: number, key: string): Promise<unknown>;
  /** Adds a runbook that answers on loopback; `configuration` overrides what it says. */
  runbook(projectId: number, name: string, configuration?: Record<string, unknown>): Promise<void>;
  /** What an action has shown so far in a project: how sure the next decision is. */
  record(
    projectId: number,
    causeKey: string,
    action: string,
    successes: number,
    failures?: number,
  ): Promise<void>;
  app(app: Pick<App, "projectId" | "error" | "isBroken"> & Partial<App>): App;
  /** Errors that came at once, without an application. */
  errors(projectId: number, error: ErrorText, count: number): Promise<void>;
  /** Time passes: applications work, and every minute the sweep runs. Nothing heals. */
  elapse(ms: number): Promise<void>;
  /** Time passes and the engine works. */
  heal(ms: number, worker?: Worker): Promise<void>;
  /** Heals until the query returns a row, which it returns; fails after `withinMs`. */
  healUntil(text: string, params: readonly unknown[], withinMs?: number): Promise<Row>;
  /** Does what is due now, without time passing. */
  work(worker?: Worker): Promise<void>;
  fixes(projectId: number): Promise<Row[]>;
  issue(projectId: number): Promise<Row>;
  stop(): Promise<void>;
}

export interface PlatformWard extends Ward {
  platform: TestPlatform;
}

/** On a database in this process, reached directly. */
export async function openWard(): Promise<Ward> {
  const db = await testDatabase({ migrationsDir: await clockedMigrations() });
  return await openWardOn(db);
}

/** The same on a database that the test wants to reach as well; closed with the ward. */
export function openWardOn(db: TestDatabase): Promise<Ward> {
  return build(directClient(db), (text, params) => db.query(text, params), () => db.close());
}

/** On the whole platform, reached over HTTP with supabase-js. */
export async function openPlatformWard(): Promise<PlatformWard> {
  const platform = await testPlatform({ cron: false, migrationsDir: await clockedMigrations() });
  // Without its address nobody wakes the platform's own engine, which lives in another time.
  await platform.sql("delete from vault.secrets where name = 'prunella_functions_url'");
  const ward = await build(
    platform.service,
    (text, params) => platform.sql(text, params),
    () => platform.stop(),
  );
  return { ...ward, platform };
}

async function build(client: RpcClient, sql: Ward["sql"], close: () => Promise<void>): Promise<Ward> {
  const clock = await testClock(sql);
  const runbooks = startRunbooks();
  const apps: App[] = [];
  let beatAt = clock.now().getTime() + BEAT_MS;
  let minuteAt = clock.now().getTime() + MINUTE_MS;

  async function call(name: string, parameters: Record<string, unknown>): Promise<void> {
    const { error } = await client.rpc(name, parameters);
    if (error) throw new Error(`${name}: ${error.message}`);
  }

  async function beat(): Promise<void> {
    const at = clock.now();
    const broken = await Promise.all(apps.map((app) => app.isBroken()));
    if (apps.length === 0) return;
    await call("record_batch", {
      p_batch: {
        traffic: apps.map((app, index) =>
          trafficRow(app.projectId, app.requestsPerBeat, broken[index] ? app.errorsPerBeat : 0, at)
        ),
        events: apps.flatMap((app, index) =>
          broken[index]
            ? Array.from({ length: app.errorsPerBeat }, () => eventRow(app.projectId, app.error, at))
            : []
        ),
        heartbeats: [],
      },
    });
  }

  const ward: Ward = {
    clock,
    client,
    runbooks,
    apps,
    sql,
    worker: createWorker({ client, clock, wait: (ms) => ward.elapse(ms) }),

    async one(text, params) {
      const [row] = await sql(text, params);
      if (!row) throw new Error(`no row: ${text}`);
      return row;
    },

    async project({ mode = "auto", dryRun = false, limits } = {}) {
      const { id } = await ward.one(
        "insert into projects (slug, name, mode, dry_run) values ($1, $1, $2, $3) returning id",
        [`p-${crypto.randomUUID()}`, mode, dryRun],
      );
      if (limits) await ward.change(id as number, "healing.limits", limits);
      return id as number;
    },

    oldValue: async (projectId, key, value) =>
      void await sql(
        "insert into system_config (project_id, key, value, created_at) values ($1, $2, $3, $4)",
        [projectId, key, JSON.stringify(value), new Date(clock.now().getTime() - 48 * 60 * MINUTE_MS)],
      ),

    change: (projectId, key, value) =>
      call("change_config", { p_project_id: projectId, p_key: key, p_value: value }),

    value: async (projectId, key) =>
      (await sql("select value from current_config where project_id = $1 and key = $2", [projectId, key]))[0]
        ?.value ?? null,

    async runbook(projectId, name, configuration = {}) {
      const url = `${runbooks.url}/${name}`;
      await sql(
        "insert into integrations (project_id, kind, name, configuration) values ($1, 'webhook', $2, $3)",
        [projectId, name, {
          title: `Runbook ${name}`,
          url: `${url}/apply`,
          rollback_url: `${url}/rollback`,
          status_url: `${url}/status`,
          risk: "safe",
          recovery_ms: 1_000,
          window_ms: 60_000,
          when: { categories: ["resource"] },
          ...configuration,
        }],
      );
      await call("set_integration_secret", {
        p_project_id: projectId,
        p_kind: "webhook",
        p_name: name,
        p_secret: SECRET,
      });
    },

    record: async (projectId, causeKey, action, successes, failures = 0) =>
      void await sql(
        `insert into action_records (project_id, cause_key, action, success_weight, failure_weight, project_count, updated_at)
         values ($1, $2, $3, $4, $5, 1, $6)`,
        [projectId, causeKey, action, successes, failures, clock.now()],
      ),

    app(app) {
      const whole: App = { requestsPerBeat: 12, errorsPerBeat: 2, ...app };
      apps.push(whole);
      return whole;
    },

    errors: (projectId, error, count) =>
      call("record_batch", {
        p_batch: {
          traffic: [],
          events: Array.from({ length: count }, () => eventRow(projectId, error, clock.now())),
          heartbeats: [],
        },
      }),

    async elapse(ms) {
      const from = clock.now().getTime();
      const until = from + ms;
      // Where a test moved the clock by itself nothing happened meanwhile.
      beatAt = beatAt < from ? from + BEAT_MS : beatAt;
      minuteAt = minuteAt < from ? from + MINUTE_MS : minuteAt;
      while (clock.now().getTime() < until) {
        const next = Math.min(until, beatAt, minuteAt);
        await clock.advance(next - clock.now().getTime());
        if (next === beatAt) {
          await beat();
          beatAt += BEAT_MS;
        }
        if (next === minuteAt) {
          await sql("select prunella.run_minute()");
          minuteAt += MINUTE_MS;
        }
      }
    },

    async heal(ms, worker = ward.worker) {
      const until = new Date(clock.now().getTime() + ms);
      while (clock.now() < until) {
        await worker.run(until);
        if (clock.now() < until) {
          await ward.elapse(Math.min(BEAT_MS, until.getTime() - clock.now().getTime()));
        }
      }
      await ward.work(worker);
    },

    async healUntil(text, params, withinMs = 10 * MINUTE_MS) {
      const until = clock.now().getTime() + withinMs;
      while (true) {
        await ward.work();
        const [row] = await sql(text, params);
        if (row) return row;
        if (clock.now().getTime() >= until) {
          throw new Error(`not within ${withinMs} ms: ${text}; failures: ${ward.worker.failures.join("; ")}`);
        }
        await ward.elapse(BEAT_MS);
      }
    },

    async work(worker = ward.worker) {
      // Past the deadline nothing is claimed, and at it nothing is waited for.
      while ((await worker.run(new Date(clock.now().getTime() + 1))).done > 0);
    },

    fixes: (projectId) =>
      sql("select * from auto_fixes where project_id = $1 and not informational order by id", [projectId]),
    issue: (projectId) =>
      ward.one("select * from detected_errors where project_id = $1 order by id desc limit 1", [projectId]),

    async stop() {
      await runbooks.stop();
      await close();
    },
  };
  return ward;
}
