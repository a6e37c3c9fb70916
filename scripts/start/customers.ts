import type { LoadReport } from "../../examples/shop/load.ts";

/** Slots that are looked back on: two seconds. */
const SLOTS = 8;
/** From here on customers notice. */
const FAILING_SHARE = 0.03;

/** What the shop's customers see. This is not Prunella's view: it comes from those who send the requests. */
export class Customers {
  #recent: LoadReport[] = [];
  #lastFailureAt = 0;
  total = 0;

  add(report: LoadReport): void {
    this.#recent = [...this.#recent, report].slice(-SLOTS);
    this.total += report.ok + report.failed;
    if (this.failingShare() > FAILING_SHARE && report.failed > 0) this.#lastFailureAt = Date.parse(report.at);
  }

  /** Share of the requests of the last two seconds that failed; 0 where there were none. */
  failingShare(): number {
    const sum = (of: "ok" | "failed") => this.#recent.reduce((total, report) => total + report[of], 0);
    return sum("failed") / Math.max(1, sum("ok") + sum("failed"));
  }

  perSecond(): number {
    const total = this.#recent.reduce((sum, { ok, failed }) => sum + ok + failed, 0);
    return total / Math.max(1, this.#recent.length) * 4;
  }

  /** Milliseconds since a noticeable failure. */
  calmMs(now = Date.now()): number {
    return now - this.#lastFailureAt;
  }

  get lastFailureAt(): Date {
    return new Date(this.#lastFailureAt);
  }
}
