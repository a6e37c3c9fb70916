import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Queryable } from "../../scripts/platform/database.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { buildWorld, insertStatement, type World } from "./access/fixture.ts";
import {
  type Actor,
  ACTORS,
  type Operation,
  OPERATIONS,
  type Reach,
  reachOf,
  type Tenant,
} from "./access/rules.ts";
import { TABLES } from "./access/tables.ts";

let db: TestDatabase;
let world: World;

beforeAll(async () => {
  db = await testDatabase();
  world = await buildWorld(db);
});
afterAll(() => db.close());

/** Runs `work` with the rights of an actor, and takes back what it did. */
function as<T>(actor: Actor, work: (tx: Queryable) => Promise<T>): Promise<T> {
  switch (actor) {
    case "anonymous":
      return db.as("anon", {}, work);
    case "service":
      return db.as("service_role", {}, work);
    case "stranger":
      return db.asUser(world.strangerId, work);
    case "viewer":
      return db.asUser(world.viewerId, work);
    case "operator":
      return db.asUser(world.operatorId, work);
    case "admin":
      return db.asUser(world.adminId, work);
  }
}

/** How many rows a statement reached; null when Postgres refused it. */
async function reached(actor: Actor, text: string, params: readonly unknown[] = []): Promise<number | null> {
  try {
    return await as(actor, async (tx) => {
      // Rows are counted around it, so that a statement may do without the right to read what it returns.
      const [row] = await tx.query(text, params);
      return Number(row?.count);
    });
  } catch (error) {
    const { code } = error as { code?: string };
    // 42501: no right; 55000: a view that cannot be written to.
    if (code === "42501" || code === "55000") return null;
    throw error;
  }
}

async function attempt(
  table: string,
  operation: Operation,
  actor: Actor,
  tenant: Tenant,
): Promise<number | null> {
  const rules = TABLES[table]!;
  const where = rules.tenant ? ` where ${rules.tenant} = ${tenant.projectId}` : "";
  if (operation === "select") return await reached(actor, `select count(*) from public.${table}${where}`);
  if (operation === "delete") {
    return await reached(
      actor,
      `with gone as (delete from public.${table}${where} returning 1) select count(*) from gone`,
    );
  }
  if (operation === "update") {
    const change = rules.change ?? { [rules.tenant ?? "id"]: 0 };
    const sets = Object.keys(change).map((column, index) => `${column} = $${index + 1}`);
    return await reached(
      actor,
      `with changed as (update public.${table} set ${
        sets.join(", ")
      }${where} returning 1) select count(*) from changed`,
      Object.values(change),
    );
  }
  if (!rules.row) {
    return await reached(
      actor,
      `with added as (insert into public.${table} default values returning 1) select count(*) from added`,
    );
  }
  const ofMachines = actor === "service" ? rules.rowOfMachines?.(tenant, 7) : {};
  const { text, params } = insertStatement(table, { ...rules.row(tenant, 7), ...ofMachines });
  const added = `with added as (${text} returning 1) select count(*) from added`;
  if (!rules.single || actor !== "service") return await reached(actor, added, params);
  return await as(actor, async (tx) => {
    await tx.query(`delete from public.${table}${where}`);
    const [row] = await tx.query(added, params);
    return Number(row?.count);
  });
}

function reachFrom(operation: Operation, own: number | null, others: number | null, shared: boolean): Reach {
  if (own === null) {
    expect(others, "the other tenant's rows were within reach, the own were not").toBeNull();
    return "refused";
  }
  if (shared) return own > 0 ? "all" : "none";
  if (own > 0) return (others ?? 0) > 0 ? "all" : "own";
  expect(others, `${operation} reached the other tenant's rows, and not the own`).toBe(0);
  return "none";
}

describe("every table and view of schema public", () => {
  it("is named in the matrix, and the matrix names no other", async () => {
    const found = await db.query(
      `select relname as name from pg_class
       where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f') order by relname`,
    );
    expect(Object.keys(TABLES).sort()).toEqual(found.map((row) => row.name));
  });

  for (const [table, rules] of Object.entries(TABLES)) {
    describe(table, () => {
      for (const actor of ACTORS) {
        it(`gives ${actor} what the matrix says`, async () => {
          const expected: Partial<Record<Operation, Reach>> = {};
          const found: Partial<Record<Operation, Reach>> = {};
          for (const operation of OPERATIONS) {
            expected[operation] = reachOf(rules, operation, actor);
            const own = await attempt(table, operation, actor, world.a);
            const others = await attempt(table, operation, actor, world.b);
            found[operation] = reachFrom(operation, own, others, rules.tenant === null);
          }
          expect(found).toEqual(expected);
        });
      }
    });
  }
});

describe("columns", () => {
  for (const [table, rules] of Object.entries(TABLES)) {
    it(`of ${table} that signed-in people may use are those of the matrix`, async () => {
      const rows = await db.query(
        `select a.attname as name, p.privilege
         from pg_attribute as a cross join (values ('select'), ('insert'), ('update')) as p (privilege)
         where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
           and has_column_privilege('authenticated', a.attrelid, a.attnum, p.privilege)
         order by a.attname`,
        [`public.${table}`],
      );
      const all = await db.query(
        "select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attname",
        [`public.${table}`],
      );
      for (const operation of ["select", "insert", "update"] as const) {
        const granted = rows.filter((row) => row.privilege === operation).map((row) => row.name);
        const somebody = ACTORS.slice(1, 5).some((actor) => reachOf(rules, operation, actor) !== "refused");
        const wanted = rules.columns?.[operation] ?? (somebody ? all.map((row) => row.name) : []);
        expect(granted, `${operation} on ${table}`).toEqual(wanted);
      }
    });
  }

  it("let nobody read the hash of an API key", async () => {
    const read = db.asUser(world.adminId, (tx) => tx.query("select key_hash from public.api_keys"));
    await expect(read).rejects.toThrow(/permission denied/);
  });

  it("let nobody choose the public key of a DSN", async () => {
    const key = "0".repeat(32);
    const project = world.a.projectId;
    const made = db.asUser(
      world.adminId,
      (tx) =>
        tx.query("insert into public.ingest_keys (project_id, public_key) values ($1, $2)", [project, key]),
    );
    await expect(made).rejects.toThrow(/permission denied/);
    const changed = db.asUser(
      world.adminId,
      (tx) => tx.query("update public.ingest_keys set public_key = $1", [key]),
    );
    await expect(changed).rejects.toThrow(/permission denied/);
  });

  it("of a fix are closed to people, save its state and their reason", async () => {
    for (const change of ["action = 'other'", "automatic = true", "approved_by = 'me'", "confidence = 1"]) {
      const changed = db.asUser(world.adminId, (tx) => tx.query(`update public.auto_fixes set ${change}`));
      await expect(changed, change).rejects.toThrow(/permission denied/);
    }
  });
});

describe("what a matrix of tables cannot say", () => {
  const create =
    "insert into public.projects (slug, name, created_by) values ('mine', 'Mine', $1) returning id";

  it("nobody who is signed in creates projects, unless the installation allows it", async () => {
    for (const user of [world.strangerId, world.viewerId, world.operatorId, world.adminId]) {
      const created = db.asUser(user, (tx) => tx.query(create, [user]));
      await expect(created).rejects.toThrow(/row-level security/);
    }
  });

  /** Turns the setting on in a transaction that is taken back, and goes on in it as this person. */
  async function whereSelfServiceIs(
    value: unknown,
    user: string,
    work: (tx: Queryable) => Promise<void>,
  ): Promise<void> {
    await db.as("service_role", {}, async (tx) => {
      await tx.query("select public.change_config(null, 'projects.self_service', $1::text::jsonb)", [
        JSON.stringify(value),
      ]);
      const claims = JSON.stringify({ role: "authenticated", sub: user });
      await tx.query("select set_config('request.jwt.claims', $1, true)", [claims]);
      await tx.query("select set_config('role', 'authenticated', true)");
      await work(tx);
    });
  }

  it("where it does, people create projects as themselves, see them at once and are their admins", async () => {
    await whereSelfServiceIs(true, world.strangerId, async (tx) => {
      const [made] = await tx.query(create, [world.strangerId]);
      const members = await tx.query(
        "select user_id, role from public.project_members where project_id = $1",
        [
          made?.id,
        ],
      );
      expect(members).toEqual([{ user_id: world.strangerId, role: "admin" }]);
    });
    const asAnother = whereSelfServiceIs(true, world.strangerId, async (tx) => {
      await tx.query(create, [world.adminId]);
    });
    await expect(asAnother).rejects.toThrow(/row-level security/);
  });

  it("only true allows it", async () => {
    for (const value of [false, null, "true", 1, {}]) {
      const created = whereSelfServiceIs(value, world.strangerId, async (tx) => {
        await tx.query(create, [world.strangerId]);
      });
      await expect(created, JSON.stringify(value)).rejects.toThrow(/row-level security/);
    }
  });

  it("no admin of a project allows it for the installation", async () => {
    await db.asUser(world.adminId, async (tx) => {
      await tx.query("select public.change_config($1, 'projects.self_service', 'true')", [
        world.a.projectId,
      ]);
      const created = tx.query(create, [world.adminId]);
      await expect(created).rejects.toThrow(/row-level security/);
    });
  });

  it("whoever created a project and left it sees it no longer", async () => {
    await whereSelfServiceIs(true, world.strangerId, async (tx) => {
      const [made] = await tx.query(create, [world.strangerId]);
      await tx.query("insert into public.project_members values ($1, $2, 'admin')", [
        made?.id,
        world.viewerId,
      ]);
      await tx.query("delete from public.project_members where project_id = $1 and user_id = $2", [
        made?.id,
        world.strangerId,
      ]);
      expect(await tx.query("select id from public.projects")).toEqual([]);
    });
  });

  it("operators change the application's configuration, admins that of healing too, nobody the installation's", async () => {
    const change = (user: string, project: number | null, key: string) =>
      db.asUser(user, (tx) => tx.query("select public.change_config($1, $2, '1')", [project, key]));
    const { a } = world;
    await change(world.operatorId, a.projectId, "app.size");
    await change(world.adminId, a.projectId, "healing.limits");
    await expect(change(world.operatorId, a.projectId, "healing.limits")).rejects.toThrow(
      /row-level security/,
    );
    await expect(change(world.viewerId, a.projectId, "app.size")).rejects.toThrow(/row-level security/);
    await expect(change(world.adminId, null, "healing.disabled")).rejects.toThrow(/no right/);
    await expect(change(world.adminId, world.b.projectId, "app.size")).rejects.toThrow(/no right/);
  });

  it("only machines grant rights over the shared database: the integration of kind postgres", async () => {
    const add = "insert into public.integrations (project_id, kind) values ($1, 'postgres')";
    const added = db.asUser(world.adminId, (tx) => tx.query(add, [world.a.projectId]));
    await expect(added).rejects.toThrow(/row-level security/);
    await db.query(add, [world.a.projectId]);
    await db.asUser(world.adminId, async (tx) => {
      const changed = await tx.query(
        "update public.integrations set enabled = false where kind = 'postgres' returning id",
      );
      expect(changed).toEqual([]);
    });
  });

  it("members read the pool of all projects beside their own records, and no other project's", async () => {
    await db.query(
      "insert into public.action_records (cause_key, action) values ('category:pool', 'configuration.revert')",
    );
    const seen = await db.asUser(
      world.viewerId,
      (tx) => tx.query("select project_id from public.action_records"),
    );
    expect(seen.map((row) => row.project_id).sort()).toEqual([world.a.projectId, null]);
  });

  it("a member cannot move a row into another project", async () => {
    for (const table of ["project_members", "integrations", "detected_errors", "auto_fixes"]) {
      const moved = db.asUser(
        world.adminId,
        (tx) => tx.query(`update public.${table} set project_id = $1`, [world.b.projectId]),
      );
      await expect(moved, table).rejects.toThrow(/permission denied/);
    }
  });
});
