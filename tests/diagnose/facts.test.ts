import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extractFacts } from "../../supabase/functions/_shared/diagnose/facts.ts";
import { event } from "./fixtures.ts";

const facts = (...args: Parameters<typeof event>) => extractFacts(event(...args));

describe("facts", () => {
  it("come from the properties of postgres.js", () => {
    expect(facts({
      type: "PostgresError",
      message: 'duplicate key value violates unique constraint "users_email_key"',
      contexts: {
        PostgresError: {
          code: "23505",
          severity: "ERROR",
          detail: "Key (tenant_id, email)=(1, [Filtered]) already exists.",
          schema_name: "app",
          table_name: "users",
          constraint_name: "users_email_key",
        },
      },
    })).toMatchObject({
      sqlstate: "23505",
      schema: "app",
      relation: "users",
      constraint: "users_email_key",
      constraint_columns: ["tenant_id", "email"],
    });
  });

  it("come from the properties of node-postgres", () => {
    expect(facts({
      type: "DatabaseError",
      message: 'null value in column "email" of relation "users" violates not-null constraint',
      extra: { code: "23502", schema: "public", table: "users", column: "email" },
    })).toMatchObject({ sqlstate: "23502", schema: "public", relation: "users", column: "email" });
  });

  it("come from the wording when a driver passes nothing else", () => {
    expect(facts({
      type: "Error",
      message: 'insert or update on table "orders" violates foreign key constraint "orders_user_id_fkey"',
    })).toMatchObject({ sqlstate: "23503", relation: "orders", constraint: "orders_user_id_fkey" });
    expect(facts({ type: "Error", message: 'relation "billing.invoices" does not exist' }))
      .toMatchObject({ schema: "billing", relation: "invoices" });
    expect(facts({ type: "Error", message: "permission denied for table invoices" })).toMatchObject({
      relation: "invoices",
    });
  });

  it("do not take a file of the database for a table", () => {
    const damaged = facts({ type: "Error", message: "invalid page in block 4 of relation base/16384/2619" });
    expect(damaged.sqlstate).toBe("XX001");
    expect(damaged).not.toHaveProperty("relation");
  });

  it("never give the columns of a violated constraint as columns for an index", () => {
    const violated = facts({
      type: "Error",
      message: "duplicate key",
      extra: { code: "23505", detail: "Key (email)=(x)" },
    });
    expect(violated.constraint_columns).toEqual(["email"]);
    expect(violated).not.toHaveProperty("columns");
  });

  it("come from a PostgREST body in the message", () => {
    expect(facts({
      type: "Error",
      message:
        '{"code":"PGRST204","details":null,"hint":null,"message":"Could not find the \'nickname\' column of \'users\' in the schema cache"}',
    })).toMatchObject({ code: "PGRST204", column: "nickname", relation: "users" });
  });

  it("name the index only when it is damaged", () => {
    const damaged = {
      type: "Error",
      message: 'index "orders_pkey" contains unexpected zero page at block 0',
    };
    expect(facts(damaged)).toMatchObject({ index: "orders_pkey", index_invalid: true });
    expect(
      facts({
        type: "Error",
        message: 'index row size 2888 exceeds maximum 2704 for index "pages_body_idx"',
      }),
    )
      .not.toHaveProperty("index_invalid");
  });

  it("name the view that was never filled", () => {
    expect(
      facts({ type: "Error", message: 'materialized view "reports.sales_daily" has not been populated' }),
    )
      .toMatchObject({ sqlstate: "55000", schema: "reports", view: "sales_daily", view_stale: true });
  });

  it("tell host and port of a failed connection", () => {
    expect(facts({
      type: "Error",
      message: "connect ECONNREFUSED 10.0.3.7:6379",
      extra: { code: "ECONNREFUSED", syscall: "connect", address: "10.0.3.7", port: 6379 },
    })).toMatchObject({ code: "ECONNREFUSED", host: "10.0.3.7", port: 6379 });
    expect(facts({ type: "Error", message: "getaddrinfo ENOTFOUND db.internal" }))
      .toMatchObject({ code: "ENOTFOUND", host: "db.internal" });
    expect(facts({
      type: "TypeError",
      message:
        "error sending request for url (https://api.pay.example/v1/charges?key=1): client error (Connect)",
    })).toMatchObject({ host: "api.pay.example", url_path: "/v1/charges" });
  });

  it("take the failed request from the breadcrumbs when the error does not name it", () => {
    const breadcrumbs = [
      { category: "fetch", data: { url: "https://ok.example/a", status_code: 200 } },
      { category: "fetch", data: { url: "https://api.pay.example/v1", status_code: 503 } },
    ];
    expect(facts({ type: "TypeError", message: "Failed to fetch", platform: "javascript" }, { breadcrumbs }))
      .toMatchObject({ host: "api.pay.example", status: 503 });
  });

  it.each([
    ["Rate limit reached. Please try again in 1.2s.", 1.2],
    ["Please try again in 340ms", 0.34],
    ["For security purposes, you can only request this after 43 seconds.", 43],
    ["Retry-After: 120", 120],
    ["try again in 2 minutes", 120],
  ])("tell how long to wait: %s", (message, expected) => {
    expect(facts({ type: "Error", message }).retry_after_s).toBe(expected);
  });

  it("prefer the status of the failing call to that of the request being served", () => {
    expect(facts({ type: "AxiosError", message: "Request failed with status code 503", status: 500 }).status)
      .toBe(503);
  });

  it.each([
    ["Missing required environment variable: STRIPE_SECRET_KEY", "STRIPE_SECRET_KEY"],
    ["Environment variable DATABASE_URL is not set", "DATABASE_URL"],
    ["STRIPE_SECRET_KEY is required", "STRIPE_SECRET_KEY"],
  ])("name the missing variable: %s", (message, expected) => {
    expect(facts({ type: "Error", message }).environment_variable).toBe(expected);
  });

  it("name the setting and the flag", () => {
    expect(facts({ type: "Error", message: 'invalid value for setting "app.tax_rate"' }).setting).toBe(
      "app.tax_rate",
    );
    expect(facts({ type: "Error", message: "feature flag new_checkout is enabled but not ready" }).flag).toBe(
      "new_checkout",
    );
    expect(
      facts({ type: "Error", message: "express checkout crashed" }, {
        contexts: { flags: { values: [{ flag: "express", result: true }, { flag: "other", result: true }] } },
      }).flag,
    ).toBe("express");
  });

  it("give statements that differ in values one fingerprint, and name their table", () => {
    const of = (query: string) =>
      facts({ type: "PostgresError", message: "timeout", extra: { code: "57014", query } });
    const first = of("select * from shop.orders where user_id = 7");
    expect(first).toMatchObject({ schema: "shop", relation: "orders" });
    expect(first.statement_fingerprint).toBe(
      of("SELECT *  FROM shop.orders WHERE user_id = 912").statement_fingerprint,
    );
    expect(first.statement_fingerprint).not.toBe(
      of("select * from shop.orders where id = 7").statement_fingerprint,
    );
  });

  it("are plain values for whatever arrives", () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (message, value) => {
        const found = facts({ type: "Error", message, extra: { value: value as null, body: message } });
        expect(JSON.parse(JSON.stringify(found))).toEqual(found);
      }),
      { numRuns: 500 },
    );
  });

  it("are found in bounded time in a text made to cost much", () => {
    const hostile = [
      "Key (" + "a,".repeat(1_000),
      'column "'.repeat(250),
      "$a$".repeat(600),
      "/*".repeat(1_000),
      "'".repeat(1_999),
    ];
    const started = performance.now();
    for (const text of hostile) {
      facts({ type: "Error", message: text, extra: { query: `select ${text}`, detail: text } });
    }
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
