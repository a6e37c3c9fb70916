import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { FIXTURES } from "./engines.ts";

const OPTIONS = { migrationsDir: `${FIXTURES}/migrations` };

describe("a test's database", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase(OPTIONS);
  });
  afterAll(() => db.close());

  test("acts with the rights of a role and leaves nothing behind", async () => {
    const id = await db.addUser();
    const [note] = await db.asUser(
      id,
      (tx) => tx.query("insert into notes (body) values ('x') returning owner_id"),
    );
    expect(note).toEqual({ owner_id: id });
    expect(await db.query("select * from notes")).toEqual([]);
    await expect(db.as("anon", {}, (tx) => tx.query("select * from notes"))).rejects.toThrow(
      "permission denied",
    );
  });

  test("keeps what is committed on purpose", async () => {
    const id = await db.addUser();
    await db.asUser(id, (tx) => tx.query("insert into notes (body) values ('kept')"), { commit: true });
    expect(await db.asUser(id, (tx) => tx.query("select body from notes"))).toEqual([{ body: "kept" }]);
    expect(await db.asUser(await db.addUser(), (tx) => tx.query("select body from notes"))).toEqual([]);
  });

  test("calls functions by the names of their arguments", async () => {
    expect(await db.rpc("first_of", { items: ["a", "b"] })).toEqual([{ first_of: "a" }]);
    expect(await db.rpc("who")).toEqual([{ who: { role: "service_role", user: null } }]);
  });

  test("is nobody else's", async () => {
    const other = await testDatabase(OPTIONS);
    await db.script("create table mine (n int)");
    expect(await other.query("select to_regclass('mine') as found")).toEqual([{ found: null }]);
    await other.close();
  });
});
