import type { ErrorEvent } from "../signals/event.ts";
import type { Severity } from "./diagnosis.ts";

/** How much an issue harms at this moment. Unknown numbers are null and count for nothing. */
export interface Impact {
  /** Events of this issue per minute. */
  ratePerMinute: number;
  /** Distinct users in the last hour. */
  userCount: number;
  /** Share of all requests that fail now, 0..1, and how many requests that was measured on. */
  failingShare: number | null;
  requestCount: number | null;
  /** Minutes since the onset. */
  sinceOnsetMinutes: number;
}

export interface SeverityInput {
  event: ErrorEvent;
  /** Severity and strength of the best pattern. */
  pattern: { severity: Severity; strength: number } | null;
  impact: Impact;
}

/**
 * `critical` forbids automation, so only these are: damage to data or a breach, which patterns name; and everything being
 * down for so long that what can be done automatically has not helped. A short total outage is high, on purpose: a bad
 * configuration causes just that, and reverting it is what the machine is best at.
 */
const PATTERN_IS_CERTAIN = 0.7;
const EVERYTHING_DOWN_SHARE = 0.95;
const EVERYTHING_DOWN_REQUESTS = 200;
const EVERYTHING_DOWN_MINUTES = 15;

const MANY_FAIL_SHARE = 0.2;
const SOME_FAIL_SHARE = 0.02;
/** A share of fewer requests than this is chance. */
const SHARE_MINIMUM_REQUESTS = 20;
const MANY_PER_MINUTE = 60;
const MANY_USERS = 50;
const SOME_USERS = 5;

/** Where a failure costs most: people cannot get in, cannot pay, or nobody can administer. */
const CRITICAL_PATH =
  /\b(?:auth|login|logout|signin|sign-in|signup|sign-up|token|session|checkout|payments?|pay|billing|invoices?|orders?|charge|subscriptions?|admin)\b/i;

/** The severity, and the reasons in the order in which they counted. Points: low < 2 <= medium < 4 <= high. */
export function rateSeverity(
  { event, pattern, impact }: SeverityInput,
): { severity: Severity; reasons: string[] } {
  const reasons: string[] = [];
  if (pattern !== null && pattern.severity === "critical" && pattern.strength >= PATTERN_IS_CERTAIN) {
    return { severity: "critical", reasons: ["The cause endangers data."] };
  }
  const { failingShare: share, requestCount } = impact;
  const isMeasured = share !== null && (requestCount ?? 0) >= SHARE_MINIMUM_REQUESTS;
  if (
    share !== null && share >= EVERYTHING_DOWN_SHARE && (requestCount ?? 0) >= EVERYTHING_DOWN_REQUESTS &&
    impact.sinceOnsetMinutes >= EVERYTHING_DOWN_MINUTES
  ) {
    return {
      severity: "critical",
      reasons: [
        `${percent(share)} of all requests have been failing for ${
          Math.round(impact.sinceOnsetMinutes)
        } min.`,
      ],
    };
  }

  let points = 0;
  const count = (weight: number, reason: string) => {
    points += weight;
    reasons.push(reason);
  };
  if (pattern !== null) {
    count(BASE_POINTS[pattern.severity], `The pattern's own severity is ${pattern.severity}.`);
  } else count(LEVEL_POINTS[event.level], `The event's level is ${event.level}.`);
  if (event.level === "fatal") count(2, "It ended the process or page.");
  else if (event.exceptions.some(({ handled }) => handled === false)) count(1, "Nothing caught it.");
  if (isMeasured && share >= MANY_FAIL_SHARE) count(3, `${percent(share)} of all requests fail.`);
  else if (isMeasured && share >= SOME_FAIL_SHARE) count(1, `${percent(share)} of all requests fail.`);
  if (impact.ratePerMinute >= MANY_PER_MINUTE) {
    count(1, `It comes ${Math.round(impact.ratePerMinute)} times a minute.`);
  }
  if (impact.userCount >= MANY_USERS) count(2, `${impact.userCount} users are affected.`);
  else if (impact.userCount >= SOME_USERS) count(1, `${impact.userCount} users are affected.`);
  const path = criticalPath(event);
  if (path !== null) count(1, `It is on a critical path (${path}).`);
  if (event.level === "info" || event.level === "debug") count(-2, `It was only reported as ${event.level}.`);
  const severity: Severity = points >= 4 ? "high" : points >= 2 ? "medium" : "low";
  return { severity, reasons };
}

const BASE_POINTS: Record<Severity, number> = { critical: 4, high: 3, medium: 2, low: 0 };
const LEVEL_POINTS: Record<ErrorEvent["level"], number> = {
  fatal: 2,
  error: 1,
  warning: 0,
  info: 0,
  debug: 0,
};

function criticalPath({ transaction, request }: ErrorEvent): string | null {
  for (const text of [transaction, pathOf(request?.url ?? null)]) {
    const match = text === null ? null : CRITICAL_PATH.exec(text.replaceAll("_", " "));
    if (match) return match[0].toLowerCase();
  }
  return null;
}

/** The path alone: a host such as admin.example.com or a token in the query says nothing about what was done. */
function pathOf(url: string | null): string | null {
  if (url === null) return null;
  try {
    return new URL(url, "http://relative.invalid").pathname;
  } catch {
    return null;
  }
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
