import { count, get, isRecord, type Unknown } from "../coerce.ts";
import type { ParseContext, SignalsBuilder } from "../context.ts";
import { type Envelope, type EnvelopeItem, parseJson } from "../envelope.ts";
import {
  MAX_CHECK_IN_BYTES,
  MAX_EVENT_BYTES,
  MAX_EVENTS_PER_REQUEST,
  MAX_LOG_BYTES,
  MAX_SESSION_BYTES,
  MAX_SPAN_BYTES,
} from "../limits.ts";
import { normalizeEvent } from "../normalize.ts";
import type { RateCategory } from "../rate-category.ts";
import { Rejection } from "../rejection.ts";
import { readCheckIn } from "./check-in.ts";
import { addLogs } from "./log.ts";
import { addSession, addSessionAggregates } from "./session.ts";
import { addSpans } from "./span.ts";
import { addTransaction } from "./transaction.ts";

interface ItemKind {
  maxBytes: number;
  category: RateCategory;
  add(
    payload: Unknown,
    item: EnvelopeItem,
    envelope: Envelope,
    context: ParseContext,
    signals: SignalsBuilder,
  ): void;
}

/** The items that Prunella reads. Every other type is skipped: SDKs send more of them with every release. */
const KINDS: Record<string, ItemKind> = {
  event: { maxBytes: MAX_EVENT_BYTES, category: "error", add: addEvent },
  transaction: {
    maxBytes: MAX_EVENT_BYTES,
    category: "transaction",
    add: (payload, _item, _envelope, context, signals) => addTransaction(payload, context, signals.traffic),
  },
  span: {
    maxBytes: MAX_SPAN_BYTES,
    category: "span",
    add: (payload, _item, _envelope, context, signals) => addSpans(payload, context, signals.traffic),
  },
  session: {
    maxBytes: MAX_SESSION_BYTES,
    category: "session",
    add: (payload, _item, _envelope, context, signals) => addSession(payload, context, signals.traffic),
  },
  sessions: {
    maxBytes: MAX_SESSION_BYTES,
    category: "session",
    add: (payload, _item, _envelope, context, signals) =>
      addSessionAggregates(payload, context, signals.traffic),
  },
  check_in: {
    maxBytes: MAX_CHECK_IN_BYTES,
    category: "monitor",
    add(payload, _item, _envelope, context, signals) {
      const heartbeat = readCheckIn(payload, context);
      if (heartbeat) signals.heartbeats.push(heartbeat);
      else signals.problems.push("a check_in names no monitor");
    },
  },
  log: {
    maxBytes: MAX_LOG_BYTES,
    category: "log_item",
    add: (payload, item, _envelope, context, signals) => addLogs(payload, item.header, context, signals),
  },
  otel_log: {
    maxBytes: MAX_LOG_BYTES,
    category: "log_item",
    add: (payload, item, _envelope, context, signals) => addLogs(payload, item.header, context, signals),
  },
};

/**
 * Reads the items of an envelope whose category `admits`. An item that cannot be read is left out and named in
 * `problems`; the others are not affected.
 * @throws Rejection 413 or 400 when nothing at all could be read, so that the sender learns of it.
 */
export function addItems(
  envelope: Envelope,
  context: ParseContext,
  signals: SignalsBuilder,
  admits: (category: RateCategory, count: number) => boolean = () => true,
): void {
  let read = 0;
  let failure: Rejection | null = null;
  for (const item of envelope.items) {
    const kind = Object.hasOwn(KINDS, item.type) ? KINDS[item.type]! : null;
    if (!kind || !admits(kind.category, recordsIn(item))) {
      read += 1;
      continue;
    }
    if (item.payload.length > kind.maxBytes) {
      failure = new Rejection(413, `${item.type} is larger than ${kind.maxBytes} bytes`);
    } else {
      const payload = parseJson(item.payload);
      if (isRecord(payload) || (kind.category === "log_item" && Array.isArray(payload))) {
        kind.add(payload as Unknown, item, envelope, context, signals);
        read += 1;
        continue;
      }
      failure = new Rejection(400, `${item.type} is not valid JSON`);
    }
    signals.problems.push(failure.detail);
  }
  if (read === 0 && failure) throw failure;
}

/** How many records an item says to hold: containers of logs tell, everything else holds one. */
function recordsIn(item: EnvelopeItem): number {
  return Math.min(Math.max(count(get(item.header, "item_count")) ?? 1, 1), MAX_EVENTS_PER_REQUEST);
}

function addEvent(
  payload: Unknown,
  _item: EnvelopeItem,
  envelope: Envelope,
  context: ParseContext,
  signals: SignalsBuilder,
): void {
  if (get(payload, "type") === "transaction") return addTransaction(payload, context, signals.traffic);
  if (signals.events.length >= MAX_EVENTS_PER_REQUEST) {
    signals.problems.push(`more than ${MAX_EVENTS_PER_REQUEST} events`);
    return;
  }
  signals.events.push(normalizeEvent(payload, context, get(envelope.header, "event_id")));
}
