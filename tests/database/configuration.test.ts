import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { addProject, ON_POSTGRES, one, withSessions } from "./support.ts";

let db: TestDatabase;
let project: number;
beforeAll(async () => {
  db = await testDatabase();
  project = await addProject(db);
});
afterAll(() => db.close());

async function change(key: string, value: unknown, more: Record<string, unknown> = {}): Promise<number> {
  const [row] = await db.rpc("change_config", { p_project_id: project, p_key: key, p_value: value, ...more });
  return Number(row?.version);
}

const setting = async (key: string, of: number | null = project) =>
  (await one(db, "select prunella.setting($1, $2) as value", [of, key])).value;

describe("configuration", () => {
  it("keeps every version, numbered without gaps", async () => {
    for (const value of [1, 2, 3]) expect(await change("app.numbered", value)).toBe(value);
    const rows = await db.query(
      "select version, value from public.system_config where key = 'app.numbered' order by version",
    );
    expect(rows).toEqual([1, 2, 3].map((version) => ({ version, value: version })));
  });

  it("refuses a change that was decided on another version", async () => {
    await change("app.expected", 1);
    expect(await change("app.expected", 2, { p_expected_version: 1 })).toBe(2);
    const late = change("app.expected", 3, { p_expected_version: 1 });
    await expect(late).rejects.toMatchObject({ code: "40001" });
    await expect(change("app.unborn", 1, { p_expected_version: 4 })).rejects.toMatchObject({
      code: "40001",
    });
  });

  it("makes a change with an idempotency key once", async () => {
    const key = { p_idempotency_key: "fix:1:apply" };
    expect(await change("app.once", 1, key)).toBe(1);
    expect(await change("app.once", 1, key)).toBe(1);
    const rows = await db.query("select version from public.system_config where key = 'app.once'");
    expect(rows).toHaveLength(1);
    const another = change("app.other", 1, key);
    await expect(another).rejects.toThrow(/used for another change/);
  });

  it("is append-only for everybody, its owner included", async () => {
    await change("app.kept", 1);
    for (const sql of ["update public.system_config set value = '2'", "delete from public.system_config"]) {
      await expect(db.query(sql), sql).rejects.toThrow(/append-only/);
    }
    await expect(db.script("truncate public.system_config")).rejects.toThrow(/append-only/);
  });

  it("falls back to the installation's value, also when the project's was unset", async () => {
    await db.rpc("change_config", {
      p_project_id: null,
      p_key: "healing.limits",
      p_value: { threshold: 0.9 },
    });
    expect(await setting("healing.limits")).toEqual({ threshold: 0.9 });
    await change("healing.limits", { threshold: 0.7 });
    expect(await setting("healing.limits")).toEqual({ threshold: 0.7 });
    await change("healing.limits", null);
    expect(await setting("healing.limits")).toEqual({ threshold: 0.9 });
    expect(await setting("app.nowhere")).toBeNull();
  });

  it("of a project is no setting of another", async () => {
    await change("app.mine", 1);
    expect(await setting("app.mine", await addProject(db))).toBeNull();
  });

  it("goes with its project", async () => {
    const gone = await addProject(db);
    await db.rpc("change_config", { p_project_id: gone, p_key: "app.a", p_value: 1 });
    await db.query("delete from public.projects where id = $1", [gone]);
    const rows = await db.query("select 1 from public.system_config where project_id = $1", [gone]);
    expect(rows).toEqual([]);
  });

  it.skipIf(!ON_POSTGRES)("numbers versions without gap or repetition when many write at once", async () => {
    const writers = 12;
    const each = 20;
    await withSessions(db, writers, async (sessions) => {
      await Promise.all(sessions.map(async (session, writer) => {
        for (let n = 0; n < each; n++) {
          await session.query("select public.change_config($1, 'app.contended', to_jsonb($2::int))", [
            project,
            writer,
          ]);
        }
      }));
    });
    const row = await one(
      db,
      "select count(*) as count, min(version) as first, max(version) as last from public.system_config where key = 'app.contended'",
    );
    expect(row).toEqual({ count: writers * each, first: 1, last: writers * each });
  });

  it.skipIf(!ON_POSTGRES)("lets one of many win who expect the same version", async () => {
    await change("app.race", 0);
    const codes = await withSessions(
      db,
      10,
      (sessions) =>
        Promise.all(
          sessions.map((session) =>
            session.query("select public.change_config($1, 'app.race', '1', null, 1)", [project]).then(
              () => "won",
              (error) => String(error.code),
            )
          ),
        ),
    );
    expect(codes.sort()).toEqual([...new Array(9).fill("40001"), "won"]);
  });

  it.skipIf(!ON_POSTGRES)(
    "makes a change with an idempotency key once when many make it at once",
    async () => {
      const versions = await withSessions(db, 10, (sessions) =>
        Promise.all(sessions.map(async (session) => {
          const [row] = await session.query(
            "select version from public.change_config($1, 'app.together', '1', null, null, 'fix:2:apply')",
            [project],
          );
          return row?.version;
        })));
      expect(versions).toEqual(new Array(10).fill(1));
    },
  );
});
