import type { MigrationKind } from "../migrations/kind.ts";

/** How a change of each kind can be taken back. */
export const ROLLBACK_METHODS = [
  "vercel_abort_rolling_release",
  "vercel_instant_rollback",
  "github_revert_pull_request",
  "edge_function_redeploy",
  "configuration_revert",
  "flag_off",
  "process_restore",
] as const;
export type RollbackMethod = (typeof ROLLBACK_METHODS)[number];

/** Where a change came from; `process` is a local process that runs a given version. */
export type ChangeTarget = "vercel" | "github" | "supabase" | "configuration" | "flag" | "process";

/** One version that served, or serves, a target. */
export interface ServedVersion {
  /** Deployment id, function version, configuration version. */
  id: string;
  at: number;
  /** What makes two versions the same: commit, or hash of the body. Null when unknown. */
  contentHash: string | null;
  migration: MigrationKind;
  /** Versions that were found bad: nothing goes back to them. */
  bad: boolean;
  /** True when the body is stored, for targets that keep no versions. */
  bodyStored: boolean;
}

/** Everything that decides how a target could go back, recorded while all is well. */
export interface RollbackSituation {
  target: ChangeTarget;
  /**
   * Versions of other targets, with what their migrations did: one database is shared by all that a project deploys. Names and moments only.
   */
  elsewhere: Pick<ServedVersion, "id" | "at" | "migration">[];
  /** Versions in order of time, the serving one last. */
  history: ServedVersion[];
  /** The version to take back. */
  blamed: string;
  vercel: { plan: "hobby" | "pro" | "enterprise"; rollingRelease: "none" | "active" } | null;
  /** Commit to revert, and whether a token may push branches and open pull requests. */
  github: { commit: string | null; mayWrite: boolean } | null;
  /** Whether the token of the target may change it. */
  mayWrite: boolean;
}

export interface RollbackPlan {
  method: RollbackMethod;
  /** Version that serves afterwards; null when a pull request decides that later. */
  toVersion: string | null;
  /** Seconds until it takes effect, as the platforms document or are known to need. */
  expectedSeconds: number;
  reversible: boolean;
}

export type RollbackDecision =
  | { decision: "automatic"; plan: RollbackPlan; reasons: string[] }
  | { decision: "human"; plan: RollbackPlan | null; reasons: string[] }
  | { decision: "impossible"; plan: null; reasons: string[] };
