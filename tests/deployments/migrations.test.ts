import { describe, expect, test } from "vitest";
import { classifyMigration } from "../../supabase/functions/_shared/deployments/migrations/classify.ts";
import {
  migrationFile,
  type MigrationLanguage,
} from "../../supabase/functions/_shared/deployments/migrations/files.ts";
import { worstKind } from "../../supabase/functions/_shared/deployments/migrations/kind.ts";
import { migrationKind } from "../../supabase/functions/_shared/deployments/migrations/sql.ts";

describe("files that migrate a database", () => {
  test.each([
    ["supabase/migrations/20260101000000_orders.sql", "Supabase", "sql"],
    ["apps/web/supabase/migrations/1_a.sql", "Supabase", "sql"],
    ["prisma/migrations/20260101_init/migration.sql", "Prisma", "sql"],
    ["packages/db/prisma/migrations/1_a/migration.sql", "Prisma", "sql"],
    ["drizzle/0001_calm_hulk.sql", "Drizzle", "sql"],
    ["db/migrate/20260101000000_add_total.rb", "Rails", "ruby"],
    ["src/main/resources/db/migration/V2__orders.sql", "Flyway", "sql"],
    ["alembic/versions/ab12_orders.py", "Alembic", "python"],
    ["shop/migrations/0007_total.py", "Django", "python"],
    ["db/changelog/changes.xml", "Liquibase", "changelog"],
    ["migrations/0001_orders.up.sql", "SQL", "sql"],
    ["src/migrations/1700000000000-Orders.ts", "a query builder", "script"],
  ])("%s is one of %s", (path, tool, language) => {
    expect(migrationFile(path)).toEqual({ tool, language });
  });

  test.each([
    "src/orders.ts",
    "migrations/0001_orders.down.sql",
    "docs/migrations.md",
    "src/migrations/orders.test.ts",
    "prisma/schema.prisma",
    "shop/migrations/__init__.py",
    "supabase/seed.sql",
    "migrations/README.md",
  ])("%s is none", (path) => {
    expect(migrationFile(path)).toBeNull();
  });
});

describe("migrations in SQL", () => {
  test.each([
    ["alter table orders drop total"],
    ["alter table orders drop column if exists total cascade"],
    ["alter table orders alter total type bigint"],
    ["alter table orders alter column total set data type numeric(10, 2)"],
    ["alter table orders alter total set not null"],
    ["alter table orders add column total numeric(10, 2) not null"],
    ["alter table orders add a int, add b int not null"],
    ["alter table orders rename to sales"],
    ["alter type mood rename value 'ok' to 'fine'"],
    ["alter table orders set schema archive"],
    ["ALTER TABLE `orders` CHANGE `total` `sum` BIGINT"],
    ["delete from orders where id = 1"],
    ["with gone as (delete from orders returning *) insert into archive select * from gone"],
    ["update orders as o set total = 0"],
    ["merge into orders using new on true when matched then delete"],
    ["do $x$ begin truncate orders; end $x$"],
    ["drop materialized view report"],
    ["drop owned by app"],
    ["select 1; /* harmless */ drop schema shop"],
  ])("%s is irreversible", (sql) => {
    expect(migrationKind(sql)).toBe("irreversible");
  });

  test.each([
    ["alter table orders add column total int not null default 0"],
    ["alter table orders add column id bigint generated always as identity not null"],
    ["alter table orders add constraint total_is_positive check (total is not null)"],
    ["alter table orders alter column total drop not null, alter column note drop default"],
    ["create table t (id int not null, note text not null)"],
    ["alter type mood add value 'fine'"],
    ["create table a (id int references b (id) on update set null on delete cascade)"],
    ["insert into t values (1) on conflict (id) do update set n = 1"],
    ["grant truncate, update on t to app; revoke execute on function f from public"],
    ["create trigger t after update of total on orders for each row execute function f()"],
    ["create policy p on t for delete to authenticated using (true)"],
    ["drop index if exists i; drop policy p on t"],
    ["comment on table t is 'we never drop table t; truncate nothing'"],
    ["create function f() returns void language plpgsql as $$ begin execute 'drop table t'; end $$"],
  ])("%s is additive", (sql) => {
    expect(migrationKind(sql)).toBe("additive");
  });

  test("that put their statements together while they run are not known", () => {
    expect(migrationKind("do $$ begin execute format('drop table %I', 'x'); end $$")).toBe("unknown");
  });
});

describe("migrations of tools", () => {
  const kind = (language: MigrationLanguage, content: string) => classifyMigration(language, content).kind;

  test("the part that undoes is not what happens", () => {
    expect(kind("sql", "-- migrate:up\ncreate table t (id int);\n-- migrate:down\ndrop table t;")).toBe(
      "additive",
    );
    expect(kind("sql", "-- +goose Up\ncreate table t (id int);\n-- +goose Down\ndrop table t;")).toBe(
      "additive",
    );
    expect(
      kind(
        "ruby",
        "class A < M\n  def up\n    add_column :a, :b, :text\n  end\n  def down\n    remove_column :a, :b\n  end\nend",
      ),
    )
      .toBe("additive");
    expect(
      kind(
        "ruby",
        "class A < M\n  def down\n    add_column :a, :b, :text\n  end\n  def up\n    remove_column :a, :b\n  end\nend",
      ),
    )
      .toBe("irreversible");
    expect(
      kind(
        "script",
        "exports.up = (knex) => knex.schema.createTable('t', (t) => t.increments());\nexports.down = (knex) => knex.schema.dropTable('t');",
      ),
    ).toBe("additive");
    expect(
      kind(
        "script",
        "export class A { public async up(q) { await q.query(`ALTER TABLE a ADD b int`) }\n public async down(q) { await q.query(`ALTER TABLE a DROP COLUMN b`) } }",
      ),
    ).toBe("additive");
    expect(
      kind(
        "python",
        "def upgrade():\n    op.add_column('a', sa.Column('b'))\ndef downgrade():\n    op.drop_column('a', 'b')",
      ),
    )
      .toBe("additive");
    expect(kind("changelog", "<createTable/><rollback><dropTable/></rollback>")).toBe("additive");
  });

  test.each<[MigrationLanguage, string]>([
    ["ruby", "class A < M\n  def change\n    remove_column :orders, :total\n  end\nend"],
    ["ruby", "class A < M\n  def change\n    rename_table :a, :b\n  end\nend"],
    ["ruby", "class A < M\n  def change\n    change_column_null :a, :b, false\n  end\nend"],
    ["ruby", 'class A < M\n  def up\n    execute "DROP TABLE a"\n  end\nend'],
    ["script", "export const up = (knex) => knex.schema.alterTable('a', (t) => t.dropColumn('b'));"],
    ["script", "exports.up = (knex) => knex('orders').where('id', 1).delete();"],
    ["script", "export async function up(db) { await db.query('ALTER TABLE a RENAME b TO c') }"],
    ["python", "operations = [migrations.RemoveField('order', 'total')]"],
    ["python", "def upgrade():\n    op.alter_column('a', 'b', type_=sa.BigInteger())"],
    ["changelog", '{"changes":[{"dropColumn":{"tableName":"a"}}]}'],
  ])("in %s: %s is irreversible", (language, content) => {
    expect(kind(language, content)).toBe("irreversible");
  });

  test.each<[MigrationLanguage, string]>([
    ["ruby", 'class A < M\n  def change\n    execute "#{statement}"\n  end\nend'],
    ["script", "export const up = (db) => db.query(`${statement}`);"],
    ["script", "export const up = (db) => doSomethingOfOurOwn(db);"],
    ["python", "def upgrade():\n    pass"],
  ])("in %s: %s is not known", (language, content) => {
    expect(kind(language, content)).toBe("unknown");
  });

  test("one irreversible migration makes a deployment so, whatever the others are", () => {
    expect(worstKind(["none", "unknown", "irreversible", "additive"])).toBe("irreversible");
    expect(worstKind(["additive", "unknown"])).toBe("unknown");
    expect(worstKind([])).toBe("none");
  });
});
