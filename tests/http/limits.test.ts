import { expect, test } from "vitest";
import { functionNames } from "../../bench/limits.ts";
import { cpuMs, peakMemoryMb } from "../../bench/limits/process.ts";
import { REQUESTS } from "../../bench/limits/requests.ts";

test("the limits bench asks every function that is deployed, and no other", async () => {
  expect(Object.keys(REQUESTS).sort()).toEqual(await functionNames());
});

test.skipIf(Deno.build.os !== "linux")("work costs CPU time and memory that the bench can see", async () => {
  const before = await cpuMs(Deno.pid);
  const until = performance.now() + 100;
  while (performance.now() < until) crypto.getRandomValues(new Uint8Array(1_000));
  expect(await cpuMs(Deno.pid)).toBeGreaterThan(before);
  expect(await peakMemoryMb(Deno.pid)).toBeGreaterThan(10);
});
