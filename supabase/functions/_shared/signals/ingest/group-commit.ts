import { BATCH_LIMITS, type BatchLimits, nextBatch, type Waiting } from "./batching.ts";
import type { Row } from "./rows.ts";
import { WriteFailure } from "./write-failure.ts";

/** What became of one request's rows. `refused` ones are such that the database will never take them. */
export interface Receipt {
  written: number;
  refused: number;
}

export interface GroupCommitOptions {
  /** Writes all rows in one transaction, or throws a `WriteFailure`. */
  write(rows: Row[]): Promise<void>;
  limits?: BatchLimits;
  /** Monotonic milliseconds. */
  now?: () => number;
  sleep?: (ms: number) => Promise<void>;
}

/** Pauses before a busy database is asked again, in milliseconds; SDKs do not send twice, so we do. */
const RETRY_AFTER_MS = [50, 250, 1000];
/** Database calls spent on finding the bad rows of one batch: enough for a few, a bound for a flood of them. */
const MAX_CALLS_TO_ISOLATE = 48;

interface Request extends Waiting {
  content: Row[];
  receipt: Receipt;
  /** Rows whose fate is not known yet. */
  open: number;
  failure: WriteFailure | null;
  resolve(receipt: Receipt): void;
  reject(error: WriteFailure): void;
}

interface Unit {
  row: Row;
  request: Request;
}

/**
 * Concurrent requests share one database call, and each is answered after its commit. One call costs the database
 * about the same for one row as for a hundred; without this, throughput would end at the number of round trips.
 */
export class GroupCommit {
  readonly #write: GroupCommitOptions["write"];
  readonly #limits: BatchLimits;
  readonly #now: () => number;
  readonly #sleep: (ms: number) => Promise<void>;
  #queue: Request[] = [];
  #queuedChars = 0;
  #inFlight = 0;
  #waking = false;

  constructor(options: GroupCommitOptions) {
    this.#write = options.write;
    this.#limits = options.limits ?? BATCH_LIMITS;
    this.#now = options.now ?? (() => performance.now());
    this.#sleep = options.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  }

  /**
   * Resolves when the rows are committed.
   * @throws WriteFailure when they are not, or when too much is waiting already.
   */
  submit(content: Row[]): Promise<Receipt> {
    if (content.length === 0) return Promise.resolve({ written: 0, refused: 0 });
    const chars = content.reduce((sum, row) => sum + row.json.length, 0);
    if (this.#queue.length > 0 && this.#queuedChars + chars > this.#limits.queuedChars) {
      return Promise.reject(new WriteFailure("busy", "too much is waiting to be written"));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({
        content,
        rows: content.length,
        chars,
        since: this.#now(),
        receipt: { written: 0, refused: 0 },
        open: content.length,
        failure: null,
        resolve,
        reject,
      });
      this.#queuedChars += chars;
      this.#pump();
    });
  }

  #pump(): void {
    for (;;) {
      const next = nextBatch(this.#queue, this.#inFlight, this.#now(), this.#limits);
      if (next === null) return;
      if ("waitMs" in next) {
        this.#wakeAfter(next.waitMs);
        return;
      }
      const batch = this.#queue.splice(0, next.take);
      this.#queuedChars -= batch.reduce((sum, request) => sum + request.chars, 0);
      this.#inFlight += 1;
      this.#commit(batch.flatMap((request) => request.content.map((row) => ({ row, request })))).finally(
        () => {
          this.#inFlight -= 1;
          this.#pump();
        },
      );
    }
  }

  #wakeAfter(ms: number): void {
    if (this.#waking) return;
    this.#waking = true;
    this.#sleep(ms).then(() => {
      this.#waking = false;
      this.#pump();
    });
  }

  /** Writes a batch. Where the database refuses it, halves it until the bad rows stand alone. Never throws. */
  async #commit(batch: Unit[]): Promise<void> {
    const parts = [batch];
    let calls = 0;
    for (let part = parts.pop(); part; part = parts.pop()) {
      if (calls++ >= MAX_CALLS_TO_ISOLATE) {
        settle(part, new WriteFailure("refused", "too many rows of one batch were refused"));
        continue;
      }
      try {
        await this.#writeWithRetries(part.map((unit) => unit.row));
        settle(part, null);
      } catch (error) {
        const failure = error instanceof WriteFailure
          ? error
          : new WriteFailure("unknown", "writing failed", { cause: error });
        if (failure.kind === "refused" && part.length > 1) {
          const middle = Math.ceil(part.length / 2);
          parts.push(part.slice(middle), part.slice(0, middle));
        } else settle(part, failure);
      }
    }
  }

  async #writeWithRetries(rows: Row[]): Promise<void> {
    for (const pause of RETRY_AFTER_MS) {
      try {
        return await this.#write(rows);
      } catch (error) {
        if (!(error instanceof WriteFailure) || !mayRepeat(error, rows)) throw error;
      }
      await this.#sleep(pause);
    }
    return await this.#write(rows);
  }
}

/** Events carry ids, so writing them twice counts once; counts of traffic would be added twice. */
function mayRepeat(failure: WriteFailure, rows: Row[]): boolean {
  return failure.kind === "busy" ||
    (failure.kind === "unknown" && rows.every((row) => row.kind === "events"));
}

/** Notes the fate of the rows, and answers the requests that have no other rows open. */
function settle(units: Unit[], failure: WriteFailure | null): void {
  for (const { request } of units) {
    request.open -= 1;
    if (failure === null) request.receipt.written += 1;
    else if (failure.kind === "refused") request.receipt.refused += 1;
    else request.failure ??= failure;
    if (request.open > 0) continue;
    if (request.failure) request.reject(request.failure);
    else request.resolve(request.receipt);
  }
}
