import { z } from "zod";
import { LEVELS } from "../event.ts";
import type { ParseContext, SignalsBuilder } from "./context.ts";
import { MAX_EVENTS_PER_REQUEST, MAX_MESSAGE_CHARS, MAX_STACK_TEXT_CHARS } from "./limits.ts";
import { normalizeEvent } from "./normalize.ts";
import { Rejection } from "./rejection.ts";
import { readExceptionText } from "./stack-text.ts";
import type { ErrorEvent } from "../event.ts";

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** One event of the plain JSON endpoint: what a shell script or a language without an SDK can send. */
export const plainEventSchema = z.object({
  message: z.string().max(MAX_STACK_TEXT_CHARS).optional()
    .describe("What happened. Required unless `stack` or `type` is given."),
  type: z.string().max(MAX_MESSAGE_CHARS).optional().describe(
    "The kind of error, e.g. `TypeError` or `timeout`.",
  ),
  stack: z.string().max(MAX_STACK_TEXT_CHARS).optional()
    .describe("The stack as the runtime prints it: JavaScript, Python, Java and others."),
  level: z.enum(LEVELS).default("error"),
  event_id: z.string().optional()
    .describe("A UUID. Sending the same one again counts once, so a request may be repeated."),
  timestamp: z.union([z.string(), z.number()]).optional().describe(
    "ISO 8601, or seconds since 1970. Default: now.",
  ),
  platform: z.string().optional(),
  logger: z.string().optional(),
  release: z.string().optional(),
  environment: z.string().optional(),
  server_name: z.string().optional(),
  transaction: z.string().optional().describe("The route or job in which it happened."),
  trace_id: z.string().optional(),
  tags: z.record(z.string(), scalar).optional(),
  extra: z.record(z.string(), z.unknown()).optional(),
  user: z.union([z.string(), z.number(), z.record(z.string(), z.unknown())]).optional()
    .describe("Only a keyed hash of it is kept."),
  fingerprint: z.array(scalar).optional().describe("Events with the same fingerprint are one issue."),
}).refine((event) => event.message ?? event.stack ?? event.type, {
  message: "message, type or stack is required",
});

export type PlainEvent = z.infer<typeof plainEventSchema>;

/** One event, a list, or `{ events: [...] }`. */
export const plainBodySchema = z.union([
  plainEventSchema,
  z.array(plainEventSchema).max(MAX_EVENTS_PER_REQUEST),
  z.object({ events: z.array(plainEventSchema).max(MAX_EVENTS_PER_REQUEST) }),
]);

/**
 * Takes the events of a plain JSON body, all or none: whoever writes such a request by hand wants to hear of a mistake.
 * @returns the ids, in the order of the events.
 * @throws Rejection 400 that names the first mistakes.
 */
export function addPlainEvents(raw: unknown, context: ParseContext, signals: SignalsBuilder): string[] {
  const list = Array.isArray(raw)
    ? raw
    : typeof raw === "object" && raw !== null && Object.hasOwn(raw, "events")
    ? (raw as { events: unknown }).events
    : [raw];
  const parsed = z.array(plainEventSchema).max(MAX_EVENTS_PER_REQUEST).safeParse(list);
  if (!parsed.success) throw new Rejection(400, describe(parsed.error));
  const events = parsed.data.map((event) => toEvent(event, context));
  signals.events.push(...events);
  return events.map((event) => event.eventId);
}

const MISTAKES_TOLD = 3;

function describe(error: z.ZodError): string {
  const mistakes = error.issues.slice(0, MISTAKES_TOLD)
    .map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`);
  return `invalid event: ${mistakes.join("; ")}`;
}

function toEvent(plain: PlainEvent, context: ParseContext): ErrorEvent {
  const { stack, type, message, user, trace_id: trace, ...fields } = plain;
  const parsed = stack === undefined ? [] : readExceptionText(stack, context.scrubber);
  const typed = type === undefined ? [] : [{ type, value: message }];
  const event = normalizeEvent({
    ...fields,
    message,
    user: typeof user === "object" ? user : { id: user },
    contexts: { trace: { trace_id: trace } },
    // A stack that no parser knows is kept for people to read.
    extra: stack !== undefined && parsed.length === 0 ? { ...fields.extra, stack } : fields.extra,
    exception: { values: typed },
  }, context);
  const outermost = parsed.at(-1);
  if (!outermost) return { ...event, contexts: {} };
  const given = event.exceptions[0];
  return {
    ...event,
    contexts: {},
    exceptions: [...parsed.slice(0, -1), {
      ...outermost,
      type: given?.type ?? outermost.type,
      value: given?.value ?? outermost.value ?? event.message,
    }],
  };
}
