import type { Traffic } from "../event.ts";

type Where = Pick<Traffic, "minuteAt" | "release" | "environment">;
type Counts = Omit<Traffic, keyof Where>;

/** Adds up traffic by minute, release and environment, so that a request with many sessions makes few rows. */
export class TrafficSum {
  readonly #minutes = new Map<string, Traffic>();

  add({ minuteAt, release, environment }: Where, counts: Partial<Counts>): void {
    const key = JSON.stringify([minuteAt, release, environment]);
    let sum = this.#minutes.get(key);
    if (!sum) {
      sum = {
        minuteAt,
        release,
        environment,
        requestCount: 0,
        failedRequestCount: 0,
        sessionCount: 0,
        crashedSessionCount: 0,
        durationMsSum: 0,
      };
      this.#minutes.set(key, sum);
    }
    sum.requestCount += counts.requestCount ?? 0;
    sum.failedRequestCount += counts.failedRequestCount ?? 0;
    sum.sessionCount += counts.sessionCount ?? 0;
    sum.crashedSessionCount += counts.crashedSessionCount ?? 0;
    sum.durationMsSum += counts.durationMsSum ?? 0;
  }

  minutes(): Traffic[] {
    return [...this.#minutes.values()];
  }
}
