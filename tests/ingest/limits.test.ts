import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type IngestKey,
  KeyDirectory,
} from "../../supabase/functions/_shared/signals/ingest/key-directory.ts";
import {
  RateLimiter,
  rateLimitHeaders,
  takeTokens,
} from "../../supabase/functions/_shared/signals/ingest/rate-limit.ts";
import { testKey } from "./app-support.ts";
import { KEY } from "./support.ts";

describe("the token bucket", () => {
  it("allows a minute's worth at once, then as many as flow in", () => {
    let bucket = null;
    for (let i = 0; i < 60; i++) {
      const taken = takeTokens(bucket, 60, 1, 0);
      expect(taken.allowed).toBe(true);
      bucket = taken.bucket;
    }
    const denied = takeTokens(bucket, 60, 1, 0);
    expect(denied).toMatchObject({ allowed: false, retryAfterSeconds: 1 });
    expect(takeTokens(denied.bucket, 60, 1, 1000).allowed).toBe(true);
    expect(takeTokens(denied.bucket, 60, 1, 900).allowed).toBe(false);
  });

  it("lets a large batch through when it is full, and makes the next wait for it", () => {
    const taken = takeTokens(null, 10, 100, 0);
    expect(taken.allowed).toBe(true);
    expect(takeTokens(taken.bucket, 10, 1, 60_000)).toMatchObject({ allowed: false });
    expect(takeTokens(taken.bucket, 10, 1, 10 * 60_000).allowed).toBe(true);
  });

  it("never allows more than the rate over any long time, and says truly when to come again", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.array(
          fc.record({ cost: fc.integer({ min: 1, max: 20 }), wait: fc.integer({ min: 0, max: 5000 }) }),
          { maxLength: 200 },
        ),
        (rate, steps) => {
          let bucket = null, now = 0, allowed = 0;
          for (const { cost, wait } of steps) {
            now += wait;
            const taken = takeTokens(bucket, rate, cost, now);
            bucket = taken.bucket;
            if (taken.allowed) allowed += cost;
            else {expect(takeTokens(bucket, rate, cost, now + taken.retryAfterSeconds * 1000).allowed).toBe(
                true,
              );}
          }
          expect(allowed).toBeLessThanOrEqual(rate + (now * rate) / 60_000 + 20);
        },
      ),
    );
  });

  it("is not confused by a clock that goes back", () => {
    const { bucket } = takeTokens(null, 60, 60, 10_000);
    expect(takeTokens(bucket, 60, 1, 0).allowed).toBe(false);
  });
});

describe("limits by key and category", () => {
  it("keeps keys and categories apart", () => {
    const limiter = new RateLimiter(() => 0);
    expect(limiter.take("a", "error", 1).allowed).toBe(true);
    expect(limiter.take("a", "error", 1).allowed).toBe(false);
    expect(limiter.take("a", "session", 1).allowed).toBe(true);
    expect(limiter.take("b", "error", 1).allowed).toBe(true);
  });

  it("forgets the keys that were not used for longest, never the busy one", () => {
    const limiter = new RateLimiter(() => 0);
    limiter.take("busy", "error", 1);
    for (let i = 0; i < 50_000; i++) {
      limiter.take(`k${i}`, "error", 1);
      if (i % 1000 === 0) expect(limiter.take("busy", "error", 1).allowed).toBe(false);
    }
  });

  it("are told to SDKs in both headers", () => {
    expect(rateLimitHeaders(new Map([["error", 3], ["log_item", 7]]))).toEqual({
      "retry-after": "7",
      "x-sentry-rate-limits": "3:error:key:events_per_minute, 7:log_item:key:events_per_minute",
    });
    expect(rateLimitHeaders(new Map())).toEqual({});
  });
});

describe("the directory of keys", () => {
  function directory(load: (asked: string[]) => Promise<IngestKey[]>) {
    let now = 0;
    const asked: string[][] = [];
    const keys = new KeyDirectory({ load: (names) => (asked.push(names), load(names)) }, () => now);
    return { keys, asked, pass: (ms: number) => void (now += ms) };
  }

  it("asks once for what many requests want", async () => {
    const { keys, asked } = directory(() => Promise.resolve([testKey()]));
    const found = await Promise.all(Array.from({ length: 50 }, () => keys.find(KEY)));
    expect(found.every((key) => key?.projectId === 42)).toBe(true);
    await keys.find(KEY);
    expect(asked).toEqual([[KEY]]);
  });

  it("asks for all unknown keys in one query at a time", async () => {
    let release = () => {};
    const first = new Promise<IngestKey[]>((resolve) => release = () => resolve([]));
    let calls = 0;
    const { keys, asked } = directory(() => calls++ === 0 ? first : Promise.resolve([]));
    const finds = Array.from({ length: 250 }, (_, i) => keys.find(`key${i}`));
    await Promise.resolve();
    expect(asked.length).toBe(1);
    release();
    expect(await Promise.all(finds)).toEqual(Array(250).fill(null));
    expect(asked.map((names) => names.length)).toEqual([1, 100, 100, 49]);
  });

  it("notices within seconds that a key was revoked", async () => {
    let known = [testKey()];
    const { keys, pass } = directory(() => Promise.resolve(known));
    expect(await keys.find(KEY)).not.toBeNull();
    known = [];
    expect(await keys.find(KEY)).not.toBeNull();
    pass(10_001);
    expect(await keys.find(KEY)).toBeNull();
  });

  it("goes on with what it knows while the database is away, but not for ever", async () => {
    let away = false;
    const { keys, pass } = directory(() =>
      away ? Promise.reject(new Error("away")) : Promise.resolve([testKey()])
    );
    await keys.find(KEY);
    away = true;
    pass(60_000);
    expect(await keys.find(KEY)).not.toBeNull();
    await expect(keys.find("another")).rejects.toThrow("away");
    pass(10 * 60_000);
    await expect(keys.find(KEY)).rejects.toThrow("away");
    away = false;
    expect(await keys.find(KEY)).not.toBeNull();
  });
});
