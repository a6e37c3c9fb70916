import { z } from "zod";
import { callRpc, type RpcClient } from "./rpc.ts";

export const JOB_KINDS = [
  "diagnose",
  "apply",
  "verify",
  "roll_back",
  "learn",
  "reason",
  "review_patterns",
  "review_issues",
  "mine_templates",
] as const;
export type JobKind = (typeof JOB_KINDS)[number];

const jobSchema = z.object({
  id: z.number(),
  kind: z.enum(JOB_KINDS),
  project_id: z.number().nullable(),
  issue_id: z.number().nullable(),
  fix_id: z.number().nullable(),
  payload: z.record(z.string(), z.json()),
  attempt_count: z.number(),
  leased_until: z.string(),
});

/** One piece of claimed work. */
export interface Job {
  id: number;
  kind: JobKind;
  projectId: number | null;
  issueId: number | null;
  fixId: number | null;
  /** How often it was begun, this time included. */
  attempt: number;
  /** Until then nobody else may work on it. */
  leasedUntil: Date;
}

/** The queue, as one worker sees it. */
export interface JobQueue {
  /** Due jobs of all kinds but these. */
  claim(limit: number, without?: readonly JobKind[]): Promise<Job[]>;
  /** False when the lease had been lost: somebody else works on it now. */
  finish(job: Job): Promise<boolean>;
  /** Planned work for later; not a failure. */
  postpone(job: Job, runAt: Date): Promise<boolean>;
  /** A failed attempt: again with growing delay, or dead after too many. */
  fail(job: Job, error: string, retry: boolean): Promise<void>;
  /** When the next job is due; null when none is queued. */
  nextAt(): Promise<Date | null>;
  /** Whether this worker is the one that stays up to wait for work. */
  holdWatch(seconds: number): Promise<boolean>;
}

/**
 * The queue in Postgres for one worker. A lease outlives every time-out of the work that it covers, so that a job is
 * taken over only from a worker that is dead.
 *
 * @param worker a name that no other worker has
 */
export function jobQueue(client: RpcClient, worker: string, leaseSeconds: number): JobQueue {
  return {
    async claim(limit, without = []) {
      const rows = await callRpc(client, "claim_jobs", {
        p_worker: worker,
        p_limit: limit,
        p_lease_seconds: leaseSeconds,
        p_kinds: JOB_KINDS.filter((kind) => !without.includes(kind)),
      }, z.array(jobSchema));
      return rows.map((row) => ({
        id: row.id,
        kind: row.kind,
        projectId: row.project_id,
        issueId: row.issue_id,
        fixId: row.fix_id,
        attempt: row.attempt_count,
        leasedUntil: new Date(row.leased_until),
      }));
    },
    finish: (job) => callRpc(client, "finish_job", { p_job_id: job.id, p_worker: worker }, z.boolean()),
    postpone: (job, runAt) =>
      callRpc(client, "postpone_job", {
        p_job_id: job.id,
        p_worker: worker,
        p_run_at: runAt.toISOString(),
      }, z.boolean()),
    async fail(job, error, retry) {
      await callRpc(client, "fail_job", {
        p_job_id: job.id,
        p_worker: worker,
        p_error: error,
        p_retry: retry,
      }, z.string().nullable());
    },
    async nextAt() {
      const at = await callRpc(client, "next_job_at", { p_kinds: [...JOB_KINDS] }, z.string().nullable());
      return at === null ? null : new Date(at);
    },
    holdWatch: (seconds) =>
      callRpc(client, "hold_watch", { p_holder: worker, p_seconds: seconds }, z.boolean()),
  };
}
