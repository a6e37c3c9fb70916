import type { Row } from "../../scripts/platform/database.ts";
import { PostgresDatabase } from "../../scripts/platform/postgres-database.ts";
import type { TestDatabase } from "../support/database.ts";

/** Where the tests' clock stands: far from any real day, so that nothing depends on when they run. */
export const NOON = Date.parse("2030-06-15T12:00:00Z");

/** Seconds after noon as Postgres takes it. */
export const at = (seconds: number): string => new Date(NOON + seconds * 1000).toISOString();

let made = 0;

export async function addProject(db: TestDatabase, values: Record<string, unknown> = {}): Promise<number> {
  return await add(db, "projects", { slug: `project-${++made}`, name: "A project", mode: "auto", ...values });
}

export async function addIssue(
  db: TestDatabase,
  projectId: number,
  values: Record<string, unknown> = {},
): Promise<number> {
  return await add(db, "detected_errors", {
    project_id: projectId,
    fingerprint: `fingerprint-${++made}`,
    title: "An issue",
    status: "ongoing",
    ...values,
  });
}

export async function addDecision(db: TestDatabase, projectId: number, issueId: number): Promise<number> {
  return await add(db, "decisions", {
    project_id: projectId,
    issue_id: issueId,
    verdict: "review",
    threshold: 0.85,
    explanation: "Because",
    record: {},
  });
}

export interface FixSubject {
  projectId: number;
  issueId: number;
  decisionId: number;
}

export async function addSubject(db: TestDatabase): Promise<FixSubject> {
  const projectId = await addProject(db);
  const issueId = await addIssue(db, projectId);
  return { projectId, issueId, decisionId: await addDecision(db, projectId, issueId) };
}

export function fixRow(subject: FixSubject, values: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    project_id: subject.projectId,
    issue_id: subject.issueId,
    decision_id: subject.decisionId,
    action: "configuration.revert",
    target_key: `configuration:app.key_${++made}`,
    parameters: {},
    risk: "safe",
    reversible: true,
    automatic: false,
    severity: "medium",
    confidence: 0.9,
    state: "in_review",
    expires_at: at(86_400),
    ...values,
  };
}

export function addFix(
  db: TestDatabase,
  subject: FixSubject,
  values: Record<string, unknown> = {},
): Promise<number> {
  return add(db, "auto_fixes", fixRow(subject, values));
}

/** What an approved fix has besides its state. */
export const APPROVED = { state: "approved", approved_by: "engine", approved_at: at(0), automatic: true };

/** Inserts as the superuser; returns the id. */
export async function add(db: TestDatabase, table: string, values: Record<string, unknown>): Promise<number> {
  const names = Object.keys(values);
  const places = names.map((_, index) => `$${index + 1}`);
  const [row] = await db.query(
    `insert into public.${table} (${names.join(", ")}) values (${places.join(", ")}) returning id`,
    Object.values(values),
  );
  return Number(row?.id);
}

export async function one(db: TestDatabase, text: string, params: readonly unknown[] = []): Promise<Row> {
  const [row] = await db.query(text, params);
  if (!row) throw new Error(`No row: ${text}`);
  return row;
}

/** The single value that a function of schema public returns. */
export async function call<T>(
  db: TestDatabase,
  name: string,
  args: Record<string, unknown> = {},
): Promise<T> {
  const [row] = await db.rpc(name, args);
  return row?.[name] as T;
}

/** An event as ingest sends it. */
export function event(projectId: number, values: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    project_id: projectId,
    event_id: crypto.randomUUID(),
    fingerprint: "a".repeat(64),
    fingerprint_version: 1,
    type: "TypeError",
    title: "TypeError: x is not a function",
    culprit: "shop.ts",
    platform: "javascript",
    level: "error",
    release: "1.0.0",
    environment: "production",
    user_hash: null,
    trace_id: null,
    occurred_at: at(0),
    grouping_components: [],
    payload: { message: "x is not a function" },
    ...values,
  };
}

export interface Recorded {
  accepted: number;
  duplicates: number;
}

export function record(
  db: TestDatabase,
  batch: { events?: unknown[]; traffic?: unknown[]; heartbeats?: unknown[] },
  now: string = at(0),
): Promise<Recorded> {
  return call<Recorded>(db, "record_batch", { p_batch: batch, p_now: now });
}

/** Sessions beside the test's own, for what only happens between several; real Postgres alone has them. */
export async function withSessions<T>(
  db: TestDatabase,
  count: number,
  work: (sessions: PostgresDatabase[]) => Promise<T>,
): Promise<T> {
  if (!db.url) throw new Error("PGlite has one session: skip this test on it");
  const url = db.url;
  const sessions = await Promise.all(Array.from({ length: count }, () => PostgresDatabase.open(url)));
  try {
    return await work(sessions);
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}

/** Whether the tests run on real Postgres, where sessions really are concurrent. */
export const ON_POSTGRES = Deno.env.get("DATABASE_URL") !== undefined;
