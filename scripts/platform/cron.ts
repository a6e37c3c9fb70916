import type { Database, Queryable } from "./database.ts";
import { identifier } from "./database.ts";
import { matches, parseSchedule } from "./cron-schedule.ts";

/** How often due jobs are looked for, ms: the shortest interval that a schedule can name. */
const TICK_MS = 1000;
const MINUTE_MS = 60_000;

interface Job {
  jobid: number;
  schedule: string;
  command: string;
  database: string;
  username: string;
}

/** Whether a job with this schedule is due at some moment after `since` and up to `now` (both ms). */
export function isDue(schedule: string, since: number, now: number, lastStart: number | undefined): boolean {
  const parsed = parseSchedule(schedule);
  if (!parsed) return false;
  if (parsed.kind === "interval") return lastStart === undefined || now - lastStart >= parsed.seconds * 1000;
  const first = Math.floor(since / MINUTE_MS) + 1;
  for (let minute = first; minute * MINUTE_MS <= now; minute++) {
    if (matches(parsed, new Date(minute * MINUTE_MS))) return true;
  }
  return false;
}

/** Runs the jobs of the `cron` stand-in. At most one run of a job at a time; one more may wait, as in pg_cron. */
export class Cron {
  readonly #running = new Map<number, Promise<void>>();
  readonly #waiting = new Set<number>();
  readonly #lastStart = new Map<number, number>();
  #ticking: Promise<void> = Promise.resolve();
  #since = Date.now();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly database: Database, private readonly onError: (error: unknown) => void) {}

  async start(): Promise<void> {
    await this.database.query(
      `update cron.job_run_details set status = 'failed', return_message = 'server restarted', end_time = now()
      where status in ('starting', 'running')`,
    );
    this.#since = Date.now();
    this.#timer = setInterval(() => {
      this.#ticking = this.#ticking.then(() => this.tick(Date.now())).catch(this.onError);
    }, TICK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#ticking;
    this.#waiting.clear();
    await Promise.all(this.#running.values());
  }

  /** Starts everything that became due since the last tick. */
  async tick(now: number): Promise<void> {
    const since = this.#since;
    this.#since = now;
    const jobs = await this.database.query(
      "select jobid, schedule, command, database, username from cron.job where active order by jobid",
    ) as unknown as Job[];
    for (const job of jobs) {
      // An interval counts from the first time that its job was seen, so that nothing runs at the very start.
      const last = this.#lastStart.get(job.jobid);
      if (last === undefined) this.#lastStart.set(job.jobid, since);
      if (isDue(job.schedule, since, now, last ?? since)) this.#begin(job, now);
    }
  }

  #begin(job: Job, now: number): void {
    if (this.#running.has(job.jobid)) {
      this.#waiting.add(job.jobid);
      return;
    }
    this.#lastStart.set(job.jobid, now);
    const run = runJob(this.database, job).catch(this.onError).then(() => {
      this.#running.delete(job.jobid);
      if (this.#waiting.delete(job.jobid)) this.#begin(job, Date.now());
    });
    this.#running.set(job.jobid, run);
  }
}

async function runJob(database: Database, job: Job): Promise<void> {
  const [run] = await database.query(
    `insert into cron.job_run_details (jobid, job_pid, database, username, command, status, start_time)
    values ($1, pg_backend_pid(), $2, $3, $4, 'running', clock_timestamp()) returning runid`,
    [job.jobid, job.database, job.username, job.command],
  );
  const { status, message } = await database.session((session) => execute(session, job));
  await database.query(
    "update cron.job_run_details set status = $2, return_message = $3, end_time = clock_timestamp() where runid = $1",
    [run?.runid, status, message],
  );
}

/** The command alone at top level, as its owner; then the session is as it was. */
async function execute(session: Queryable, job: Job): Promise<{ status: string; message: string }> {
  const [before] = await session.query("select session_user as name");
  try {
    await session.script(`set session authorization ${identifier(job.username)}`);
    const rows = await session.script(job.command);
    return { status: "succeeded", message: rows === 1 ? "1 row" : `${rows} rows` };
  } catch (error) {
    return { status: "failed", message: `ERROR: ${error instanceof Error ? error.message : String(error)}` };
  } finally {
    await session.script("rollback");
    // By name, because PGlite does not know whom `reset session authorization` would go back to.
    await session.script(`set session authorization ${identifier(String(before?.name))}`);
    await session.script("reset all");
  }
}
