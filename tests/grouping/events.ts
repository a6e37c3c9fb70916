import type { ErrorEvent, ExceptionValue, Frame } from "../../supabase/functions/_shared/signals/event.ts";
import { exceptionsFromText } from "../../supabase/functions/_shared/signals/stack/parse-stack.ts";

/** An event with nothing in it but what is given. */
export function event(given: Partial<ErrorEvent> = {}): ErrorEvent {
  return {
    eventId: "0".repeat(32),
    occurredAt: "2026-01-01T00:00:00.000Z",
    level: "error",
    platform: "javascript",
    logger: null,
    message: null,
    messageTemplate: null,
    exceptions: [],
    release: null,
    environment: null,
    serverName: null,
    transaction: null,
    traceId: null,
    sdk: null,
    tags: {},
    userHash: null,
    clientFingerprint: null,
    request: null,
    breadcrumbs: [],
    contexts: {},
    extra: {},
    debugImages: [],
    ...given,
  };
}

/** A frame with nothing in it but what is given. */
export function frame(given: Partial<Frame> = {}): Frame {
  return {
    function: null,
    module: null,
    filename: null,
    absPath: null,
    line: null,
    column: null,
    inApp: null,
    contextLine: null,
    preContext: [],
    postContext: [],
    ...given,
  };
}

export function exception(type: string, value: string | null, frames: Frame[] = []): ExceptionValue {
  return { type, value, module: null, handled: null, mechanism: null, frames };
}

/** An event as an SDK would send it for a printed stack; engines that print no header get type and value from here. */
export function thrown(
  stack: string,
  type = "TypeError",
  value: string | null = null,
  given: Partial<ErrorEvent> = {},
): ErrorEvent {
  const exceptions = exceptionsFromText(stack);
  const outermost = exceptions.at(-1);
  if (outermost) {
    outermost.type ??= type;
    outermost.value ??= value;
  }
  return event({ exceptions, ...given });
}
