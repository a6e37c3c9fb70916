import { get, isRecord, list, record, text, type Unknown } from "../coerce.ts";
import type { ParseContext } from "../context.ts";
import { MAX_SPANS } from "../limits.ts";
import type { TrafficSum } from "../traffic-sum.ts";
import { addRequest } from "./transaction.ts";

/** What browsers measure of a page beside its requests: clicks, and how fast it was there. */
const MEASUREMENT = /^ui\.(?:interaction|webvital)/;

/**
 * Spans that an SDK sends as they end, in containers `{ version: 2, items: [...] }`, where older ones send
 * transactions. The root of what a service did, its segment, is what a transaction was: one request. The others are
 * parts of it. Spans sent alone, without a container, are measurements of browsers.
 */
export function addSpans(raw: Unknown, context: ParseContext, traffic: TrafficSum): void {
  for (const span of list(get(raw, "items")).slice(0, MAX_SPANS)) {
    if (!isRecord(span) || get(span, "is_segment") !== true) continue;
    const attributes = record(get(span, "attributes"));
    const attribute = (name: string) => get(record(get(attributes, name)), "value");
    if (MEASUREMENT.test(text(attribute("sentry.op")) ?? "")) continue;
    const status = text(get(span, "status"));
    addRequest(
      {
        startedAt: get(span, "start_timestamp"),
        endedAt: get(span, "end_timestamp"),
        // The status itself is only ok or error; which error, the attribute says.
        status: status === "error" ? text(attribute("sentry.status.message")) ?? status : status,
        release: attribute("sentry.release"),
        environment: attribute("sentry.environment"),
      },
      context,
      traffic,
    );
  }
}
