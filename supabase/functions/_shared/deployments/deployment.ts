import type { Touched } from "./blame/types.ts";
import type { MigrationKind } from "./migrations/kind.ts";

export const TARGETS = ["vercel", "github", "supabase", "process", "other"] as const;
export type DeploymentTarget = (typeof TARGETS)[number];

export const STATUSES = [
  "created",
  "building",
  "ready",
  "serving",
  "superseded",
  "rolled_back",
  "failed",
  "canceled",
] as const;
export type DeploymentStatus = (typeof STATUSES)[number];

export { MIGRATION_KINDS } from "./migrations/kind.ts";

/** Paths kept per deployment; more say nothing that these do not. */
export const FILES_LIMIT = 1000;

/** What a webhook, a poll or a pipeline tells about one deployment. Times ISO 8601; what is absent is not known (yet). */
export interface DeploymentReport {
  target: DeploymentTarget;
  /** The deployment's name at its target. */
  external_id: string;
  service: string;
  environment: string;
  status: DeploymentStatus;
  /** When it reached this status. */
  at: string;
  /** `rolled_back`: it serves again because what replaced it was taken back. */
  displaces?: "superseded" | "rolled_back";
  /** The label that events and traffic carry while it runs. */
  release?: string | null;
  commit_sha?: string | null;
  /** What makes two deployments the same besides the commit: the hash of what is deployed. */
  content_hash?: string | null;
  branch?: string | null;
  author?: string | null;
  message?: string | null;
  url?: string | null;
  files?: string[] | null;
  file_count?: number | null;
  line_count?: number | null;
  /** What its diff says, where that is known at once. */
  touched?: Touched | null;
  created_at?: string;
  rollout?: { at: string; share: number }[];
  migration?: MigrationKind | null;
}

/** Within one line deployments replace each other. */
export function lineOf(
  { target, service, environment }: { target: string; service: string; environment: string },
): string {
  return `${target}/${service}/${environment}`;
}
