import { CYCLE, type World } from "./cycle.ts";
import type { Job, JobKind, JobQueue } from "./platform/jobs.ts";
import { describeError, toFailure } from "./platform/errors.ts";

export interface EngineOptions {
  queue: JobQueue;
  world: World;
  now: () => Date;
  wait: (ms: number) => Promise<void>;
  /** The run ends at this moment at the latest; work that is left is found by the next wake-up. */
  deadline: Date;
  /** True once the run should take on nothing more, because whatever runs it is about to end. */
  isOver?: () => boolean;
  /** Told about every failed attempt. */
  onFailure?: (job: Job, error: string) => void;
}

export interface EngineRun {
  done: number;
  postponed: number;
  failed: number;
}

/** Jobs taken at once: few enough to finish within the lease, many enough to hide the database's latency. */
const BATCH = 5;
/** A run ends after this many jobs, because an edge function has 2 s of CPU and a job takes about 10 ms. */
const MAX_JOBS = 120;
/** Work that is due this soon is waited for: verifications look every second, and a new run would cost more than the wait. */
const WATCH_MS = 15_000;
/** While waiting, the queue is read this often at least: another run may have queued something meanwhile. */
const LONGEST_NAP_MS = 1_000;
const SHORTEST_NAP_MS = 50;
/** The watch is renewed at every look, so a dead holder blocks it only this long. */
const WATCH_LEASE_SECONDS = 5;
/** Work that waits for a language model, up to a minute: nothing else waits for it. */
const SLOW: readonly JobKind[] = ["reason"];
/** More of it at once would be a burst that the model's server refuses. */
const SLOW_LIMIT = 3;

/**
 * Works off the queue until nothing is due. One run at a time stays up a while for work that is due soon; the others end, so that a
 * storm of wake-ups does not become a storm of waiting functions.
 */
export async function runEngine(options: EngineOptions): Promise<EngineRun> {
  const { queue, now, wait, deadline, isOver = () => false } = options;
  const run: EngineRun = { done: 0, postponed: 0, failed: 0 };
  const aside = new Map<number, Promise<void>>();
  let watching = false;
  try {
    while (!isOver() && now() < deadline && run.done + run.postponed + run.failed < MAX_JOBS) {
      const jobs = await queue.claim(BATCH, aside.size < SLOW_LIMIT ? [] : SLOW);
      if (jobs.length > 0) {
        const running = jobs.map((job) => ({ job, end: runJob(options, job, run) }));
        for (const { job, end } of running.filter(({ job }) => SLOW.includes(job.kind))) {
          aside.set(job.id, end.finally(() => aside.delete(job.id)));
        }
        await Promise.all(running.filter(({ job }) => !SLOW.includes(job.kind)).map(({ end }) => end));
        continue;
      }
      const nextAt = await queue.nextAt();
      const soon = Math.min(deadline.getTime(), now().getTime() + WATCH_MS);
      if (nextAt === null || nextAt.getTime() > soon) break;
      watching = await queue.holdWatch(WATCH_LEASE_SECONDS);
      if (!watching) break;
      await wait(Math.min(LONGEST_NAP_MS, Math.max(SHORTEST_NAP_MS, nextAt.getTime() - now().getTime())));
    }
  } finally {
    if (watching) await queue.holdWatch(0);
    await Promise.all(aside.values());
  }
  return run;
}

async function runJob({ queue, world, onFailure }: EngineOptions, job: Job, run: EngineRun): Promise<void> {
  try {
    const result = await CYCLE[job.kind](world, job);
    if (result.done) {
      await queue.finish(job);
      run.done++;
    } else {
      await queue.postpone(job, result.runAt);
      run.postponed++;
    }
  } catch (error) {
    const failure = toFailure(error);
    const text = describeError(error).message;
    run.failed++;
    onFailure?.(job, text);
    try {
      // What will fail again in the same way is given up at once. A conflict will not: whoever was first is read next time.
      const again = failure.retry || failure.status >= 500 || failure.code === "conflict";
      await queue.fail(job, text, again);
    } catch (lost) {
      // The database is out of reach: the lease runs out and the job comes back by itself.
      onFailure?.(job, describeError(lost).message);
    }
  }
}
