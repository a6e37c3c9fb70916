import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyMigrations, readMigrations } from "../../scripts/platform/migrations.ts";
import { engines } from "./engines.ts";

/** A folder with these files, for as long as the test runs. */
async function folderOf(files: Record<string, string>): Promise<string> {
  const folder = await Deno.makeTempDir();
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
  return folder;
}

describe.each(engines())("migrations on $name", (engine) => {
  beforeAll(() => engine.start());
  afterAll(() => engine.stop());

  test("each file is applied once, in the order of the versions, and a later start adds only what is new", async () => {
    const { database } = await engine.open();
    const folder = await folderOf({
      "20250102000000_second.sql": "insert into a values (2);",
      "20250101000000_first.sql": "create table a (n int); insert into a values (1);",
      "notes.sql": "this is passed over",
    });
    expect(await applyMigrations(database, await readMigrations(folder))).toEqual([
      "20250101000000",
      "20250102000000",
    ]);
    await Deno.writeTextFile(`${folder}/20250103000000_third.sql`, "insert into a values (3);");
    expect(await applyMigrations(database, await readMigrations(folder))).toEqual(["20250103000000"]);
    expect(await database.query("select n from a order by n")).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(
      await database.query(
        "select version, name, statements from supabase_migrations.schema_migrations order by version limit 1",
      ),
    ).toEqual([{
      version: "20250101000000",
      name: "first",
      statements: ["create table a (n int)", "insert into a values (1)"],
    }]);
    await Deno.remove(folder, { recursive: true });
  });

  test("a file that fails leaves nothing behind, and the error names the file and the statement", async () => {
    const { database } = await engine.open();
    const folder = await folderOf({
      "20250101000000_good.sql": "create table kept (n int);",
      "20250102000000_bad.sql": "create table gone (n int);\ninsert into missing values (1);",
    });
    await expect(applyMigrations(database, await readMigrations(folder))).rejects.toThrow(
      /20250102000000_bad\.sql: statement 2 of 2 failed: relation "missing" does not exist; \(42P01\)[\s\S]*insert into missing/,
    );
    expect(
      await database.query("select to_regclass('kept') is not null as kept, to_regclass('gone') as gone"),
    )
      .toEqual([{ kept: true, gone: null }]);
    await Deno.remove(folder, { recursive: true });
  });

  test("a database that has Prunella's tables under versions of before is left alone, and the error says what to do", async () => {
    const { database } = await engine.open();
    const before = await folderOf({
      "20250101000000_first.sql": "create schema prunella; create table prunella.a (n int);",
    });
    await applyMigrations(database, await readMigrations(before));
    const now = await folderOf({
      "20241231000000_first.sql": "create schema prunella; create table prunella.a (n int);",
    });
    await expect(applyMigrations(database, await readMigrations(now))).rejects.toThrow(
      /1 migrations that exist no more \(20250101000000_first\)[\s\S]*remove the data folder/,
    );
    expect(await database.query("select version from supabase_migrations.schema_migrations"))
      .toEqual([{ version: "20250101000000" }]);
    await Deno.remove(before, { recursive: true });
    await Deno.remove(now, { recursive: true });
  });

  test("migrations of an application in the same ledger are no obstacle", async () => {
    const { database } = await engine.open();
    const its = await folderOf({ "20250301000000_projects.sql": "create table its_projects (n int);" });
    await applyMigrations(database, await readMigrations(its));
    const ours = await folderOf({ "20250101000000_projects.sql": "create table our_projects (n int);" });
    expect(await applyMigrations(database, await readMigrations(ours))).toEqual(["20250101000000"]);
    await Deno.remove(its, { recursive: true });
    await Deno.remove(ours, { recursive: true });
  });

  test("a role or search path that a migration sets does not reach the next one", async () => {
    const { database } = await engine.open();
    const folder = await folderOf({
      "20250101000000_a.sql":
        "create schema other; create role lowly; set search_path = other; set role lowly;",
      "20250102000000_b.sql": "create table where_am_i (n int);",
    });
    await applyMigrations(database, await readMigrations(folder));
    expect(await database.query("select schemaname from pg_tables where tablename = 'where_am_i'"))
      .toEqual([{ schemaname: "public" }]);
    await Deno.remove(folder, { recursive: true });
  });
});

test("two files of one version are refused", async () => {
  const folder = await folderOf({ "1_a.sql": "select 1", "1_b.sql": "select 1" });
  await expect(readMigrations(folder)).rejects.toThrow("Two migrations have the version 1");
  await Deno.remove(folder, { recursive: true });
});
