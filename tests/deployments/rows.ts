import { type DeploymentRow, deploymentSchema } from "../../supabase/functions/_shared/deployments/store.ts";

/** A deployment of which little is known; `at` is when it was made and promoted, ISO 8601. */
export function deploymentRow(id: number, at: string, more: Partial<DeploymentRow> = {}): DeploymentRow {
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
