import fc from "fast-check";
import { expect, test } from "vitest";
import {
  createRecorder,
  KEPT_SUMMARIES,
  REPORTS_PER_MINUTE,
} from "../../supabase/functions/_shared/platform/http-recorder.ts";
import type { CallSummary, ErrorReport } from "../../supabase/functions/_shared/platform/http-recorder.ts";

const at = (iso: string) => new Date(iso);

function harness() {
  const state = { calls: [] as CallSummary[], errors: [] as ErrorReport[], broken: false, warnings: 0 };
  const deferred: (() => Promise<void>)[] = [];
  const take = <T>(into: T[], rows: T[]) => {
    if (state.broken) return Promise.reject(new Error("database away"));
    into.push(...rows);
    return Promise.resolve();
  };
  const recorder = createRecorder({
    sink: { calls: (rows) => take(state.calls, rows), errors: (rows) => take(state.errors, rows) },
    defer: (task) => deferred.push(task),
    warn: () => state.warnings++,
  });
  return { state, deferred, recorder };
}

const report = (n: number, minute = "2026-01-01T00:00"): ErrorReport => ({
  function: "control",
  route: `/route-${n}`,
  method: "GET",
  code: "internal",
  error_type: "Error",
  message: "broken",
  stack: null,
  request_id: "id",
  occurred_at: `${minute}:10.000Z`,
});

test("calls of one minute and status class become one row, written once", async () => {
  const { state, deferred, recorder } = harness();
  for (const durationMs of [3, 30, 9_000]) {
    recorder.observe({ function: "control", status: 200, durationMs, at: at("2026-01-01T00:00:59Z") });
  }
  recorder.observe({ function: "control", status: 503, durationMs: 1, at: at("2026-01-01T00:00:59Z") });
  expect(deferred).toHaveLength(1);
  await deferred[0]!();
  expect(state.calls).toEqual([
    {
      function: "control",
      minute_at: "2026-01-01T00:00:00.000Z",
      status_class: "2xx",
      call_count: 3,
      duration_ms_sum: 9_033,
      duration_ms_max: 9_000,
      bucket_counts: [1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1],
    },
    expect.objectContaining({ status_class: "5xx", call_count: 1 }),
  ]);
});

test("no call is lost or counted twice, however often writing fails", async () => {
  const step = fc.record({
    status: fc.constantFrom(200, 404, 500),
    durationMs: fc.integer({ min: 0, max: 10_000 }),
    minute: fc.integer({ min: 0, max: 9 }),
    broken: fc.boolean(),
    flush: fc.boolean(),
  });
  await fc.assert(fc.asyncProperty(fc.array(step), async (steps) => {
    const { state, recorder } = harness();
    for (const { status, durationMs, minute, broken, flush } of steps) {
      recorder.observe({ function: "f", status, durationMs, at: at(`2026-01-01T00:0${minute}:00Z`) });
      state.broken = broken;
      if (flush) await recorder.flush();
    }
    state.broken = false;
    await recorder.flush();
    const sum = (pick: (row: CallSummary) => number) =>
      state.calls.reduce((total, row) => total + pick(row), 0);
    expect(sum((row) => row.call_count)).toBe(steps.length);
    expect(sum((row) => row.bucket_counts.reduce((a, b) => a + b))).toBe(steps.length);
    expect(sum((row) => row.duration_ms_sum)).toBe(steps.reduce((total, s) => total + s.durationMs, 0));
  }));
});

test("what is kept while the database is away is bounded", async () => {
  const { state, recorder } = harness();
  state.broken = true;
  for (let i = 0; i < KEPT_SUMMARIES + 50; i++) {
    recorder.observe({ function: `f${i}`, status: 200, durationMs: 1, at: at("2026-01-01T00:00:00Z") });
  }
  await recorder.flush();
  state.broken = false;
  await recorder.flush();
  expect(state.calls).toHaveLength(KEPT_SUMMARIES);
});

test("the same error is reported once a minute, and a storm of different ones is cut off", async () => {
  const { state, recorder } = harness();
  recorder.report(report(0));
  recorder.report(report(0));
  for (let i = 1; i < 100; i++) recorder.report(report(i));
  recorder.report(report(0, "2026-01-01T00:01"));
  await recorder.flush();
  expect(state.errors).toHaveLength(REPORTS_PER_MINUTE + 1);
});

test("errors that could not be reported are dropped, so that they cannot pile up", async () => {
  const { state, recorder } = harness();
  recorder.report(report(0));
  state.broken = true;
  await recorder.flush();
  state.broken = false;
  await recorder.flush();
  expect(state.errors).toEqual([]);
  expect(state.warnings).toBe(1);
});
