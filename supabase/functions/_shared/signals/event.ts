import type { JsonObject } from "../platform/json.ts";

export const LEVELS = ["fatal", "error", "warning", "info", "debug"] as const;
export type Level = (typeof LEVELS)[number];

/** One call in a stack. Lines and columns count from 1, as every runtime prints them. */
export interface Frame {
  function: string | null;
  module: string | null;
  filename: string | null;
  absPath: string | null;
  line: number | null;
  column: number | null;
  /** Null until `signals/stack/` has decided. */
  inApp: boolean | null;
  contextLine: string | null;
  preContext: string[];
  postContext: string[];
  isAsync?: boolean;
  isNative?: boolean;
}

/** One exception of a chain. */
export interface ExceptionValue {
  type: string | null;
  value: string | null;
  module: string | null;
  handled: boolean | null;
  mechanism: string | null;
  /** Innermost call last, as Sentry orders them. Empty when the SDK sent none. */
  frames: Frame[];
}

/**
 * One error occurrence, whatever protocol brought it. Bounded and scrubbed: what is in here may be stored.
 * Every parser under `signals/` ends in this shape, and every later stage starts from it.
 */
export interface ErrorEvent {
  /** 32 lower-case hex digits. Made by us when the sender gave none. */
  eventId: string;
  /** ISO 8601, UTC, as the sender's clock had it; clamped to the receive time if it lies in the future. */
  occurredAt: string;
  level: Level;
  platform: string;
  logger: string | null;
  message: string | null;
  /** The message before its parameters were put in, when the sender told. */
  messageTemplate: string | null;
  /** The root cause first, the outermost exception last, as Sentry orders them. */
  exceptions: ExceptionValue[];
  release: string | null;
  environment: string | null;
  serverName: string | null;
  transaction: string | null;
  traceId: string | null;
  sdk: { name: string; version: string } | null;
  tags: Record<string, string>;
  /** A keyed hash of the user's id or address: enough to count users, never to name them. */
  userHash: string | null;
  /** What the client asked for with `fingerprint`; `{{ default }}` still inside. */
  clientFingerprint: string[] | null;
  request: { method: string | null; url: string | null; status: number | null } | null;
  breadcrumbs: JsonObject[];
  contexts: JsonObject;
  extra: JsonObject;
  /** Debug images of source maps: `{ debugId, codeFile }`. */
  debugImages: { debugId: string; codeFile: string }[];
}

/** What transactions and sessions tell: how much the application was used. Counts are increments. */
export interface Traffic {
  /** Start of the minute, ISO 8601 UTC. */
  minuteAt: string;
  release: string | null;
  environment: string | null;
  requestCount: number;
  failedRequestCount: number;
  sessionCount: number;
  crashedSessionCount: number;
  durationMsSum: number;
}

/** One check-in of a monitored schedule. */
export interface Heartbeat {
  monitorSlug: string;
  checkInId: string;
  status: "ok" | "error" | "in_progress";
  occurredAt: string;
  durationMs: number | null;
  environment: string | null;
  /** Expected seconds between check-ins, when the sender configured the monitor. */
  intervalSeconds: number | null;
  marginSeconds: number | null;
}

/** Everything one request brought, ready for the database. */
export interface Signals {
  events: ErrorEvent[];
  traffic: Traffic[];
  heartbeats: Heartbeat[];
}
