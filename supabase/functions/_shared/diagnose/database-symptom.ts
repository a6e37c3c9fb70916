import type { ErrorEvent } from "../signals/event.ts";
import type { Facts } from "./diagnosis.ts";
import { extractFacts } from "./facts.ts";
import { readEvent } from "./reading/reading.ts";

/** SQLSTATEs whose reason is found in the state of the server, not in the statement. Two characters name a class. */
const SERVER_STATES = [
  "53",
  "57014",
  "55P03",
  "55000",
  "40001",
  "40P01",
  "25P02",
  "25P03",
  "54",
  "XX",
  "57P0",
  "08",
];
const POSTGREST_STATES = new Set(["PGRST000", "PGRST001", "PGRST002", "PGRST003"]);
const DATABASE_PORTS = new Set([5432, 6432, 6543]);
const WAITING =
  /\b(?:time[ds]?[ -]?outs?|timed out|slow|too long|pool|lock(?:ed|s)?|deadlock|exhausted|connections?|quer(?:y|ies)|jobs?|queues?|dead[ -]letters?|materiali[sz]ed view|not been populated)\b/;

/**
 * Whether the state of the database may explain the error, so that an inspection is worth its cost and its findings count.
 * An error that names another host waits for that host; one that names a constraint or a missing column explains itself.
 */
export function needsInspection(event: ErrorEvent): boolean {
  return isDatabaseSymptom(event, extractFacts(event));
}

export function isDatabaseSymptom(event: ErrorEvent, facts: Facts): boolean {
  const { sqlstate, code, host, port, status } = facts;
  if (typeof sqlstate === "string") return SERVER_STATES.some((prefix) => sqlstate.startsWith(prefix));
  if (typeof code === "string" && POSTGREST_STATES.has(code)) return true;
  if (typeof port === "number") return DATABASE_PORTS.has(port);
  if (typeof host === "string" && !isDatabaseHost(host)) return false;
  if (status === 504) return true;
  return readEvent(event).lowered.some((text) => WAITING.test(text));
}

/** Postgres and Supabase name their hosts so; `localhost` is the local one. */
function isDatabaseHost(host: string): boolean {
  return /(?:^|[.-])(?:db|database|postgres|pg|pooler|supabase)(?:[.-]|$)|^(?:localhost|127\.0\.0\.1|::1)$/
    .test(host);
}
