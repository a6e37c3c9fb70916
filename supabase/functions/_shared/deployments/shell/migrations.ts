import { isActionError } from "../../platform/action-error.ts";
import type { RpcClient } from "../../platform/rpc.ts";
import { FILES_LIMIT, lineOf } from "../deployment.ts";
import type { ChangedFile } from "../diffs/changed-file.ts";
import { touchedBy } from "../diffs/touched.ts";
import type { Comparison, GithubChanges } from "../github/changes.ts";
import { classifyMigration } from "../migrations/classify.ts";
import { migrationFile } from "../migrations/files.ts";
import { type MigrationKind, worstKind } from "../migrations/kind.ts";
import { type DeploymentRow, type Finding, saveFindings } from "../store.ts";

/** Migrations read for one deployment: more are not read, and then nobody could tell. */
const FILES_READ_LIMIT = 20;
/** A migration longer than this is not read. */
const FILE_BYTES_LIMIT = 200_000;
/** Deployments looked at in one run: each costs a comparison and its files. The next run goes on. */
const DEPLOYMENTS_PER_RUN = 10;
/** One that ended longer ago than this is no way back any more. */
const LOOK_BACK_MS = 7 * 24 * 3_600_000;

/** How it was found out whether a deployment migrates the database; kept with the deployment. */
export interface MigrationEvidence {
  source: "github";
  /** The commits that were compared: what was served before, and what is deployed. */
  before: string;
  after: string;
  files: { path: string; kind: MigrationKind; what: string | null }[];
  /** Why nobody could tell, where that is so. */
  reason: string | null;
}

/**
 * Asks GitHub what the deployments change: which migrations they bring, where nobody reported anything about these, and what those do to
 * older code; and which functions and names the diff touches, for blame. A platform
 * that is down leaves the question open, to be asked again; a commit that the repository does not know is an answer: `unknown`.
 *
 * @returns the deployments of which something was found out
 */
export async function findMigrations(
  client: RpcClient,
  projectId: number,
  github: () => Promise<GithubChanges>,
  deployments: readonly DeploymentRow[],
  now: Date,
): Promise<number[]> {
  const open = openQuestions(deployments, now).slice(0, DEPLOYMENTS_PER_RUN);
  if (open.length === 0) return [];
  const changes = await github();
  const findings: Finding[] = [];
  try {
    for (const question of open) findings.push(await answer(question, changes));
  } finally {
    await saveFindings(client, projectId, findings, now);
  }
  return findings.map(({ id }) => id);
}

interface Question {
  deployment: DeploymentRow;
  before: string;
  after: string;
}

/** Deployments with a commit whose difference to what was served before was not looked at yet, newest first. */
export function openQuestions(deployments: readonly DeploymentRow[], now: Date): Question[] {
  return deployments.flatMap((deployment): Question[] => {
    const { commit_sha: after, status, migration_evidence: evidence, touched } = deployment;
    if (after === null || status === "failed" || status === "canceled") return [];
    const ended = deployment.superseded_at;
    if (ended !== null && now.getTime() - Date.parse(ended) > LOOK_BACK_MS) return [];
    const before = servedBefore(deployment, deployments)?.commit_sha ?? null;
    // What a pipeline reported stands, whatever was replaced.
    const isKnown = isReported(deployment) || (evidence?.before === before && evidence?.after === after);
    if (before === null || (touched !== null && isKnown)) return [];
    return [{ deployment, before, after }];
  }).sort((a, b) => b.deployment.id - a.deployment.id);
}

/** Whether a pipeline told of its migrations. */
function isReported({ migration, migration_evidence: evidence }: DeploymentRow): boolean {
  return migration !== null && !evidence;
}

/** What the deployment replaced, or would replace if it were promoted now. */
function servedBefore(one: DeploymentRow, deployments: readonly DeploymentRow[]): DeploymentRow | null {
  if (one.promoted_at !== null) return deployments.find(({ id }) => id === one.previous_id) ?? null;
  return deployments.find((other) =>
    other.id !== one.id && other.status === "serving" && lineOf(other) === lineOf(one)
  ) ?? null;
}

async function answer(question: Question, changes: GithubChanges): Promise<Finding> {
  const { deployment, before, after } = question;
  const found = before === after ? "identical" : await changes.compare(before, after);
  return {
    id: deployment.id,
    ...ofDiff(deployment, found === "identical" ? null : found),
    ...(!isReported(deployment) && await ofMigrations(question, found, changes)),
  };
}

/** What nobody knew of the deployment's size and code. */
function ofDiff(
  { files, line_count: lineCount }: DeploymentRow,
  found: Comparison | null,
): Pick<Finding, "touched" | "files" | "file_count" | "line_count"> {
  const touched = touchedBy(found?.files ?? []);
  if (found?.status !== "ahead" && found?.status !== "diverged") return { touched };
  return {
    touched,
    ...(files === null && found.complete && {
      files: found.files.slice(0, FILES_LIMIT).map(({ path }) => path.slice(0, 300)),
      file_count: found.files.length,
    }),
    ...(lineCount === null && { line_count: found.files.reduce((sum, { lines }) => sum + lines, 0) }),
  };
}

async function ofMigrations(
  { before, after }: Question,
  found: Comparison | "identical" | null,
  changes: GithubChanges,
): Promise<Pick<Finding, "migration" | "migration_evidence">> {
  const finding = (
    migration: MigrationKind,
    files: MigrationEvidence["files"],
    reason: string | null = null,
  ) => ({ migration, migration_evidence: { source: "github", before, after, files, reason } });
  if (found === null) return finding("unknown", [], "the repository does not know these commits");
  if (found === "identical" || found.status === "identical") {
    return finding("none", [], "it is the same commit");
  }
  if (found.status === "behind") {
    return finding("none", [], "it is an earlier commit, which brings nothing new");
  }
  const files = await classifyAll(found, after, changes);
  const kind = worstKind(files.map((file) => file.kind));
  const cut = !found.complete && kind !== "irreversible";
  return finding(cut ? "unknown" : kind, files, cut ? "GitHub does not list all of its files" : null);
}

async function classifyAll(
  { files }: Comparison,
  commit: string,
  changes: GithubChanges,
): Promise<MigrationEvidence["files"]> {
  const migrations = files.flatMap((file) => {
    const is = migrationFile(file.path);
    return is ? [{ file, ...is }] : [];
  });
  // A migration that went away, or under another name, is one that the database may have had.
  const gone = files.filter(({ path, previousPath, status }) =>
    (status === "removed" && migrationFile(path) !== null) ||
    (previousPath !== null && migrationFile(previousPath) !== null && migrationFile(path) === null)
  );
  const found: MigrationEvidence["files"] = gone.map(({ path }) => ({
    path,
    kind: "unknown",
    what: "was taken out of the migrations",
  }));
  let read = 0;
  for (const { file, language } of migrations) {
    if (file.status === "removed") continue;
    if (++read > FILES_READ_LIMIT) {
      found.push({ path: file.path, kind: "unknown", what: `is one of more than ${FILES_READ_LIMIT}` });
      continue;
    }
    found.push({ path: file.path, ...await effectOf(file, language, commit, changes) });
  }
  return found;
}

async function effectOf(
  file: ChangedFile,
  language: Parameters<typeof classifyMigration>[0],
  commit: string,
  changes: GithubChanges,
): Promise<{ kind: MigrationKind; what: string | null }> {
  if (file.status === "renamed" && file.lines === 0) return { kind: "unknown", what: "was renamed" };
  let content: string | null;
  try {
    content = await changes.content(file.path, commit, FILE_BYTES_LIMIT);
  } catch (error) {
    if (!isActionError(error) || error.retry) throw error;
    return { kind: "unknown", what: "could not be read" };
  }
  if (content === null) return { kind: "unknown", what: "is too long to be read" };
  const effect = classifyMigration(language, content);
  // What an applied migration said before is not what it says now.
  if (file.status !== "added" && effect.kind !== "irreversible") {
    return { kind: "unknown", what: "was changed after it had been written" };
  }
  return effect;
}
