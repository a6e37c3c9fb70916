import type { Job } from "../platform/jobs.ts";
import type { FixStore } from "./fix.ts";
import type { TargetsOf } from "./targets.ts";

/** What a step tells the queue: the job is done, or it goes on later. */
export type StepResult = { done: true } | { done: false; runAt: Date };

export const DONE: StepResult = { done: true };

export function later(now: Date, delayMs: number): StepResult {
  return { done: false, runAt: new Date(now.getTime() + delayMs) };
}

/** What the steps of healing work with. */
export interface HealWorld {
  fixes: FixStore;
  targetsOf: TargetsOf;
  now: () => Date;
}

/** The fix that a job is about. Jobs of fixes always name one. */
export function fixIdOf(job: Job): number {
  if (job.fixId === null) throw new Error(`job ${job.id} (${job.kind}) names no fix`);
  return job.fixId;
}

/** Milliseconds that must be left of the lease before a side effect is begun: longer than any call of a target takes. */
export const LEASE_MARGIN_MS = 35_000;

/** True when there is time to finish a side effect before another worker could take the job over. */
export function leaseAllows(job: Job, now: Date): boolean {
  return job.leasedUntil.getTime() - now.getTime() > LEASE_MARGIN_MS;
}
