import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitStatements } from "../../scripts/platform/split-statements.ts";

describe("splitting SQL into statements", () => {
  test.each([
    ["two statements", "select 1; select 2;", ["select 1", "select 2"]],
    ["no final semicolon", "select 1", ["select 1"]],
    ["nothing but comments", "-- one; two\n/* three; */ ;;", []],
    ["a semicolon in a string", "select 'a;b'; select 'it''s;'", ["select 'a;b'", "select 'it''s;'"]],
    ["an escape string", String.raw`select E'\';'; select 2`, [String.raw`select E'\';'`, "select 2"]],
    ["a backslash in a plain string", String.raw`select '\'; select 2`, [String.raw`select '\'`, "select 2"]],
    ["a quoted name", 'select 1 as "a;""b"; select 2', ['select 1 as "a;""b"', "select 2"]],
    ["dollar quotes", "do $$ begin; end $$; select 2", ["do $$ begin; end $$", "select 2"]],
    ["tagged dollar quotes", "do $a$ $$;$$ $b$;$b$ $a$; select 2", ["do $a$ $$;$$ $b$;$b$ $a$", "select 2"]],
    ["parameters, which are no dollar quotes", "select $1; select $2", ["select $1", "select $2"]],
    ["a name with dollars", "select a$b$; select c$b$", ["select a$b$", "select c$b$"]],
    ["nested comments", "select 1 /* a /* b; */ c; */; select 2", [
      "select 1 /* a /* b; */ c; */",
      "select 2",
    ]],
    [
      "a body of begin atomic",
      "create function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3",
      [
        "create function f() returns int begin atomic select case when true then 1 end; select 2; end",
        "select 3",
      ],
    ],
    ["a transaction, whose begin opens no body", "begin; select 1; end; select 2", [
      "begin",
      "select 1",
      "end",
      "select 2",
    ]],
  ])("keeps %s right", (_, sql, statements) => {
    expect(splitStatements(sql)).toEqual(statements);
  });

  test("a comment before a statement stays with it", () => {
    expect(splitStatements("-- why\nselect 1; -- after\nselect 2")).toEqual([
      "-- why\nselect 1",
      "-- after\nselect 2",
    ]);
  });

  test("whatever is quoted comes out whole, in its place", () => {
    const quoted = fc.string().filter((text) => !text.includes("$q$") && !text.includes("\0"));
    fc.assert(fc.property(fc.array(quoted, { minLength: 1, maxLength: 5 }), (texts) => {
      const statements = texts.map((text) => `select $q$${text}$q$, '${text.replaceAll("'", "''")}'`);
      expect(splitStatements(statements.join(";\n"))).toEqual(statements);
    }));
  });
});
