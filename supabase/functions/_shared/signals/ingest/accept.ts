import type { Signals } from "../event.ts";
import { ByteBudget } from "../protocol/body.ts";
import type { ParseContext } from "../protocol/context.ts";
import type { RateCategory } from "../protocol/rate-category.ts";
import { Rejection } from "../protocol/rejection.ts";
import { userHasher } from "../scrub/user-hash.ts";
import { GroupCommit } from "./group-commit.ts";
import { type IngestKey, KeyDirectory, type KeySource } from "./key-directory.ts";
import { type Limited, RateLimiter, rateLimitHeaders } from "./rate-limit.ts";
import { KnownIssues, type Row, rowsOf } from "./rows.ts";
import { WriteFailure } from "./write-failure.ts";

export interface IngestOptions {
  keys: KeySource;
  write(rows: Row[]): Promise<void>;
  /** Key of the hash that stands for a user; null: users are not counted. */
  userHashKey: () => string | null;
  now?: () => Date;
  newId?: () => string;
  /** Told what kept rows from being written. */
  onWriteFailure?: (failure: WriteFailure) => void;
}

/** Seconds after which a sender may try again when the database cannot take more. */
const BUSY_RETRY_SECONDS = 5;

/** What the routes of ingest share: keys, limits, budget and the one way to the database. One per isolate. */
export class Ingest {
  readonly budget = new ByteBudget();
  readonly #directory: KeyDirectory;
  readonly #limiter = new RateLimiter();
  readonly #known = new KnownIssues();
  readonly #commit: GroupCommit;
  readonly #options: IngestOptions;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#directory = new KeyDirectory(options.keys);
    this.#commit = new GroupCommit({
      write: async (rows) => {
        await options.write(rows);
        this.#known.add(rows);
      },
    });
  }

  /** @throws Rejection 403 unless the key exists, was not revoked and belongs to the project. */
  async authenticate(publicKey: string | null, projectId: string): Promise<IngestKey> {
    if (publicKey === null) {
      throw new Rejection(403, "no key: send sentry_key in X-Sentry-Auth, the query or the dsn");
    }
    let key: IngestKey | null;
    try {
      key = await this.#directory.find(publicKey);
    } catch (cause) {
      throw new Rejection(503, "keys cannot be checked now: try again", {
        cause,
        headers: { "retry-after": String(BUSY_RETRY_SECONDS) },
      });
    }
    if (!key) throw new Rejection(403, "unknown or revoked key");
    if (String(key.projectId) !== projectId) throw new Rejection(403, "the key belongs to another project");
    return key;
  }

  /** Takes from the key's allowance; false, and a note in `limited`, when it is used up. */
  admit(key: IngestKey, category: RateCategory, limited: Limited, cost = 1): boolean {
    const taken = this.#limiter.take(key.publicKey, category, key.eventsPerMinute, cost);
    if (!taken.allowed) limited.set(category, Math.max(taken.retryAfterSeconds, limited.get(category) ?? 0));
    return taken.allowed;
  }

  /** @throws Rejection 429 when the allowance is used up. */
  admitOrReject(key: IngestKey, category: RateCategory, cost: number): void {
    const limited: Limited = new Map();
    if (!this.admit(key, category, limited, cost)) throw tooMany(limited);
  }

  parseContext(key: IngestKey): ParseContext {
    return {
      receivedAt: this.#options.now?.() ?? new Date(),
      scrubber: key.scrubber,
      hashUser: userHasher(this.#options.userHashKey(), key.projectId),
      newId: this.#options.newId ?? (() => crypto.randomUUID().replaceAll("-", "")),
    };
  }

  /**
   * Resolves when everything is committed.
   * @throws Rejection 503 when it could not be, 400 when the database refused all of it.
   */
  async record(key: IngestKey, signals: Signals): Promise<void> {
    const rows = rowsOf(key.projectId, signals, key.grouping, this.#known);
    try {
      const { written, refused } = await this.#commit.submit(rows);
      if (refused > 0) {
        this.#options.onWriteFailure?.(new WriteFailure("refused", `${refused} rows were refused`));
      }
      if (refused > 0 && written === 0) throw new Rejection(400, "the content could not be stored");
    } catch (error) {
      if (error instanceof Rejection) throw error;
      if (error instanceof WriteFailure) this.#options.onWriteFailure?.(error);
      throw new Rejection(503, "not stored: try again", {
        cause: error,
        headers: { "retry-after": String(BUSY_RETRY_SECONDS) },
      });
    }
  }
}

export function tooMany(limited: Limited): Rejection {
  return new Rejection(429, "rate limit of this key is used up", { headers: rateLimitHeaders(limited) });
}
