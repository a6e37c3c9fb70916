import type {
  RollbackDecision,
  RollbackMethod,
  RollbackPlan,
  RollbackSituation,
  ServedVersion,
} from "./types.ts";

/** Instant rollback re-points domains without a build; a pull request waits for people and a build. */
const EXPECTED_SECONDS: Record<RollbackMethod, number> = {
  vercel_abort_rolling_release: 10,
  vercel_instant_rollback: 10,
  github_revert_pull_request: 900,
  edge_function_redeploy: 20,
  configuration_revert: 1,
  flag_off: 1,
  process_restore: 5,
};

/**
 * The right way back from a blamed change, or why there is none.
 *
 * Only the serving version can be taken back by itself: with another one on top, going back takes that away too, which is for a
 * human to decide. Never automatic past an irreversible database migration, whoever made it, and never to a version known bad.
 */
export function planRollback(situation: RollbackSituation): RollbackDecision {
  const index = situation.history.findIndex((version) => version.id === situation.blamed);
  if (index < 0) return impossible(`${situation.blamed} is not in the history of this target`);
  const revoked = situation.history.slice(index);
  const to = lastGood(situation.history.slice(0, index), situation.history[index]!);
  const found = methodFor(situation, index, to);
  if ("reason" in found) return fallback(situation, found.reason);
  const { method } = found;

  const plan: RollbackPlan = {
    method,
    toVersion: method === "github_revert_pull_request" ? null : to?.id ?? null,
    expectedSeconds: EXPECTED_SECONDS[method],
    reversible: true,
  };
  // Everything between the version that serves afterwards and the one that serves now is undone, not the blamed one alone.
  const undone = to ? situation.history.slice(situation.history.indexOf(to) + 1) : revoked;
  const reasons: string[] = [];
  const carried = [...undone, ...since(undone, situation.elsewhere)];
  const migrations = carried.filter((version) => version.migration === "irreversible");
  if (migrations.length > 0) {
    reasons.push(
      `${
        list(migrations)
      } carried an irreversible database migration: the older code may not run on the new schema`,
    );
  }
  const unknown = carried.filter((version) => version.migration === "unknown");
  if (unknown.length > 0) {
    reasons.push(
      `nobody could tell what ${list(unknown)} did to the database: the older code may not run on its schema`,
    );
  }
  const additive = undone.filter((version) => version.migration === "additive");
  if (revoked.length > 1) {
    reasons.push(`${list(revoked.slice(1))} came later and would be taken back as well`);
  }
  if (plan.method === "github_revert_pull_request") reasons.push("a pull request is merged by people");
  if (reasons.length > 0) return { decision: "human", plan, reasons };
  const note = additive.length > 0 ? [`the migration of ${list(additive)} stays and is compatible`] : [];
  return {
    decision: "automatic",
    plan,
    reasons: [`back to ${plan.toVersion ?? "off"} by ${plan.method}`, ...note],
  };
}

/** What was deployed elsewhere since the version that serves afterwards was replaced: its code has not seen that database yet. */
function since<T extends { at: number }>(undone: readonly ServedVersion[], elsewhere: readonly T[]): T[] {
  const from = undone[0]?.at ?? Infinity;
  return elsewhere.filter(({ at }) => at >= from);
}

/** The latest earlier version that is not bad and is not the blamed content under another name. */
function lastGood(earlier: readonly ServedVersion[], blamed: ServedVersion): ServedVersion | null {
  const good = earlier.filter((version) =>
    !version.bad && (version.contentHash === null || version.contentHash !== blamed.contentHash)
  );
  return good.at(-1) ?? null;
}

/** The method, or why there is none. */
function methodFor(
  situation: RollbackSituation,
  index: number,
  to: ServedVersion | null,
): { method: RollbackMethod } | { reason: string } {
  const { target, vercel, history } = situation;
  if (!situation.mayWrite && target !== "github") {
    return { reason: "the token of this target may not change it" };
  }
  if (target === "vercel" && vercel?.rollingRelease === "active" && index === history.length - 1) {
    return { method: "vercel_abort_rolling_release" };
  }
  if (target === "github") {
    if (!situation.github?.commit) return { reason: "the commit is not known" };
    return situation.github.mayWrite
      ? { method: "github_revert_pull_request" }
      : { reason: "the GitHub token may not push a branch" };
  }
  if (target === "flag") return { method: "flag_off" };
  if (!to) return { reason: "there is no earlier good version" };
  switch (target) {
    case "vercel": {
      const back = history.length - 1 - history.indexOf(to);
      if (vercel?.plan === "hobby" && back > 1) {
        return { reason: "the Hobby plan can go back one deployment only" };
      }
      return { method: "vercel_instant_rollback" };
    }
    case "supabase":
      return to.bodyStored
        ? { method: "edge_function_redeploy" }
        : { reason: `the body of version ${to.id} was never stored` };
    case "configuration":
      return { method: "configuration_revert" };
    case "process":
      return { method: "process_restore" };
  }
}

/** Where the platform cannot go back, the repository still can. */
function fallback(situation: RollbackSituation, reason: string): RollbackDecision {
  const { github, target } = situation;
  if (
    target !== "github" && (target === "vercel" || target === "supabase") && github?.commit && github.mayWrite
  ) {
    const method = "github_revert_pull_request";
    const plan = {
      method,
      toVersion: null,
      expectedSeconds: EXPECTED_SECONDS[method],
      reversible: true,
    } as const;
    return { decision: "human", plan, reasons: [reason, "a revert in the repository is possible instead"] };
  }
  return impossible(reason);
}

function impossible(reason: string): RollbackDecision {
  return { decision: "impossible", plan: null, reasons: [reason] };
}

function list(versions: readonly { id: string }[]): string {
  return versions.map((version) => version.id).join(", ");
}
