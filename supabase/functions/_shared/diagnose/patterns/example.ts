import type { ErrorEvent } from "../../signals/event.ts";
import type { ExampleEvent } from "./pattern.ts";

/** An example in the shape that every parser of signals ends in. Its time is fixed: examples have no moment. */
export function eventOfExample(example: ExampleEvent): ErrorEvent {
  return {
    eventId: "0".repeat(32),
    occurredAt: "2026-01-01T00:00:00.000Z",
    level: "error",
    platform: example.platform ?? "node",
    logger: null,
    message: example.type === undefined ? example.message : null,
    messageTemplate: null,
    exceptions: example.type === undefined ? [] : [{
      type: example.type,
      value: example.message,
      module: example.module ?? null,
      handled: null,
      mechanism: null,
      frames: [],
    }],
    release: null,
    environment: null,
    serverName: null,
    transaction: null,
    traceId: null,
    sdk: null,
    tags: {},
    userHash: null,
    clientFingerprint: null,
    request: example.status === undefined && example.url === undefined
      ? null
      : { method: null, url: example.url ?? null, status: example.status ?? null },
    breadcrumbs: [],
    contexts: example.contexts ?? {},
    extra: example.extra ?? {},
    debugImages: [],
  };
}
