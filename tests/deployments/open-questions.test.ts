import { describe, expect, it } from "vitest";
import { openQuestions } from "../../supabase/functions/_shared/deployments/shell/migrations.ts";
import { type DeploymentRow, deploymentSchema } from "../../supabase/functions/_shared/deployments/store.ts";

const NOW = new Date(Date.UTC(2025, 0, 6, 12));
const NOTHING_TOUCHED = { functions: {}, words: [] };

function deployment(id: number, more: Partial<DeploymentRow> = {}): DeploymentRow {
  const at = new Date(NOW.getTime() - (10 - id) * 60_000).toISOString();
  return deploymentSchema.parse({
    project_id: 1,
    target: "vercel",
    external_id: `dpl_${id}`,
    service: "shop",
    environment: "production",
    status: "serving",
    release: null,
    commit_sha: `${id}`.padEnd(40, "a"),
    content_hash: null,
    branch: null,
    author: null,
    files: null,
    file_count: null,
    line_count: null,
    created_at: at,
    promoted_at: at,
    superseded_at: null,
    previous_id: null,
    rollout: [],
    migration: null,
    risk: null,
    rolled_back_at: null,
    repeats_id: null,
    health_score: null,
    ...more,
    id,
  });
}

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
