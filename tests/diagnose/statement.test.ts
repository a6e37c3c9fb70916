import { describe, expect, it } from "vitest";
import {
  statementFilters,
  statementFingerprint,
  statementShape,
} from "../../supabase/functions/_shared/diagnose/statement.ts";

describe("the shape of a statement", () => {
  it("has no literals, comments or accidental whitespace", () => {
    expect(statementShape("SELECT *\n FROM t -- all\n WHERE id IN (1, 2,3) AND name = 'O''Brien' /* x */"))
      .toBe("select * from t where id in ($) and name = $");
  });

  it("keeps quoted names as they are", () => {
    expect(statementShape('select "userId" from "Orders"')).toBe('select "userId" from "Orders"');
  });

  it("has a fingerprint that is stable", () => {
    expect(statementFingerprint("select 1")).toBe(statementFingerprint("SELECT  2"));
    expect(statementFingerprint("select 1")).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe("the filters of a statement", () => {
  it("are the columns compared by equality, then those by order", () => {
    expect(
      statementFilters("select * from shop.orders o where o.user_id = $1 and o.created_at > $2 order by id"),
    )
      .toEqual([{ schema: "shop", relation: "orders", equal: ["user_id"], ordered: ["created_at", "id"] }]);
  });

  it("are found in what PostgREST writes", () => {
    const sql =
      `WITH pgrst_source AS ( SELECT "public"."orders".* FROM "public"."orders" WHERE "public"."orders"."user_id" = $1 ` +
      `LIMIT $2 OFFSET $3 ) SELECT null::bigint AS total_result_set FROM ( SELECT * FROM pgrst_source ) _postgrest_t`;
    expect(statementFilters(sql)).toEqual([{
      schema: "public",
      relation: "orders",
      equal: ["user_id"],
      ordered: [],
    }]);
  });

  it("are found in updates and deletes", () => {
    expect(statementFilters("update orders set status = $1, total = (select 1) where customer_id = $2"))
      .toEqual([{ schema: null, relation: "orders", equal: ["customer_id"], ordered: [] }]);
    expect(statementFilters("delete from sessions where expires_at < now()"))
      .toEqual([{ schema: null, relation: "sessions", equal: [], ordered: ["expires_at"] }]);
  });

  it("see through casts, lists, between and brackets", () => {
    expect(
      statementFilters(
        "select 1 from t where (a = any($1::int[])) and b in ($2,$3) and c between $4 and $5 and d is null",
      ),
    )
      .toEqual([{ schema: null, relation: "t", equal: ["a", "b", "d"], ordered: ["c"] }]);
  });

  it.each([
    ["a condition with or", "select 1 from t where a = 1 or b = 2"],
    ["a function of the column", "select 1 from t where lower(email) = $1"],
    ["a comparison of columns", "select 1 from t where a = b"],
    ["a column of another table", "select 1 from t where u.id = $1"],
    ["no condition", "select 1 from t"],
    ["inequality", "select 1 from t where a <> $1 and b is not null"],
  ])("are left out for %s", (_, sql) => {
    expect(statementFilters(sql)).toEqual([]);
  });

  it("never contain columns of a joined table", () => {
    for (const { equal } of statementFilters("select 1 from a join b on a.id = b.a_id where b.x = $1")) {
      expect(equal).not.toContain("x");
    }
  });
});
