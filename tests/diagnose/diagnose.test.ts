import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Change } from "../../supabase/functions/_shared/diagnose/change.ts";
import { needsInspection } from "../../supabase/functions/_shared/diagnose/database-symptom.ts";
import { diagnose } from "../../supabase/functions/_shared/diagnose/diagnose.ts";
import type { DiagnoseInput } from "../../supabase/functions/_shared/diagnose/input.ts";
import { PATTERNS } from "../../supabase/functions/_shared/diagnose/patterns/catalogue.ts";
import { at, event, frame, inspection, NOW } from "./fixtures.ts";

const POOL_CHANGE: Change = {
  kind: "configuration",
  subject: "app.db.pool_size",
  version: "5",
  previousVersion: "4",
  changedAt: at(-65),
  before: 20,
  after: 1,
};

/** An issue that began a minute ago and comes ten times a minute. */
function input(example: Parameters<typeof event>[0], more: Partial<DiagnoseInput> = {}): DiagnoseInput {
  return {
    now: NOW,
    event: event(example),
    issue: {
      firstSeenAt: at(-60),
      episodeStartedAt: at(-60),
      eventCount: 20,
      userCount: 3,
      minuteCounts: [{ startedAt: at(-60), count: 10 }, { startedAt: at(0), count: 10 }],
    },
    traffic: { requestCount: 200, failedRequestCount: 60 },
    patterns: PATTERNS,
    changes: [],
    inspection: null,
    ...more,
  };
}
const POOL_ERROR = {
  type: "PoolExhaustedError",
  message: "connection pool exhausted: 1 of 1 in use, 14 waiting",
};
const LOCK_ERROR = {
  type: "PostgresError",
  message: "canceling statement due to lock timeout",
  extra: { code: "55P03", query: "update stock set count = 3 where product_id = 7" },
};
const IDLE_BLOCKER = {
  pid: 70,
  backend_started_at: at(-900),
  idle_ms: 60_000,
  transaction_ms: 61_000,
  application_name: "shop",
  blocked_count: 2,
};

describe("a diagnosis", () => {
  it("finds the configuration change behind an exhausted pool", () => {
    const diagnosis = diagnose(input(POOL_ERROR, { changes: [POOL_CHANGE] }));
    expect(diagnosis.category).toBe("configuration");
    expect(diagnosis.severity).toBe("high");
    expect(diagnosis.patterns[0]?.slug).toBe("configuration-pool-exhausted");
    expect(diagnosis.changes[0]).toMatchObject({
      subject: "app.db.pool_size",
      version: "5",
      previousVersion: "4",
    });
    expect(diagnosis.changes[0]!.probability).toBeGreaterThan(0.95);
    expect(diagnosis.facts.setting).toBe("app.db.pool_size");
    expect(diagnosis.probableCause).toMatch(
      /^The application's connection pool is exhausted\. Most probably the configuration change of app\.db\.pool_size \(version 5\) caused it: \d+ %\.$/,
    );
  });

  it("finds the idle session behind a lock time-out, with what is needed to end it", () => {
    const diagnosis = diagnose(
      input(LOCK_ERROR, { inspection: inspection({ idle_in_transaction: [IDLE_BLOCKER] }) }),
    );
    expect(diagnosis.patterns[0]?.slug).toBe("postgres-blocked-by-idle-transaction");
    expect(diagnosis.facts).toMatchObject({
      sqlstate: "55P03",
      relation: "stock",
      pid: 70,
      backend_started_at: at(-900),
      session_state: "idle in transaction",
    });
    expect(diagnosis.probableCause).toContain("Session 70 of shop has been idle in a transaction for 60 s");
  });

  it("never mixes the facts of two sessions or tables", () => {
    const diagnosis = diagnose(input(LOCK_ERROR, {
      inspection: inspection({
        idle_in_transaction: [IDLE_BLOCKER],
        long_running_queries: [{
          pid: 80,
          backend_started_at: at(-500),
          duration_ms: 400_000,
          state: "active",
          query_shape: "select 1",
        }],
        sequential_scans: [{
          schema: "public",
          relation: "orders",
          seq_scan: 9,
          seq_tup_read: 9e6,
          row_estimate: 90_000,
        }],
        slow_statements: [{
          query_shape: "select 1 from orders where user_id = $1",
          calls: 9,
          mean_ms: 900,
          total_ms: 8_100,
        }],
      }),
    }));
    expect(diagnosis.facts).toMatchObject({ pid: 70, backend_started_at: at(-900), relation: "stock" });
    expect(diagnosis.facts).not.toHaveProperty("columns");
  });

  it("proposes the index for the statement that timed out", () => {
    const diagnosis = diagnose(input({
      type: "PostgresError",
      message: "canceling statement due to statement timeout",
      extra: { code: "57014", query: "select * from orders where user_id = 7" },
    }, {
      inspection: inspection({
        sequential_scans: [{
          schema: "public",
          relation: "orders",
          seq_scan: 9,
          seq_tup_read: 9e6,
          row_estimate: 90_000,
        }],
      }),
    }));
    expect(diagnosis.patterns[0]?.slug).toBe("postgres-missing-index");
    expect(diagnosis.facts).toMatchObject({ schema: "public", relation: "orders", columns: ["user_id"] });
  });

  it("ignores the database for an error that has nothing to do with it", () => {
    const diagnosis = diagnose(input({ type: "TypeError", message: "cart.total is not a function" }, {
      inspection: inspection({
        idle_in_transaction: [IDLE_BLOCKER],
        dead_jobs: [{ queue: "mail", dead_count: 3 }],
      }),
    }));
    expect(diagnosis.facts).not.toHaveProperty("pid");
    expect(diagnosis.facts).not.toHaveProperty("queue");
    expect(diagnosis.evidence.some(({ kind }) => kind === "database")).toBe(false);
  });

  it("completes the last part of a key that the error names, and keeps another key that it names", () => {
    const naming = (key: string) =>
      diagnose(
        input({ type: "Error", message: `invalid value for setting "${key}"` }, { changes: [POOL_CHANGE] }),
      ).facts.setting;
    expect(naming("pool_size")).toBe("app.db.pool_size");
    expect(naming("app.tax_rate")).toBe("app.tax_rate");
  });

  it("names the host of a failing dependency as what a breaker can cut off", () => {
    const diagnosis = diagnose(input({
      type: "Error",
      message: "https://api.pay.example/v1/charges responded with 503 Service Unavailable",
    }));
    expect(diagnosis.category).toBe("dependency");
    expect(diagnosis.facts).toMatchObject({
      host: "api.pay.example",
      status: 503,
      breaker: "api.pay.example",
    });
  });

  it("says so when no pattern fits, and points at the code", () => {
    const strange = input({ type: "DiscountError", message: "discount beyond total" });
    const [exception] = strange.event.exceptions;
    const withStack = {
      ...strange.event,
      exceptions: [{
        ...exception!,
        frames: [frame({ function: "apply", filename: "src/discount.ts", line: 12, inApp: true })],
      }],
    };
    const diagnosis = diagnose({ ...strange, event: withStack });
    expect(diagnosis.patterns).toEqual([]);
    expect(diagnosis.category).toBe("unknown");
    expect(diagnosis.culprit).toEqual({ function: "apply", filename: "src/discount.ts", line: 12 });
    expect(diagnosis.probableCause)
      .toBe("DiscountError: discount beyond total in apply (src/discount.ts:12). No known pattern fits.");
  });

  it("clears a change that was made long after the issue began", () => {
    const old = input(POOL_ERROR, {
      issue: {
        firstSeenAt: at(-7_200),
        episodeStartedAt: at(-7_200),
        eventCount: 1_200,
        userCount: 3,
        minuteCounts: Array.from({ length: 121 }, (_, i) => ({ startedAt: at(-i * 60), count: 10 })),
      },
      changes: [POOL_CHANGE],
    });
    expect(diagnose(old).changes).toEqual([]);
    expect(diagnose(old).evidence.map(({ statement }) => statement)).toContain(
      "None of the recent changes is a suspect.",
    );
  });

  it("suspects the change after which an old trickle became a flood", () => {
    const flood = input(POOL_ERROR, {
      issue: {
        firstSeenAt: at(-7_200),
        episodeStartedAt: at(-7_200),
        eventCount: 400,
        userCount: 3,
        minuteCounts: [
          ...Array.from({ length: 118 }, (_, i) => ({ startedAt: at(-7_200 + i * 60), count: i % 2 })),
          { startedAt: at(-120), count: 80 },
          { startedAt: at(-60), count: 90 },
        ],
      },
      changes: [{ ...POOL_CHANGE, changedAt: at(-110) }],
    });
    const [suspect] = diagnose(flood).changes;
    expect(suspect?.probability).toBeGreaterThan(0.9);
    expect(suspect?.why).toContain("times a minute before");
  });

  it("suspects the change that brought a quiet issue back", () => {
    const regressed = input(POOL_ERROR, { changes: [POOL_CHANGE] });
    regressed.issue = { ...regressed.issue, firstSeenAt: at(-30 * 86_400) };
    expect(diagnose(regressed).changes[0]!.probability).toBeGreaterThan(0.85);
  });

  it("forbids automation only where data is in danger", () => {
    const damaged = { type: "PostgresError", message: "invalid page in block 4", extra: { code: "XX001" } };
    expect(diagnose(input(damaged)).severity).toBe("critical");
    expect(diagnose(input(POOL_ERROR, { traffic: { requestCount: 900, failedRequestCount: 900 } })).severity)
      .toBe("high");
  });

  it("explains every part of itself", () => {
    const { evidence } = diagnose(input({ ...LOCK_ERROR, url: "https://shop.example/checkout" }, {
      changes: [POOL_CHANGE],
      inspection: inspection({ idle_in_transaction: [IDLE_BLOCKER] }),
    }));
    const kinds = new Set(evidence.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(["change", "database", "history", "pattern", "traffic"]);
    expect(evidence.every(({ statement }) => statement.length > 10)).toBe(true);
  });

  it("is the same for the same input, leaves it untouched, and is plain JSON", () => {
    const text = fc.oneof(
      fc.constantFrom(...PATTERNS.flatMap(({ examples }) => examples.positive.map(({ message }) => message))),
      fc.string(),
    );
    fc.assert(
      fc.property(text, fc.string(), fc.nat(500), (message, type, users) => {
        const one = input({ type, message }, {
          changes: [POOL_CHANGE],
          inspection: inspection({ idle_in_transaction: [IDLE_BLOCKER] }),
        });
        one.issue = { ...one.issue, userCount: users };
        const before = structuredClone(one);
        const diagnosis = diagnose(one);
        expect(one).toEqual(before);
        expect(diagnose(before)).toEqual(diagnosis);
        expect(JSON.parse(JSON.stringify(diagnosis))).toEqual(diagnosis);
      }),
      { numRuns: 200 },
    );
  });
});

describe("an inspection of the database", () => {
  it.each([
    [{ type: "PostgresError", message: "x", extra: { code: "57014" } }],
    [{ type: "PostgresError", message: "x", extra: { code: "53300" } }],
    [{ type: "PostgrestError", message: "x", extra: { code: "PGRST003" } }],
    [{ type: "Error", message: "timeout exceeded when trying to connect" }],
    [{ type: "Error", message: "connect ETIMEDOUT db.example.com:5432" }],
    [{ type: "Error", message: "job send_invoice moved to dead letter queue" }],
  ])("is worth its cost for %j", (example) => {
    expect(needsInspection(event(example))).toBe(true);
  });

  it.each([
    [{ type: "PostgresError", message: "x", extra: { code: "23505" } }],
    [{ type: "PostgresError", message: "x", extra: { code: "42P01" } }],
    [{ type: "TypeError", message: "cart.total is not a function" }],
    [{ type: "Error", message: "connect ETIMEDOUT 203.0.113.9:443" }],
    [{ type: "Error", message: "https://api.pay.example/v1 timed out" }],
  ])("is not for %j", (example) => {
    expect(needsInspection(event(example))).toBe(false);
  });
});
