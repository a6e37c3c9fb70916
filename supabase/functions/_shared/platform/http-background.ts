import { adminClient } from "./auth.ts";
import { describeError } from "./errors.ts";
import { createRecorder } from "./http-recorder.ts";
import type { Recorder } from "./http-recorder.ts";
import { callRpc } from "./rpc.ts";
import { z } from "zod";

/** What is counted is summed for this long before it is written: one small statement per isolate and two seconds. */
const FLUSH_AFTER_MS = 2_000;

/** Lets work go on after the answer was sent: the edge runtime keeps the isolate for it, elsewhere the process lives on. */
export function inBackground(work: Promise<unknown>): void {
  const handled = work.catch((error) =>
    console.warn(JSON.stringify({ level: "warn", ...describeError(error) }))
  );
  const runtime = (globalThis as { EdgeRuntime?: { waitUntil?(work: Promise<unknown>): void } }).EdgeRuntime;
  runtime?.waitUntil?.(handled);
}

/**
 * Aborted when the runtime is about to end this isolate, which it tells by `beforeunload`
 * (https://supabase.com/docs/guides/functions/background-tasks). Made anew then, for a process that outlives the telling.
 */
let ending = new AbortController();
globalThis.addEventListener?.("beforeunload", () => {
  ending.abort();
  ending = new AbortController();
});

/** A signal that comes when this isolate is about to end: work that only waits should stop, and what is kept should be written. */
export function isolateEnds(): AbortSignal {
  return ending.signal;
}

/** Resolves after so many milliseconds, or at once when the signal comes. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}

/** Runs the task once, after what happens within the next two seconds was gathered. For counts that are written in batches. */
export function soon(task: () => Promise<unknown>): void {
  inBackground(pause(FLUSH_AFTER_MS, isolateEnds()).then(task));
}

let shared: Recorder | undefined;

/** The recorder of this isolate: writes to the database with the service role, in the background. */
export function isolateRecorder(): Recorder {
  shared ??= createRecorder({
    sink: {
      calls: (p_calls) =>
        callRpc(adminClient(), "record_function_calls", { p_calls }, z.unknown()).then(() => {}),
      errors: (p_errors) =>
        callRpc(adminClient(), "record_function_errors", { p_errors }, z.unknown()).then(() => {}),
    },
    defer: soon,
    warn: (message, error) =>
      console.warn(JSON.stringify({ level: "warn", what: message, ...describeError(error) })),
  });
  return shared;
}
