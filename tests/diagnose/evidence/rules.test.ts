import { describe, expect, it } from "vitest";
import { blockingChain } from "../../../supabase/functions/_shared/diagnose/evidence/blocking-chain.ts";
import { interpretInspection } from "../../../supabase/functions/_shared/diagnose/evidence/catalogue.ts";
import { connections } from "../../../supabase/functions/_shared/diagnose/evidence/connections.ts";
import { deadJobs } from "../../../supabase/functions/_shared/diagnose/evidence/dead-jobs.ts";
import { idleInTransaction } from "../../../supabase/functions/_shared/diagnose/evidence/idle-in-transaction.ts";
import { databaseInspectionSchema } from "../../../supabase/functions/_shared/diagnose/evidence/inspection.ts";
import { invalidIndex } from "../../../supabase/functions/_shared/diagnose/evidence/invalid-index.ts";
import { longRunningQuery } from "../../../supabase/functions/_shared/diagnose/evidence/long-running-query.ts";
import { missingIndex } from "../../../supabase/functions/_shared/diagnose/evidence/missing-index.ts";
import { staleStatistics } from "../../../supabase/functions/_shared/diagnose/evidence/stale-statistics.ts";
import { staleView } from "../../../supabase/functions/_shared/diagnose/evidence/stale-view.ts";
import { unindexedForeignKey } from "../../../supabase/functions/_shared/diagnose/evidence/unindexed-foreign-key.ts";
import type { Facts } from "../../../supabase/functions/_shared/diagnose/diagnosis.ts";
import { at, CONTEXT, inspection } from "../fixtures.ts";

const IDLE = {
  pid: 70,
  backend_started_at: at(-900),
  idle_ms: 60_000,
  transaction_ms: 61_000,
  application_name: "shop",
};
const QUERY = {
  pid: 80,
  backend_started_at: at(-900),
  duration_ms: 90_000,
  state: "active",
  query_shape: "select * from orders",
};
const LINK = {
  blocked_pid: 91,
  blocked_ms: 4_000,
  blocking_pid: 70,
  blocking_backend_started_at: at(-900),
  blocking_state: "idle in transaction",
  schema: "public",
  relation: "orders",
};

describe("idle in transaction", () => {
  it("finds the forgotten session, first the one that others wait for", () => {
    const findings = idleInTransaction(
      inspection({ idle_in_transaction: [{ ...IDLE, pid: 71, idle_ms: 600_000 }, IDLE], blocking: [LINK] }),
      CONTEXT,
    );
    expect(findings.map(({ facts }) => facts.pid)).toEqual([70, 71]);
    expect(findings[0]).toMatchObject({
      action: "postgres.end-idle-session",
      facts: { session_state: "idle in transaction", backend_started_at: at(-900), blocked_count: 1 },
    });
    expect(findings[0]!.weight).toBeGreaterThan(findings[1]!.weight);
  });

  it("finds the session that holds the table which a lock time-out was about, though nobody waits just now", () => {
    const holder = { ...IDLE, idle_ms: 6_000, schema: "shop", relation: "stock" };
    const found = (facts: Facts) =>
      idleInTransaction(inspection({ idle_in_transaction: [holder] }), { ...CONTEXT, facts });
    const [finding] = found({ sqlstate: "55P03", relation: "stock" });
    expect(finding).toMatchObject({ action: "postgres.end-idle-session", facts: { pid: IDLE.pid } });
    expect(finding!.weight).toBeGreaterThan(0.8);
    expect(found({ sqlstate: "55P03", relation: "orders" })).toEqual([]);
    expect(found({ sqlstate: "57014", relation: "stock" })).toEqual([]);
  });

  it("lets a session be that has only just paused", () => {
    expect(idleInTransaction(inspection({ idle_in_transaction: [{ ...IDLE, idle_ms: 200 }] }), CONTEXT))
      .toEqual([]);
  });
});

describe("a long-running query", () => {
  it("is found, weightier when others wait for it", () => {
    const alone = longRunningQuery(inspection({ long_running_queries: [QUERY] }), CONTEXT);
    const blocking = longRunningQuery(
      inspection({ long_running_queries: [{ ...QUERY, blocked_count: 3 }] }),
      CONTEXT,
    );
    expect(alone[0]).toMatchObject({
      action: "postgres.cancel-query",
      facts: { pid: 80, session_state: "active" },
    });
    expect(blocking[0]!.weight).toBeGreaterThan(alone[0]!.weight);
  });

  it("is not one that itself waits for a lock, nor a short one", () => {
    const rows = [
      { ...QUERY, wait_event_type: "Lock", wait_event: "transactionid" },
      { ...QUERY, pid: 91 },
      { ...QUERY, pid: 92, duration_ms: 2_000 },
    ];
    expect(longRunningQuery(inspection({ long_running_queries: rows, blocking: [LINK] }), CONTEXT)).toEqual(
      [],
    );
  });
});

describe("a blocking chain", () => {
  it("leads to the session at its root, counting everybody behind it", () => {
    const chain = [LINK, {
      ...LINK,
      blocked_pid: 92,
      blocking_pid: 91,
      blocking_state: "active",
      blocked_ms: 9_000,
    }];
    const [finding, ...others] = blockingChain(inspection({ blocking: chain }), CONTEXT);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ rule: "idle-in-transaction", facts: { pid: 70, blocked_count: 2 } });
    expect(finding?.evidence.statement).toContain("up to 9 s");
  });

  it("is not told twice when the session is listed already, and has no root in a circle", () => {
    expect(blockingChain(inspection({ blocking: [LINK], idle_in_transaction: [IDLE] }), CONTEXT)).toEqual([]);
    const circle = [LINK, { ...LINK, blocked_pid: 70, blocking_pid: 91 }];
    expect(blockingChain(inspection({ blocking: circle }), CONTEXT)).toEqual([]);
  });
});

const SCAN = {
  schema: "public",
  relation: "orders",
  seq_scan: 4_000,
  seq_tup_read: 8e8,
  row_estimate: 200_000,
  indexed_columns: [["id"]],
};
const SLOW = {
  query_shape: "select * from orders where user_id = $1 and created_at > $2",
  calls: 900,
  mean_ms: 310,
  total_ms: 279_000,
};

describe("a missing index", () => {
  it("is proposed on the columns by which a slow statement filters a large table", () => {
    expect(missingIndex(inspection({ sequential_scans: [SCAN], slow_statements: [SLOW] }), CONTEXT))
      .toMatchObject([{
        action: "postgres.create-index",
        facts: { schema: "public", relation: "orders", columns: ["user_id", "created_at"] },
      }]);
  });

  it("is surest for the very statement that failed", () => {
    const failing = { ...CONTEXT, statement: "select * from orders where coupon = 'x'" };
    const findings = missingIndex(inspection({ sequential_scans: [SCAN], slow_statements: [SLOW] }), failing);
    expect(findings.map(({ facts }) => facts.columns)).toEqual([["coupon"], ["user_id", "created_at"]]);
  });

  it.each([
    ["an index begins with the column", {
      sequential_scans: [{ ...SCAN, indexed_columns: [["user_id"]] }],
      slow_statements: [SLOW],
    }],
    ["the table is small", { sequential_scans: [{ ...SCAN, row_estimate: 300 }], slow_statements: [SLOW] }],
    ["the statement is fast", { sequential_scans: [SCAN], slow_statements: [{ ...SLOW, mean_ms: 2 }] }],
    ["the table is in another schema", {
      sequential_scans: [{ ...SCAN, schema: "archive" }],
      slow_statements: [{ ...SLOW, query_shape: "select 1 from public.orders where user_id = $1" }],
    }],
    ["there is only the scan", { sequential_scans: [SCAN] }],
  ])("is not claimed when %s", (_, snapshot) => {
    expect(missingIndex(inspection(snapshot), CONTEXT)).toEqual([]);
  });
});

describe("an unindexed foreign key", () => {
  const KEY = { schema: "public", relation: "order_items", columns: ["order_id"], row_estimate: 500_000 };

  it("is found on a large table, weightier when the event names the table", () => {
    const far = unindexedForeignKey(inspection({ foreign_keys_without_index: [KEY] }), CONTEXT);
    const near = unindexedForeignKey(inspection({ foreign_keys_without_index: [KEY] }), {
      ...CONTEXT,
      facts: { relation: "order_items" },
    });
    expect(far[0]?.facts).toEqual({ schema: "public", relation: "order_items", columns: ["order_id"] });
    expect(near[0]!.weight).toBeGreaterThan(far[0]!.weight);
  });

  it("does not matter on a small table", () => {
    expect(
      unindexedForeignKey(
        inspection({ foreign_keys_without_index: [{ ...KEY, row_estimate: 40 }] }),
        CONTEXT,
      ),
    ).toEqual([]);
  });
});

describe("an invalid index", () => {
  const INDEX = { schema: "public", index: "orders_user_id_idx", relation: "orders" };

  it("is to be built again, surest when the event names it", () => {
    const [finding] = invalidIndex(inspection({ invalid_indexes: [INDEX] }), {
      ...CONTEXT,
      facts: { index: "orders_user_id_idx" },
    });
    expect(finding).toMatchObject({
      action: "postgres.reindex",
      facts: { schema: "public", index: "orders_user_id_idx", index_invalid: true },
    });
    expect(finding!.weight).toBeGreaterThan(
      invalidIndex(inspection({ invalid_indexes: [INDEX] }), CONTEXT)[0]!.weight,
    );
  });

  it("is absent from a snapshot without one", () => {
    expect(invalidIndex(inspection(), CONTEXT)).toEqual([]);
  });
});

describe("stale statistics", () => {
  const TABLE = {
    schema: "public",
    relation: "orders",
    changed_rows: 150_000,
    row_estimate: 200_000,
    analyzed_at: at(-86_400),
  };

  it("are found where much has changed", () => {
    expect(staleStatistics(inspection({ stale_statistics: [TABLE] }), CONTEXT)).toMatchObject([{
      action: "postgres.analyze",
      facts: { schema: "public", relation: "orders", statistics_stale: true },
    }]);
  });

  it("are fine where little has changed", () => {
    const rows = [{ ...TABLE, changed_rows: 9_000 }, {
      ...TABLE,
      changed_rows: 200,
      row_estimate: 100,
      analyzed_at: null,
    }];
    expect(staleStatistics(inspection({ stale_statistics: rows }), CONTEXT)).toEqual([]);
  });
});

describe("a stale view", () => {
  const VIEW = { schema: "public", relation: "sales_daily", refreshed_at: at(-3 * 86_400), populated: true };

  it("is found when it was never filled or is days old, weightier when the event names it", () => {
    const unfilled = { ...VIEW, relation: "empty", refreshed_at: null, populated: false };
    const findings = staleView(inspection({ stale_views: [VIEW, unfilled] }), {
      ...CONTEXT,
      facts: { view: "empty" },
    });
    expect(findings.map(({ facts }) => facts.view)).toEqual(["empty", "sales_daily"]);
    expect(findings[0]).toMatchObject({ action: "postgres.refresh-view", facts: { view_stale: true } });
    expect(findings[1]!.weight).toBeLessThan(0.5);
  });

  it("is not one that is fresh, or of which nobody knows the age", () => {
    const rows = [{ ...VIEW, refreshed_at: at(-600) }, { ...VIEW, refreshed_at: null }];
    expect(staleView(inspection({ stale_views: rows }), CONTEXT)).toEqual([]);
  });
});

describe("dead jobs", () => {
  const snapshot = inspection({
    dead_jobs: [{ queue: "mail", dead_count: 12 }, { queue: "export", dead_count: 90 }],
  });

  it("are first those of the queue that the event names", () => {
    const findings = deadJobs(snapshot, { ...CONTEXT, facts: { queue: "mail" } });
    expect(findings[0]).toMatchObject({
      action: "postgres.requeue-dead-jobs",
      facts: { queue: "mail", dead_count: 12 },
      weight: 0.9,
    });
    expect(findings[1]!.weight).toBeLessThan(0.5);
  });

  it("explain nothing to an error that does not speak of background work", () => {
    expect(deadJobs(snapshot, { ...CONTEXT, texts: ["query timeout"] }).every(({ weight }) => weight < 0.5))
      .toBe(true);
    expect(deadJobs(snapshot, { ...CONTEXT, texts: ["worker failed"] }).every(({ weight }) => weight > 0.5))
      .toBe(true);
    expect(deadJobs(inspection({ dead_jobs: [{ queue: "mail", dead_count: 0 }] }), CONTEXT)).toEqual([]);
  });
});

describe("connections", () => {
  it("are told when nearly all are taken, and not before", () => {
    expect(connections(inspection({ connections: { used: 98, max: 100 } }), CONTEXT)).toMatchObject([{
      facts: { connections_used: 98, connections_max: 100 },
      action: null,
    }]);
    expect(connections(inspection({ connections: { used: 40, max: 100 } }), CONTEXT)).toEqual([]);
    expect(connections(inspection(), CONTEXT)).toEqual([]);
  });
});

describe("a snapshot", () => {
  it("may leave out every list", () => {
    const empty = databaseInspectionSchema.parse({ inspected_at: at(0) });
    expect(interpretInspection(empty, CONTEXT)).toEqual([]);
  });

  it("is refused when it is longer than agreed", () => {
    const rows = Array.from({ length: 21 }, (_, pid) => ({ ...IDLE, pid }));
    expect(databaseInspectionSchema.safeParse({ inspected_at: at(0), idle_in_transaction: rows }).success)
      .toBe(false);
  });

  it("gives its findings weightiest first, each with a weight in 0..1 and an action that the facts are for", () => {
    const findings = interpretInspection(
      inspection({
        idle_in_transaction: [IDLE],
        long_running_queries: [QUERY],
        blocking: [LINK],
        sequential_scans: [SCAN],
        slow_statements: [SLOW],
        connections: { used: 99, max: 100 },
      }),
      CONTEXT,
    );
    const weights = findings.map(({ weight }) => weight);
    expect(new Set(findings.map(({ rule }) => rule)).size).toBe(4);
    expect(weights).toEqual([...weights].sort((a, b) => b - a));
    expect(weights.every((weight) => weight > 0 && weight < 1)).toBe(true);
  });
});
