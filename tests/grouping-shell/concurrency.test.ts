import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PostgresDatabase } from "../../scripts/platform/postgres-database.ts";
import { type PostgresServer, startPostgres } from "../../scripts/platform/postgres.ts";
import { MIGRATIONS } from "../../scripts/platform/paths.ts";
import { cloneDatabase } from "../support/database.ts";
import { bareEvent, expectCountsAgree } from "./support.ts";

let server: PostgresServer | null = null;
let clone: { url: string; drop: () => Promise<void> };
let pool: PostgresDatabase[];

/** Several sessions of a real Postgres: PGlite has one, in which nothing happens at the same time. */
const SESSIONS = 6;
const BATCHES = 40;
const EVENTS_PER_BATCH = 5;
const ISSUES = 4;

beforeAll(async () => {
  const given = Deno.env.get("DATABASE_URL");
  server = given ? null : await startPostgres({ durable: false });
  clone = await cloneDatabase(given ?? server!.url, MIGRATIONS);
  pool = await Promise.all(Array.from({ length: SESSIONS }, () => PostgresDatabase.open(clone.url)));
});
afterAll(async () => {
  for (const session of pool ?? []) await session.close();
  await clone?.drop();
  await server?.stop();
});

/** Calls a function as a machine; what Postgres breaks to let others go on is called again, as ingest and the routes do. */
async function call(
  session: PostgresDatabase,
  name: string,
  args: Record<string, unknown>,
): Promise<unknown> {
  const names = Object.keys(args).map((key, index) => `${key} => $${index + 1}`).join(", ");
  for (let attempt = 1;; attempt++) {
    try {
      const [row] = await session.query(`select public.${name}(${names}) as result`, Object.values(args));
      return row!.result;
    } catch (error) {
      const { code } = error as { code?: string };
      if (attempt > 20 || (code !== "40P01" && code !== "40001")) throw error;
    }
  }
}

describe("merges and splits while events come in", () => {
  it("lose and double no event", async () => {
    const [project] = await pool[0]!.query(
      "insert into projects (slug, name) values ('busy', 'busy') returning id",
    );
    const projectId = Number(project!.id);
    const fingerprints = Array.from({ length: ISSUES }, (_, n) => `f${n}`);
    await call(pool[0]!, "record_batch", {
      p_batch: { events: fingerprints.map((one) => bareEvent(projectId, one)) },
    });
    const ids =
      (await pool[0]!.query("select id from detected_errors where project_id = $1 order by id", [projectId]))
        .map((row) => Number(row.id));

    const send = async (session: PostgresDatabase, seed: number) => {
      for (let batch = 0; batch < BATCHES; batch++) {
        const events = Array.from(
          { length: EVENTS_PER_BATCH },
          (_, n) => bareEvent(projectId, fingerprints[(seed + batch + n) % ISSUES]!),
        );
        await call(session, "record_batch", { p_batch: { events } });
      }
    };
    let sending = true;
    let changes = 0;
    const regroup = async (session: PostgresDatabase, from: number, into: number) => {
      while (sending) {
        const [row] = await session.query(
          "select coalesce(max(version), 0) as version from grouping_learning where project_id = $1",
          [
            projectId,
          ],
        );
        const change = {
          p_project_id: projectId,
          p_learning: null,
          p_expected_version: Number(row!.version),
          p_reason: "a test",
          p_actor: "test",
        };
        try {
          await session.query(
            `select public.merge_issues(p_project_id => $1, p_from => $2, p_into => $3, p_learning => null,
               p_expected_version => $4, p_reason => 'a test', p_actor => 'test')`,
            [projectId, [ids[from]], ids[into], change.p_expected_version],
          );
          changes++;
          await call(session, "settle_events", { p_limit: 20 });
          await session.query(
            `select public.unmerge_issues(p_project_id => $1, p_issue_ids => $2, p_learning => null,
               p_expected_version => $3, p_reason => 'a test', p_actor => 'test')`,
            [projectId, [ids[from]], change.p_expected_version + 1],
          );
          changes++;
        } catch (error) {
          // The other one changed the grouping first (40001), or holds one of the issues (55000).
          if (!["40001", "40P01", "55000"].includes((error as { code?: string }).code ?? "")) throw error;
        }
      }
    };
    const people = [regroup(pool[4]!, 1, 0), regroup(pool[5]!, 2, 3)];
    await Promise.all([0, 1, 2, 3].map((seed) => send(pool[seed]!, seed)));
    sending = false;
    await Promise.all(people);

    expect(changes).toBeGreaterThan(5);
    const total = ISSUES + 4 * BATCHES * EVENTS_PER_BATCH;
    await expectCountsAgree(pool[0]!, projectId, total);
    for (let left = 1; left > 0;) left = Number(await call(pool[0]!, "settle_events", { p_limit: 10_000 }));
    await expectCountsAgree(pool[0]!, projectId, total);
  }, 60_000);

  it("happen once when several people ask for the same merge at once", async () => {
    const [project] = await pool[0]!.query(
      "insert into projects (slug, name) values ('same', 'same') returning id",
    );
    const projectId = Number(project!.id);
    await call(pool[0]!, "record_batch", {
      p_batch: { events: ["a", "a", "b"].map((one) => bareEvent(projectId, one)) },
    });
    const [a, b] =
      (await pool[0]!.query("select id from detected_errors where project_id = $1 order by id", [projectId]))
        .map((row) => Number(row.id)) as [number, number];
    const results = await Promise.allSettled(pool.map((session) =>
      session.query(
        `select public.merge_issues(p_project_id => $1, p_from => $2, p_into => $3, p_learning => null,
           p_expected_version => 0, p_reason => 'a test', p_actor => 'test') as result`,
        [projectId, [a], b],
      )
    ));
    const merged = results.flatMap((one) =>
      one.status === "fulfilled" ? (one.value[0]!.result as { merged: number[] }).merged : []
    );
    expect(merged).toEqual([a]);
    await expectCountsAgree(pool[0]!, projectId, 3);
  });
});
