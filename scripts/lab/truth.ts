import type { LoadReport } from "../../examples/shop/load.ts";

/** Customers notice when more than this share of their requests fails, and at least `NOTICED_FAILURES` of them. */
const NOTICED_SHARE = 0.03;
const NOTICED_FAILURES = 2;
/** The share is taken over so many milliseconds. */
const WINDOW_MS = 2_000;

/**
 * What really happened to the shop: told by those who send the requests, without a word from Prunella. Times are milliseconds
 * since the epoch.
 */
export class Truth {
  readonly #slots: { at: number; ok: number; failed: number; firstFailureAt: number | null }[] = [];

  add({ at, ok, failed, firstFailureAt }: LoadReport): void {
    this.#slots.push({
      at: Date.parse(at),
      ok,
      failed,
      firstFailureAt: firstFailureAt === null ? null : Date.parse(firstFailureAt),
    });
  }

  /** The first failure after the fault that any customer got, whether it was noticed or not; null without one. */
  firstFailure(faultAt: number): number | null {
    return this.#slots.find(({ firstFailureAt }) => firstFailureAt !== null && firstFailureAt >= faultAt)
      ?.firstFailureAt ?? null;
  }

  /** Whether customers noticed failures between the two moments. */
  isBroken(from: number, to: number): boolean {
    const { failed, total } = this.counts(from, to);
    return failed >= NOTICED_FAILURES && failed / total > NOTICED_SHARE;
  }

  counts(from: number, to: number): { failed: number; total: number } {
    const slots = this.#slots.filter(({ at }) => at > from && at <= to);
    const failed = slots.reduce((sum, slot) => sum + slot.failed, 0);
    return { failed, total: failed + slots.reduce((sum, slot) => sum + slot.ok, 0) };
  }

  /** The first moment after the fault at which customers noticed; null while they have not. */
  brokenSince(faultAt: number): number | null {
    return this.#slots.find(({ at, failed }) => at > faultAt && failed > 0 && this.#noticed(faultAt, at))
      ?.at ?? null;
  }

  /**
   * When the shop was well again: the last noticed failure, once `calmMs` have passed without another. Null before that, and
   * while nothing has broken.
   */
  healedAt(faultAt: number, calmMs: number): number | null {
    const last = this.#slots.findLast(({ at, failed }) =>
      at > faultAt && failed > 0 && this.#noticed(faultAt, at)
    );
    const newest = this.#slots.at(-1);
    if (!last || !newest || newest.at - last.at < calmMs) return null;
    return last.at;
  }

  #noticed(faultAt: number, at: number): boolean {
    return this.isBroken(Math.max(faultAt, at - WINDOW_MS), at);
  }
}
