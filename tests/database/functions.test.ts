import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import {
  FUNCTIONS_FOR_MACHINES,
  FUNCTIONS_FOR_PEOPLE,
  INNER_FUNCTIONS_FOR_PEOPLE,
} from "./access/functions.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.close());

/** Names of the functions of a schema that a role may execute. */
async function executable(role: string, schema: string): Promise<unknown[]> {
  const rows = await db.query(
    `select p.proname as name from pg_proc as p
     where p.pronamespace = $2::regnamespace and has_function_privilege($1, p.oid, 'execute') order by p.proname`,
    [role, schema],
  );
  return rows.map((row) => row.name);
}

describe("functions", () => {
  it("of schema public are run by whom the list names, and by nobody else", async () => {
    expect(await executable("authenticated", "public")).toEqual([...FUNCTIONS_FOR_PEOPLE].sort());
    expect(await executable("service_role", "public")).toEqual(
      [...FUNCTIONS_FOR_PEOPLE, ...FUNCTIONS_FOR_MACHINES].sort(),
    );
  });

  it("of schema public are all in the list", async () => {
    const rows = await db.query(
      "select proname as name from pg_proc where pronamespace = 'public'::regnamespace",
    );
    expect(rows.map((row) => row.name).sort()).toEqual(
      [...FUNCTIONS_FOR_PEOPLE, ...FUNCTIONS_FOR_MACHINES].sort(),
    );
  });

  it("of schema prunella that people's statements reach are those of the list", async () => {
    expect(await executable("authenticated", "prunella")).toEqual([...INNER_FUNCTIONS_FOR_PEOPLE].sort());
  });

  it("are closed to the anonymous, and to roles that come later", async () => {
    for (const schema of ["public", "prunella"]) {
      expect(await executable("anon", schema), schema).toEqual([]);
    }
    await db.script("create role prunella_newcomer; grant usage on schema prunella to prunella_newcomer;");
    try {
      for (const schema of ["public", "prunella"]) {
        expect(await executable("prunella_newcomer", schema), schema).toEqual([]);
      }
    } finally {
      await db.script("drop owned by prunella_newcomer; drop role prunella_newcomer;");
    }
  });

  it("that run with their definer's rights are out of the API's reach", async () => {
    const exposed = await db.query(
      "select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef",
    );
    expect(exposed).toEqual([]);
  });

  it("all fix their search path, so that no caller's schema can stand in for another", async () => {
    const open = await db.query(
      `select p.oid::regprocedure::text as name from pg_proc as p
       where p.pronamespace in ('public'::regnamespace, 'prunella'::regnamespace)
         and not coalesce(p.proconfig @> array['search_path=""'], false)`,
    );
    expect(open).toEqual([]);
  });

  it("and tables that people see are explained by a comment", async () => {
    const silent = await db.query(
      `select p.oid::regprocedure::text as name from pg_proc as p
       where p.pronamespace = 'public'::regnamespace and obj_description(p.oid, 'pg_proc') is null
       union all
       select c.oid::regclass::text from pg_class as c
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and obj_description(c.oid, 'pg_class') is null`,
    );
    expect(silent).toEqual([]);
  });
});

describe("row-level security", () => {
  it("is on for every table, partitions and inner tables included", async () => {
    const open = await db.query(
      `select oid::regclass::text as name from pg_class
       where relnamespace in ('public'::regnamespace, 'prunella'::regnamespace) and relkind in ('r', 'p') and not relrowsecurity`,
    );
    expect(open).toEqual([]);
  });

  it("has one permissive policy per role and command, each named by a sentence, none for the anonymous", async () => {
    const policies = await db.query(
      `select schemaname || '.' || tablename as name, policyname, roles::text[] as roles, cmd, permissive
       from pg_policies where schemaname in ('public', 'prunella')`,
    );
    expect(policies.length).toBeGreaterThan(20);
    const seen = new Set<string>();
    for (const policy of policies) {
      expect(policy.permissive).toBe("PERMISSIVE");
      expect(policy.policyname).toMatch(/ .* /);
      for (const role of policy.roles as string[]) {
        expect(["authenticated", "service_role"], `${policy.name}: ${policy.policyname}`).toContain(role);
        const key = `${policy.name} ${role} ${policy.cmd}`;
        expect(seen, key).not.toContain(key);
        seen.add(key);
      }
    }
  });

  it("applies to whoever asks through a view", async () => {
    const open = await db.query(
      `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v'
         and not coalesce(reloptions @> array['security_invoker=on'] or reloptions @> array['security_invoker=true'], false)`,
    );
    expect(open).toEqual([]);
  });
});

describe("schema prunella", () => {
  it("gives people and machines no table, save the effects that machines may read", async () => {
    const reachable = await db.query(
      `select c.relname as name, r.role, p.privilege
       from pg_class as c
       cross join (values ('anon'), ('authenticated'), ('service_role')) as r (role)
       cross join (values ('select'), ('insert'), ('update'), ('delete'), ('truncate')) as p (privilege)
       where c.relnamespace = 'prunella'::regnamespace and c.relkind in ('r', 'p', 'v')
         and has_table_privilege(r.role, c.oid, p.privilege)`,
    );
    expect(reachable).toEqual([{ name: "postgres_effects", role: "service_role", privilege: "select" }]);
  });

  it("holds all partitions of events, so that the API exposes none", async () => {
    const partitions = await db.query(
      `select c.relnamespace::regnamespace::text as schema, count(*) as count
       from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
       where i.inhparent = 'public.error_events'::regclass group by 1`,
    );
    expect(partitions).toEqual([{ schema: "prunella", count: 10 }]);
  });
});
