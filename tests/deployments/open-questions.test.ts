import { describe, expect, it } from "vitest";
import { openQuestions } from "../../supabase/functions/_shared/deployments/shell/migrations.ts";
import type { DeploymentRow } from "../../supabase/functions/_shared/deployments/store.ts";
import { deploymentRow } from "./rows.ts";

const NOW = new Date(Date.UTC(2025, 0, 6, 12));
const NOTHING_TOUCHED = { functions: {}, words: [] };

/** One a minute. */
const deployment = (id: number, more: Partial<DeploymentRow> = {}) =>
  deploymentRow(id, new Date(NOW.getTime() - (10 - id) * 60_000).toISOString(), more);

/** Ids of the deployments of which the repository is to be asked. */
function asked(latest: Partial<DeploymentRow>): number[] {
  const before = deployment(1, { status: "superseded", superseded_at: NOW.toISOString() });
  return openQuestions([before, deployment(2, { previous_id: 1, ...latest })], NOW).map(({ deployment }) =>
    deployment.id
  );
}

const commits = { before: "1".padEnd(40, "a"), after: "2".padEnd(40, "a") };

describe("what the repository is asked", () => {
  it("is what a deployment brings, once", () => {
    expect(asked({})).toEqual([2]);
    expect(asked({ migration: "none", migration_evidence: commits, touched: NOTHING_TOUCHED })).toEqual([]);
  });

  it("is asked again when it replaces something else than was thought", () => {
    const evidence = { ...commits, before: "9".padEnd(40, "a") };
    expect(asked({ migration: "none", migration_evidence: evidence, touched: NOTHING_TOUCHED })).toEqual([2]);
  });

  it("is asked for the diff where a pipeline told of the migrations, once", () => {
    expect(asked({ migration: "additive" })).toEqual([2]);
    expect(asked({ migration: "additive", touched: NOTHING_TOUCHED })).toEqual([]);
  });

  it("is not asked of what failed, has no commit, or followed on nothing known", () => {
    expect(asked({ status: "failed" })).toEqual([]);
    expect(asked({ commit_sha: null })).toEqual([]);
    expect(asked({ previous_id: null })).toEqual([]);
  });
});
