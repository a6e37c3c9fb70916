import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { runEngine } from "../../supabase/functions/_shared/engine.ts";
import { isolateEnds, pause, soon } from "../../supabase/functions/_shared/platform/http-background.ts";
import type { JobQueue } from "../../supabase/functions/_shared/platform/jobs.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
const endIsolate = () => globalThis.dispatchEvent(new Event("beforeunload"));

it("what is gathered is written after two seconds, once", async () => {
  const task = vi.fn(() => Promise.resolve());
  soon(task);
  await vi.advanceTimersByTimeAsync(1_999);
  expect(task).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(task).toHaveBeenCalledTimes(1);
  endIsolate();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(task).toHaveBeenCalledTimes(1);
});

it("what is gathered is written at once when the isolate is about to end", async () => {
  const task = vi.fn(() => Promise.resolve());
  soon(task);
  endIsolate();
  await vi.advanceTimersByTimeAsync(0);
  expect(task).toHaveBeenCalledTimes(1);
});

it("an end that was told once does not shorten what begins afterwards", async () => {
  endIsolate();
  expect(isolateEnds().aborted).toBe(false);
  const done = vi.fn();
  pause(100, isolateEnds()).then(done);
  await vi.advanceTimersByTimeAsync(99);
  expect(done).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(done).toHaveBeenCalled();
});

it("an engine that waits for work due soon lets the watch go when its isolate is about to end", async () => {
  const held: number[] = [];
  const queue = {
    claim: () => Promise.resolve([]),
    nextAt: () => Promise.resolve(new Date(Date.now() + 10_000)),
    holdWatch: (seconds: number) => Promise.resolve(held.push(seconds) > 0),
  } as unknown as JobQueue;
  const ends = isolateEnds();
  const run = runEngine({
    queue,
    world: undefined as never,
    now: () => new Date(),
    wait: (ms) => pause(ms, ends),
    isOver: () => ends.aborted,
    deadline: new Date(Date.now() + 60_000),
  });
  const ended = vi.fn();
  run.then(ended);
  await vi.advanceTimersByTimeAsync(3_500);
  expect(ended).not.toHaveBeenCalled();
  endIsolate();
  await vi.advanceTimersByTimeAsync(0);
  expect(ended).toHaveBeenCalledWith({ done: 0, postponed: 0, failed: 0 });
  expect(held.at(-1)).toBe(0);
});
