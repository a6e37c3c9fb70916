import type { Diagnosis } from "../../supabase/functions/_shared/diagnose/diagnosis.ts";
import type { Row } from "../platform/database.ts";
import type { Platform } from "../platform/start.ts";
import type { Terminal } from "./terminal.ts";

/** What happened, in the words of `turning_points.kind`. */
export interface Told {
  kind: string;
  issueId: number | null;
  fixId: number | null;
}

const EVIDENCE_TOLD = 5;

/** Tells the turning points of a project as they come, in plain words, with seconds since the fault. */
export class Timeline {
  #seen = 0;
  #faultAt: Date | null = null;
  readonly #diagnosed = new Set<number>();

  constructor(
    private readonly platform: Platform,
    private readonly projectId: number,
    private readonly terminal: Terminal,
  ) {}

  /** From now on only what is new is told. */
  async skip(): Promise<void> {
    const [row] = await this.platform.sql(
      "select coalesce(max(id), 0) as id from public.turning_points where project_id = $1",
      [this.projectId],
    );
    this.#seen = Number(row?.id);
  }

  /** Begins to count at this moment; diagnoses are told again. */
  begin(at: Date): void {
    this.#faultAt = at;
    this.#diagnosed.clear();
  }

  since(at: Date): number | null {
    return this.#faultAt && (at.getTime() - this.#faultAt.getTime()) / 1000;
  }

  /** Tells what has happened since the last look. */
  async tell(): Promise<Told[]> {
    const points = await this.platform.sql(
      `select id, kind, summary, issue_id, decision_id, fix_id, data, happened_at from public.turning_points
       where project_id = $1 and id > $2 order by id`,
      [this.projectId, this.#seen],
    );
    for (const point of points) {
      this.#seen = Number(point.id);
      await this.#tellOne(point);
    }
    return points.map(({ kind, issue_id, fix_id }) => ({
      kind: String(kind),
      issueId: issue_id === null ? null : Number(issue_id),
      fixId: fix_id === null ? null : Number(fix_id),
    }));
  }

  async #tellOne(point: Row): Promise<void> {
    const kind = String(point.kind);
    const at = this.since(new Date(String(point.happened_at)));
    const event = this.terminal.event.bind(this.terminal, at);
    switch (kind) {
      case "issue_found":
        return await this.#issueFound(point, at);
      case "issue_regressed":
        return event("issue is back", `Issue ${point.issue_id}, resolved before, has come back.`, "yellow");
      case "decision_apply":
      case "decision_review":
      case "decision_observe":
        return await this.#decision(point, at);
      case "fix_verifying":
        return await this.#applied(point, at);
      case "fix_succeeded":
        return event("verification", await this.#reason(point), "green");
      case "fix_rolling_back":
      case "fix_rolled_back":
      case "fix_failed":
      case "fix_expired":
      case "fix_dismissed":
        return event(kind.replaceAll("_", " ").replace("fix ", ""), String(point.summary), "yellow");
      case "fix_approved":
        if ((point.data as Row).from !== null) event("approved", "A human has approved the fix.", "green");
        return;
      case "deployment_serving":
      case "deployment_rolled_back":
        return event("deployment", `${point.summary}.`);
      case "lesson_learnt":
        return event("lesson", String(point.summary));
      default:
        return;
    }
  }

  async #issueFound(point: Row, at: number | null): Promise<void> {
    const [first] = await this.platform.sql(
      "select min(received_at) as received_at from public.error_events where issue_id = $1",
      [point.issue_id],
    );
    const title = String(point.summary).replace(/^New issue: /, "");
    const seenAt = first?.received_at ? this.since(new Date(String(first.received_at))) : at;
    this.terminal.event(seenAt, "error seen", title, "red");
    this.terminal.event(
      at,
      "issue",
      `Issue ${point.issue_id} is opened; errors like it will be counted there.`,
    );
  }

  async #decision(point: Row, at: number | null): Promise<void> {
    const [row] = await this.platform.sql(
      `select d.verdict, d.confidence, d.threshold, d.record, i.diagnosis, i.severity
       from public.decisions as d join public.detected_errors as i on i.id = d.issue_id where d.id = $1`,
      [point.decision_id],
    );
    if (!row) return;
    const issueId = Number(point.issue_id);
    if (!this.#diagnosed.has(issueId)) {
      this.#diagnosed.add(issueId);
      const diagnosis = row.diagnosis as Diagnosis;
      this.terminal.event(at, "diagnosis", `${diagnosis.probableCause} Severity: ${row.severity}.`, "cyan");
      for (const { statement } of diagnosis.evidence.slice(0, EVIDENCE_TOLD)) {
        this.terminal.detail(statement, "dim");
      }
    }
    const { chosen, reasons } = row.record as {
      chosen: { title: string; targetKey: string } | null;
      reasons: string[];
    };
    const odds = `confidence ${share(row.confidence)}, threshold ${share(row.threshold)}`;
    const what = chosen && `${chosen.title} (${chosen.targetKey}); ${odds}`;
    if (row.verdict === "apply") this.terminal.event(at, "decision", `Act alone: ${what}.`, "bold");
    else if (row.verdict === "review") {
      this.terminal.event(at, "decision", `Ask a human: ${what}.`, "bold");
      for (const reason of reasons) this.terminal.detail(reason, "dim");
    } else this.terminal.event(at, "decision", `Not yet. ${reasons[0] ?? ""}`);
  }

  async #applied(point: Row, at: number | null): Promise<void> {
    const [fix] = await this.platform.sql(
      "select action, target_key, before_state from public.auto_fixes where id = $1",
      [point.fix_id],
    );
    const before = (fix?.before_state ?? {}) as Record<string, unknown>;
    const change = "value" in before && "to" in before
      ? `: ${JSON.stringify(before.value)} becomes ${JSON.stringify(before.to)}`
      : "";
    this.terminal.event(at, "fix", `${fix?.action} on ${fix?.target_key} is applied${change}.`, "bold");
  }

  async #reason(point: Row): Promise<string> {
    const [fix] = await this.platform.sql("select reason from public.auto_fixes where id = $1", [
      point.fix_id,
    ]);
    return String(fix?.reason ?? point.summary);
  }
}

/** Rounded down: what is below a threshold must not look as if it had reached it. */
function share(value: unknown): string {
  return `${Math.floor(Number(value) * 100)} %`;
}
