import type { JsonObject } from "../platform/json.ts";

export const CATEGORIES = [
  "configuration",
  "database",
  "network",
  "authentication",
  "authorization",
  "rate_limit",
  "resource",
  "dependency",
  "validation",
  "frontend",
  "runtime",
  "deployment",
  "storage",
  "ai",
  "unknown",
] as const;
export type Category = (typeof CATEGORIES)[number];

export const SEVERITIES = ["critical", "high", "medium", "low"] as const;
/** critical is P0: Prunella never acts on it without a human. */
export type Severity = (typeof SEVERITIES)[number];

/** How well one universal pattern fits the issue. `strength` is in 0..1; `why` is a sentence for people. */
export interface PatternMatch {
  patternId: string;
  slug: string;
  strength: number;
  why: string;
}

/** A deployment as actions see it: what it is, and the way back that was worked out before it was needed. */
export interface SuspectDeployment {
  /** Of its row in `deployment_logs`. */
  id: number;
  target: string;
  /** The deployment's name at its target. */
  externalId: string;
  service: string;
  environment: string;
  commit: string | null;
  rollback: {
    decision: "automatic" | "human" | "impossible";
    /** One of `ROLLBACK_METHODS`; null when there is none. */
    method: string | null;
    toId: number | null;
    toExternalId: string | null;
    reasons: string[];
  };
}

/** Something that was changed shortly before the issue began, and the probability that it is the cause. */
export interface SuspectChange {
  kind: "configuration" | "deployment";
  /** What changed, e.g. the configuration key. */
  subject: string;
  /** The version that the change made, and the one before it. */
  version: string;
  previousVersion: string | null;
  changedAt: string;
  probability: number;
  why: string;
  /** What actions need to take it back; present for deployments alone. */
  deployment?: SuspectDeployment;
}

/** One observation that speaks for the diagnosis, as a sentence, with where it came from. */
export interface Evidence {
  kind: "pattern" | "change" | "stack" | "database" | "traffic" | "history" | "dependency";
  statement: string;
  data?: JsonObject;
}

/**
 * Values that actions need as parameters, found in the event or by inspecting the database:
 * `sqlstate`, `relation`, `schema`, `columns`, `host`, `status`, `retry_after_s`, `pid`, `backend_started_at`, `queue`, `flag`, `breaker`...
 */
export type Facts = Record<string, string | number | boolean | string[] | null>;

export interface Diagnosis {
  category: Category;
  severity: Severity;
  /** The in-app frame to look at first. */
  culprit: { function: string | null; filename: string | null; line: number | null } | null;
  probableCause: string;
  /** Best first. */
  patterns: PatternMatch[];
  changes: SuspectChange[];
  facts: Facts;
  evidence: Evidence[];
}
