import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bootstrap } from "../../scripts/platform/bootstrap.ts";
import { applyMigrations, readMigrations } from "../../scripts/platform/migrations.ts";
import { MIGRATIONS } from "../../scripts/platform/paths.ts";
import { type PostgresServer, startPostgres } from "../../scripts/platform/postgres.ts";
import { PostgresDatabase } from "../../scripts/platform/postgres-database.ts";

/** pg_cron 1.4 knows whole minutes only, so whatever it does shows after one at the latest. */
const PATIENCE_MS = 80_000;

// Only where CI asks for real Postgres: waiting for a minute to begin is no work for everyday.
describe.runIf(Deno.env.get("DATABASE_URL"))("with the real pg_cron", () => {
  let server: PostgresServer;
  let db: PostgresDatabase;
  let hasPgCron: boolean;

  beforeAll(async () => {
    // pg_cron serves one database of a server, so this test has a server of its own.
    server = await startPostgres({ durable: false });
    db = await PostgresDatabase.open(server.url);
    const standIns = await bootstrap(db);
    hasPgCron = !standIns.cron;
    await applyMigrations(db, await readMigrations(MIGRATIONS));
  });
  afterAll(async () => {
    await db.close();
    await server.stop();
  });

  it("the extension is the real one, and the migrations' schedules are in it", async () => {
    expect(hasPgCron).toBe(true);
    const jobs = await db.query("select jobname, schedule from cron.job where active order by jobname", []);
    expect(jobs).toEqual(expect.arrayContaining([
      { jobname: "autonomous-healing-cycle", schedule: "* * * * *" },
      { jobname: "deployment-health-monitor", schedule: "*/2 * * * *" },
      { jobname: "partition-upkeep", schedule: "5 * * * *" },
      { jobname: "retention", schedule: "17 3 * * *" },
    ]));
  });

  it(
    "the healing cycle runs each minute, visibly, and an index is built outside of any transaction",
    async () => {
      await db.script(`
      insert into projects (slug, name) values ('shop', 'Shop');
      insert into integrations (project_id, kind, configuration)
        values (1, 'postgres', '{"schemas": ["shop"], "applications": []}');
      create schema shop;
      create table shop.orders (id integer primary key, email text);
      insert into shop.orders select n, 'user-' || n from generate_series(1, 5000) as n;
    `);
      const [answer] = await db.query(
        "select action_postgres_create_index(1, 'fix:1:apply', 'shop', 'orders', array['email']) as result",
        [],
      );
      expect(answer?.result).toMatchObject({ outcome: "scheduled" });

      const until = Date.now() + PATIENCE_MS;
      let runs: unknown[] = [];
      let effect: { state?: string } = {};
      while (Date.now() < until && !(runs.length > 0 && effect.state === "succeeded")) {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        runs = await db.query(
          "select status from schedule_runs where schedule = 'autonomous-healing-cycle' and status = 'succeeded'",
          [],
        );
        const [row] = await db.query("select action_postgres_effect(1, 'fix:1:apply', now()) as result", []);
        effect = row?.result as { state?: string };
      }
      expect(runs.length).toBeGreaterThan(0);
      expect(effect).toMatchObject({ state: "succeeded" });
      const indexes = await db.query(
        "select i.indisvalid from pg_index i join pg_class c on c.oid = i.indrelid where c.relname = 'orders' and not i.indisprimary",
        [],
      );
      expect(indexes).toEqual([{ indisvalid: true }]);
      const left = await db.query(
        "select jobname from cron.job where jobname ~ '^prunella-[0-9a-f]{32}$'",
        [],
      );
      expect(left, "a one-shot job does not outlive its minute").toEqual([]);
    },
    PATIENCE_MS + 30_000,
  );
});
