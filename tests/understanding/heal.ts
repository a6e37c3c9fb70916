import type { JsonObject } from "../../supabase/functions/_shared/platform/json.ts";
import type { TestDatabase } from "../support/database.ts";
import { event } from "./support.ts";

export interface Ending {
  type: string;
  message: string;
  extra?: JsonObject;
  outcome: "succeeded" | "not_resolved" | "inconclusive";
  /** Default: a new one. */
  project?: number;
  action?: string;
  /** Slug of the pattern that suggested the fix; without it only the facts did. */
  pattern?: string;
  category?: string;
}

export async function addProject(db: TestDatabase): Promise<number> {
  const [row] = await db.query("insert into projects (slug, name) values ($1, $1) returning id", [
    `p-${crypto.randomUUID()}`,
  ]);
  return Number(row!.id);
}

/** An issue with one event, as ingest would have made it. */
export async function addIssue(
  db: TestDatabase,
  project: number,
  error: Pick<Ending, "type" | "message" | "extra">,
): Promise<number> {
  const fingerprint = crypto.randomUUID();
  const payload = event({
    type: error.type,
    message: error.message,
    ...(error.extra && { extra: error.extra }),
  });
  await db.rpc("record_batch", {
    p_batch: JSON.stringify({
      events: [{
        project_id: project,
        event_id: crypto.randomUUID(),
        fingerprint,
        fingerprint_version: 1,
        type: error.type,
        title: `${error.type}: ${error.message}`,
        platform: "node",
        level: "error",
        occurred_at: new Date().toISOString(),
        payload,
      }],
    }),
  });
  const [row] = await db.query("select id from detected_errors where project_id = $1 and fingerprint = $2", [
    project,
    fingerprint,
  ]);
  return Number(row!.id);
}

/** An issue whose fix was decided, applied and ended like this. What follows of it is not yet learnt. */
export async function endFix(
  db: TestDatabase,
  ending: Ending,
): Promise<{ project: number; issue: number; fix: number }> {
  const project = ending.project ?? await addProject(db);
  const issue = await addIssue(db, project, ending);
  const action = ending.action ?? "configuration.revert";
  const category = ending.category ?? "unknown";
  const source = {
    kind: ending.pattern ? "pattern" : "evidence",
    causeKey: ending.pattern ? `pattern:${ending.pattern}` : `category:${category}`,
    patternId: ending.pattern ?? null,
    alpha: 6,
    beta: 2,
    causeProbability: 0.95,
    backgroundProbability: 0.05,
  };
  const [stored] = await db.rpc("store_decision", {
    p_decision: JSON.stringify({
      issue_id: issue,
      verdict: "review",
      action,
      target_key: `configuration:app.key_${issue}`,
      parameters: { key: `app.key_${issue}` },
      confidence: 0.7,
      threshold: 0.85,
      explanation: "For the test",
      record: { chosen: { action, rawProbability: 0.7, sources: [source] } },
      diagnosis: {
        category,
        severity: "medium",
        patterns: ending.pattern
          ? [{ patternId: ending.pattern, slug: ending.pattern, strength: 0.9, why: "" }]
          : [],
      },
      pattern_slug: ending.pattern ?? null,
      fixes: [{
        action,
        target_key: `configuration:app.key_${issue}`,
        parameters: { key: `app.key_${issue}` },
        risk: "safe",
        reversible: true,
        informational: false,
        automatic: false,
        confidence: 0.7,
        state: "in_review",
      }],
    }),
  });
  const { fix_ids } = stored!.store_decision as { fix_ids: number[] };
  const fix = fix_ids[0]!;
  const move = (state: string, outcome: string | null = null) =>
    db.query(
      "update auto_fixes set state = $2, before_state = '{}', outcome = coalesce($3, outcome), applied_at = coalesce(applied_at, now()) where id = $1",
      [fix, state, outcome],
    );
  for (const state of ["approved", "applying", "verifying"]) await move(state);
  if (ending.outcome === "succeeded") await move("succeeded", "succeeded");
  else {
    await move("rolling_back", ending.outcome);
    await move("rolled_back");
  }
  return { project, issue, fix };
}
