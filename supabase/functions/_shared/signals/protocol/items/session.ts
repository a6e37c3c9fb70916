import { count, get, list, record, text, type Unknown } from "../coerce.ts";
import type { ParseContext } from "../context.ts";
import { MAX_NAME_CHARS, MAX_SESSION_AGGREGATES } from "../limits.ts";
import { scrubbed } from "../normalize.ts";
import { minuteOf, occurredAt } from "../time.ts";
import type { TrafficSum } from "../traffic-sum.ts";

/**
 * One update of one session. SDKs send the first with `init` and then every change: the session is counted once, by
 * its first update, and its crash once, since nothing follows a crash.
 */
export function addSession(raw: Unknown, context: ParseContext, traffic: TrafficSum): void {
  const started = get(raw, "init") === true;
  const crashed = text(get(raw, "status")) === "crashed";
  if (!started && !crashed) return;
  traffic.add(where(raw, get(raw, "timestamp") ?? get(raw, "started"), context), {
    sessionCount: started ? 1 : 0,
    crashedSessionCount: crashed ? 1 : 0,
  });
}

/** Sessions that a server's SDK has counted itself, by minute and outcome. */
export function addSessionAggregates(raw: Unknown, context: ParseContext, traffic: TrafficSum): void {
  const aggregates = list(get(raw, "aggregates")).slice(0, MAX_SESSION_AGGREGATES);
  for (const aggregate of aggregates) {
    const fields = record(aggregate);
    const of = (outcome: string) => count(get(fields, outcome)) ?? 0;
    const crashed = of("crashed");
    const sessionCount = of("exited") + of("errored") + of("abnormal") + of("unhandled") + crashed;
    if (sessionCount === 0) continue;
    traffic.add(where(raw, get(fields, "started"), context), { sessionCount, crashedSessionCount: crashed });
  }
}

function where(raw: Unknown, at: unknown, context: ParseContext) {
  const attributes = record(get(raw, "attrs"));
  const release = text(get(attributes, "release"));
  return {
    minuteAt: minuteOf(occurredAt(at, context.receivedAt)),
    release: release === null ? null : context.scrubber.version(release, MAX_NAME_CHARS),
    environment: scrubbed(context.scrubber, get(attributes, "environment"), MAX_NAME_CHARS),
  };
}
