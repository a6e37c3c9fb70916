import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { failures } from "../../supabase/functions/_shared/platform/errors.ts";
import { createPolicies } from "../../supabase/functions/_shared/platform/policies.ts";
import type { Policies, PoliciesOptions } from "../../supabase/functions/_shared/platform/policies.ts";
import {
  admit,
  type Breaker,
  BREAKER_RULES,
  breakerSchema,
  CLOSED,
  settle,
} from "../../supabase/functions/_shared/platform/policies-breaker.ts";
import {
  failureOf,
  fetchThrough,
  retryAfter,
} from "../../supabase/functions/_shared/platform/policies-fetch.ts";
import { databaseBreakers } from "../../supabase/functions/_shared/platform/policies-store.ts";
import type {
  BreakerMinute,
  BreakerStore,
} from "../../supabase/functions/_shared/platform/policies-store.ts";

/** What the database does with its rows, in memory: one compare-and-set at a time. */
class SharedTable implements BreakerStore {
  rows = new Map<string, { version: number; breaker: Breaker }>();
  minutes: BreakerMinute[] = [];
  writes = 0;
  reachable = true;

  load(name: string) {
    this.#check();
    return Promise.resolve(this.rows.get(name) ?? { version: 0, breaker: CLOSED });
  }
  compareAndSet(name: string, expectedVersion: number, next: Breaker) {
    this.#check();
    const row = this.rows.get(name) ?? { version: 0, breaker: CLOSED };
    if (row.version !== expectedVersion) return Promise.resolve({ applied: false, ...row });
    this.writes++;
    // Through JSON, as in the database.
    const stored = {
      version: row.version + 1,
      breaker: breakerSchema.parse(JSON.parse(JSON.stringify(next))),
    };
    this.rows.set(name, stored);
    return Promise.resolve({ applied: true, ...stored });
  }
  addMetrics(_name: string, minutes: BreakerMinute[]) {
    this.#check();
    this.minutes.push(...minutes);
    return Promise.resolve();
  }
  #check() {
    if (!this.reachable) throw new Error("the database is away");
  }
}

const START = Date.parse("2026-01-01T00:00:00Z");
let table: SharedTable;
let warnings: string[];
let ids: number;

function isolate(overrides: Partial<PoliciesOptions> = {}): Policies {
  return createPolicies({
    store: table,
    defer: () => {},
    warn: (message) => warnings.push(message),
    random: () => 1,
    newId: () => `call-${++ids}`,
    ...overrides,
  });
}

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  table = new SharedTable();
  warnings = [];
  ids = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

const once = { timeoutMs: 1_000, retries: 0 };
const fail = () => Promise.reject(failures.upstreamFailed("It answered 500."));
const succeed = () => Promise.resolve("ok");
async function failTimes(policies: Policies, times: number) {
  for (let i = 0; i < times; i++) await policies.policy("target", once).execute(fail).catch(() => {});
}

test("healthy calls store nothing", async () => {
  const policy = isolate().policy("target", once);
  for (let i = 0; i < 10; i++) expect(await policy.execute(succeed)).toBe("ok");
  expect(table.writes).toBe(0);
});

test("a failing call is retried with doubling waits, then its error comes through", async () => {
  const at: number[] = [];
  const policy = isolate().policy("target", { timeoutMs: 1_000, retries: 2 });
  const call = policy.execute(() => {
    at.push(Date.now() - START);
    return fail();
  });
  call.catch(() => {});
  await vi.runAllTimersAsync();
  await expect(call).rejects.toMatchObject({ code: "upstream_failed" });
  expect(at).toEqual([0, 250, 750]);
});

test("Retry-After is waited for when it is short, and ends the attempts when it is long", async () => {
  const attempts = (seconds: number) => {
    const at: number[] = [];
    const began = Date.now();
    const call = isolate().policy(`after-${seconds}`, { timeoutMs: 1_000, retries: 1 }).execute(() => {
      at.push(Date.now() - began);
      return Promise.reject(failures.rateLimited("Slow down.", { retryAfterSeconds: seconds }));
    });
    call.catch(() => {});
    return vi.runAllTimersAsync().then(() => at);
  };
  expect(await attempts(3)).toEqual([0, 3_000]);
  expect(await attempts(60)).toEqual([0]);
});

test("a refusal is neither retried nor held against the target", async () => {
  let calls = 0;
  const policy = isolate().policy("target", { timeoutMs: 1_000, retries: 3 });
  for (let i = 0; i < 10; i++) {
    await policy.execute(() => {
      calls++;
      return Promise.reject(failures.forbidden("No."));
    }).catch(() => {});
  }
  expect(calls).toBe(10);
  expect(table.writes).toBe(0);
});

test("a call that takes too long is aborted and told so", async () => {
  let aborted = false;
  const call = isolate().policy("target", once).execute(({ signal }) => {
    signal.addEventListener("abort", () => aborted = true);
    return new Promise<never>(() => {});
  });
  call.catch(() => {});
  await vi.advanceTimersByTimeAsync(1_000);
  await expect(call).rejects.toMatchObject({ code: "timeout", retry: true });
  expect(aborted).toBe(true);
});

test("a caller who gives up says nothing of the target", async () => {
  const policies = isolate();
  const controller = new AbortController();
  const call = policies.policy("target", { timeoutMs: 1_000, retries: 3 })
    .execute(() => new Promise<never>(() => {}), controller.signal);
  call.catch(() => {});
  await vi.advanceTimersByTimeAsync(10);
  controller.abort(new Error("went away"));
  await expect(call).rejects.toThrow("went away");
  await policies.flush();
  expect(table.writes).toBe(0);
  expect(table.minutes).toEqual([]);
});

test("failures of several isolates together open the breaker for all of them", async () => {
  const [first, second, third] = [isolate(), isolate(), isolate()];
  await failTimes(first, 3);
  await failTimes(second, 2);
  let reached = false;
  const call = third.policy("target", once).execute(() => {
    reached = true;
    return succeed();
  });
  await expect(call).rejects.toMatchObject({ code: "unavailable", retryAfterSeconds: 5 });
  expect(reached).toBe(false);
});

test("failures that are a minute old no longer count", async () => {
  const policies = isolate();
  await failTimes(policies, 4);
  vi.setSystemTime(START + 61_000);
  await failTimes(policies, 1);
  expect(table.rows.get("target")?.breaker).toMatchObject({ state: "closed", failure_count: 1 });
});

test("after the wait exactly one isolate probes, and its success closes the breaker for all", async () => {
  const isolates = [isolate(), isolate(), isolate()];
  await failTimes(isolates[0]!, 5);
  vi.setSystemTime(START + 5_000);
  let reached = 0;
  let answer = (_: string) => {};
  const pending = new Promise<string>((resolve) => answer = resolve);
  const calls = isolates.map((policies) =>
    policies.policy("target", once).execute(() => {
      reached++;
      return pending;
    }).catch((error) => error.code)
  );
  await vi.advanceTimersByTimeAsync(0);
  expect(reached).toBe(1);
  answer("ok");
  expect((await Promise.all(calls)).sort()).toEqual(["ok", "unavailable", "unavailable"]);
  vi.setSystemTime(START + 7_000);
  for (const policies of isolates) expect(await policies.policy("target", once).execute(succeed)).toBe("ok");
});

test("a probe that fails opens the breaker for twice as long, up to five minutes", async () => {
  const policies = isolate();
  await failTimes(policies, 5);
  const waits: number[] = [];
  for (let i = 0; i < 9; i++) {
    const { opened_at, retry_at } = table.rows.get("target")!.breaker;
    waits.push((Date.parse(retry_at!) - Date.parse(opened_at!)) / 1000);
    vi.setSystemTime(Date.parse(retry_at!));
    await failTimes(policies, 1);
  }
  expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
});

test("a probe whose isolate died is replaced after its lease", async () => {
  const dead = isolate();
  await failTimes(dead, 5);
  vi.setSystemTime(START + 5_000);
  void dead.policy("target", { timeoutMs: 1_000_000, retries: 0 }).execute(() => new Promise<never>(() => {}))
    .catch(() => {});
  await vi.advanceTimersByTimeAsync(0);
  const living = isolate();
  await expect(living.policy("target", once).execute(succeed)).rejects.toMatchObject({ code: "unavailable" });
  vi.setSystemTime(START + 5_000 + BREAKER_RULES.probeMs);
  expect(await living.policy("target", once).execute(succeed)).toBe("ok");
});

test("a breaker held open by hand stays open until it is reset by hand", async () => {
  table.rows.set("target", { version: 1, breaker: breakerSchema.parse({ state: "open", held: true }) });
  const policies = isolate();
  vi.setSystemTime(START + 86_400_000);
  await expect(policies.policy("target", once).execute(succeed)).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("Reset its circuit breaker"),
  });
  table.rows.set("target", { version: 2, breaker: breakerSchema.parse({ state: "closed" }) });
  vi.setSystemTime(START + 86_402_000);
  expect(await policies.policy("target", once).execute(succeed)).toBe("ok");
});

test("without its store a breaker still protects, and tells the others when the store is back", async () => {
  table.reachable = false;
  const policies = isolate();
  await failTimes(policies, 5);
  await expect(policies.policy("target", once).execute(succeed)).rejects.toMatchObject({
    code: "unavailable",
  });
  expect(warnings.length).toBeGreaterThan(0);
  table.reachable = true;
  vi.setSystemTime(START + 5_000);
  await failTimes(policies, 1);
  expect(table.rows.get("target")?.breaker.state).toBe("open");
});

test("a store that hangs costs one second once, not every call", async () => {
  const hanging = new SharedTable();
  hanging.load = () => new Promise<never>(() => {});
  const policy = isolate({ store: hanging }).policy("target", once);
  const first = policy.execute(succeed);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await first).toBe("ok");
  const before = Date.now();
  expect(await policy.execute(succeed)).toBe("ok");
  expect(Date.now()).toBe(before);
});

test("every call is counted once in its minute", async () => {
  const policies = isolate();
  const policy = policies.policy("target", once);
  await policy.execute(succeed);
  await failTimes(policies, 5);
  await policy.execute(succeed).catch(() => {});
  vi.setSystemTime(START + 60_000);
  const slow = policy.execute(() => new Promise<never>(() => {}));
  slow.catch(() => {});
  await vi.advanceTimersByTimeAsync(1_000);
  await policies.flush();
  expect(table.minutes).toEqual([
    {
      minute_at: "2026-01-01T00:00:00.000Z",
      success_count: 1,
      failure_count: 5,
      rejected_count: 1,
      timeout_count: 0,
    },
    {
      minute_at: "2026-01-01T00:01:00.000Z",
      success_count: 0,
      failure_count: 0,
      rejected_count: 0,
      timeout_count: 1,
    },
  ]);
});

test("results that come late change nothing: neither do they close a probed breaker, nor open an open one for longer", () => {
  const open = {
    ...CLOSED,
    state: "open" as const,
    attempt_count: 1,
    retry_at: new Date(START + 5_000).toISOString(),
  };
  expect(settle(open, BREAKER_RULES, START + 4_000, "failure", null)).toBeNull();
  expect(settle(open, BREAKER_RULES, START + 4_000, "success", null)).toBeNull();
  const admission = admit(open, BREAKER_RULES, START + 5_000, "probe");
  if (admission.verdict !== "probe") throw new Error("the wait is over: it must be probed");
  for (const probeId of [null, "the probe before"]) {
    expect(settle(admission.next, BREAKER_RULES, START + 6_000, "success", probeId)).toBeNull();
    expect(settle(admission.next, BREAKER_RULES, START + 6_000, "failure", probeId)).toBeNull();
  }
  expect(settle(admission.next, BREAKER_RULES, START + 6_000, "success", "probe")).toEqual(CLOSED);
});

test("whatever happens in whatever order, no two probes run at once and an open breaker reopens only through one", () => {
  const step = fc.record({
    isolate: fc.integer({ min: 0, max: 3 }),
    // Mostly short, so that failures gather; now and then long enough for every wait and lease to end.
    waitMs: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
      fc.integer({ min: 0, max: 90_000 }),
    ),
    outcome: fc.constantFrom<"success" | "failure">("success", "failure", "failure"),
    finish: fc.boolean(),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 200, size: "max" }), (steps) => {
    let now = START;
    let shared: Breaker = CLOSED;
    const running = new Map<number, { probeId: string | null; until: number }>();
    steps.forEach((s, i) => {
      now += s.waitMs;
      const mine = running.get(s.isolate);
      if (mine) {
        if (!s.finish) return;
        running.delete(s.isolate);
        const was = shared;
        shared = settle(shared, BREAKER_RULES, now, s.outcome, mine.probeId) ?? shared;
        if (was.state !== "closed" && shared.state === "closed") expect(was.probe_id).toBe(mine.probeId);
        return;
      }
      const admission = admit(shared, BREAKER_RULES, now, `p${i}`);
      if (admission.verdict === "reject") return;
      if (admission.verdict === "probe") {
        shared = breakerSchema.parse(JSON.parse(JSON.stringify(admission.next)));
        const alive = [...running.values()].filter((r) => r.probeId !== null && r.until > now);
        expect(alive).toEqual([]);
      }
      const probeId = admission.verdict === "probe" ? `p${i}` : null;
      running.set(s.isolate, { probeId, until: now + BREAKER_RULES.probeMs });
    });
  }));
});

test("an answer of 503 is a failure that counts, an answer of 404 is the caller's to judge", async () => {
  const policy = isolate().policy("target", once);
  const answering = (status: number, headers: Record<string, string> = {}) =>
    fetchThrough(
      policy,
      "target",
      "https://target.example/",
      { fetch: () => Promise.resolve(new Response("body", { status, headers })) },
      (response) => response.text().then((text) => `${response.status} ${text}`),
    );
  await expect(answering(503, { "retry-after": "9" })).rejects.toMatchObject({
    code: "upstream_failed",
    retryAfterSeconds: 9,
  });
  expect(await answering(404)).toBe("404 body");
  expect(failureOf(new Response(null, { status: 501 }), "target", START)?.retry).toBe(false);
});

test("Retry-After is understood as seconds and as a date", () => {
  expect(retryAfter("120", START)).toBe(120);
  expect(retryAfter("Thu, 01 Jan 2026 00:00:30 GMT", START)).toBe(30);
  expect(retryAfter("Thu, 01 Jan 1998 00:00:30 GMT", START)).toBe(0);
  expect(retryAfter("soon", START)).toBeUndefined();
  expect(retryAfter(null, START)).toBeUndefined();
});

test("the database's rows are read with defaults for everything that is missing", async () => {
  const asked: [string, unknown][] = [];
  const store = databaseBreakers(() => ({
    rpc(name, parameters) {
      asked.push([name, parameters]);
      const data = name === "breaker_load"
        ? [{ name: "target", version: 3, state: { state: "open", held: true } }]
        : { applied: false, version: 4, state: {} };
      return Promise.resolve({ data, error: null });
    },
  }));
  expect(await store.load("target")).toMatchObject({ version: 3, breaker: { state: "open", held: true } });
  expect(await store.compareAndSet("target", 3, CLOSED)).toMatchObject({
    applied: false,
    version: 4,
    breaker: CLOSED,
  });
  expect(asked[1]).toMatchObject(["breaker_report", { p_name: "target", p_expected_version: 3 }]);
});
