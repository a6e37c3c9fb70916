import type { Change } from "../../diagnose/change.ts";
import { CHANGE_WINDOW_MS } from "../../diagnose/changes.ts";
import type { SuspectChange } from "../../diagnose/diagnosis.ts";
import { lineOf } from "../deployment.ts";
import type { DeploymentRow } from "../store.ts";
import type { SuspectRows } from "../store-blame.ts";
import { isProduction, labelOf, labelsOf, shortLabelOf } from "./labels.ts";
import { configurationId, deploymentId, withoutTwins } from "./observation.ts";
import { mayWrite, wayBack } from "./ways-back.ts";

/** What blame says of the present rise. */
export interface Standing {
  decision: "blame" | "wait" | "none";
  /** Sure enough to take the change back without a human. */
  rollback: boolean;
  /** When the rise began, ISO 8601. */
  episodeAt: string;
}

export interface DeploymentSuspects {
  /** Deployments as diagnosis takes changes; beside the configuration's. */
  changes: Change[];
  /** Events of the issue and requests of all around the onset, by the labels that `changes` use. */
  releases: Record<string, number>;
  traffic: Record<string, number>;
  standing: Standing | null;
}

const PROBABILITY_MINIMUM = 0.02;
const SUSPECTS_LIMIT = 5;
const FACTORS_TOLD = 3;

/** Deployments that may have caused an issue, each with its way back. */
export function deploymentSuspects(
  rows: SuspectRows,
  integrations: readonly { kind: string; name: string }[],
  now: Date,
): DeploymentSuspects {
  const production = withoutTwins(rows.lines.filter(({ environment }) => isProduction(environment)));
  const allowed = mayWrite(integrations);
  const labels = labelsOf(production);
  const blamed = new Set(rows.verdicts.map(({ candidate }) => candidate));
  const changes = production.flatMap((one): Change[] => {
    if (one.promoted_at === null) return [];
    const isRecent = now.getTime() - Date.parse(one.promoted_at) < CHANGE_WINDOW_MS;
    return isRecent || blamed.has(deploymentId(one.id))
      ? [changeOf(one, production, wayBack(one, production, allowed))]
      : [];
  });
  const byLabel = (counts: Record<string, number>) => {
    const sums: Record<string, number> = {};
    for (const [release, count] of Object.entries(counts)) {
      const label = labels.labelOf(release);
      if (label !== null) sums[label] = (sums[label] ?? 0) + count;
    }
    return sums;
  };
  return {
    changes,
    releases: byLabel(rows.releases),
    traffic: byLabel(rows.traffic),
    standing: standingOf(rows),
  };
}

function changeOf(
  one: DeploymentRow,
  deployments: readonly DeploymentRow[],
  { decision, method, toId, toExternalId, reasons }: ReturnType<typeof wayBack>,
): Change {
  const previous = deployments.find(({ id }) => id === one.previous_id) ?? null;
  const isFunction = one.target === "supabase";
  return {
    kind: "deployment",
    subject: one.service,
    version: shortLabelOf(one),
    previousVersion: previous ? shortLabelOf(previous) : null,
    changedAt: one.promoted_at!,
    deployment: {
      id: one.id,
      target: one.target,
      externalId: one.external_id,
      service: one.service,
      environment: one.environment,
      commit: one.commit_sha,
      rollback: { decision, method, toId, toExternalId, reasons },
    },
    // It serves again because what had replaced it was taken back: it was no news when it came.
    ...(deployments.some((other) => other.id !== one.id && isReturnFrom(one, other)) &&
      { record: "helped" as const }),
    ...(!isFunction && { release: labelOf(one), ...otherReleases(one, deployments) }),
  };
}

/** Platforms and Prunella tell of one rollback within this many milliseconds of each other. */
const ROLLBACK_SKEW_MS = 10_000;

function isReturnFrom(one: DeploymentRow, other: DeploymentRow): boolean {
  return other.rolled_back_at !== null && lineOf(other) === lineOf(one) &&
    Math.abs(Date.parse(other.rolled_back_at) - Date.parse(one.promoted_at!)) < ROLLBACK_SKEW_MS;
}

/**
 * Labels of the same service without a deployment (from before it, or after it was taken back), and those that contain it because they
 * came later.
 */
function otherReleases(one: DeploymentRow, deployments: readonly DeploymentRow[]) {
  const from = Date.parse(one.promoted_at!);
  const until = one.rolled_back_at === null ? Infinity : Date.parse(one.rolled_back_at);
  const without: string[] = [];
  const later: string[] = [];
  for (const other of deployments) {
    if (other.id === one.id || other.service !== one.service || other.promoted_at === null) continue;
    const at = Date.parse(other.promoted_at);
    (at < from || at >= until ? without : later).push(labelOf(other));
  }
  return { otherReleases: without, laterReleases: later };
}

function standingOf({ verdicts }: SuspectRows): Standing | null {
  const leader = verdicts.find(({ verdict }) => verdict === "blame" || verdict === "none") ?? verdicts[0];
  if (!leader) return null;
  const decision = leader.verdict === "acquitted" ? "wait" : leader.verdict;
  return { decision, rollback: leader.rollback, episodeAt: leader.episode_at };
}

/**
 * What blame says takes the place of what the moment alone suggests: it saw the whole traffic, every other issue and every release. Null
 * while it has nothing to say, or is still waiting and does not think of a deployment: then the rules of diagnosis are quicker.
 */
export function suspectsByBlame(
  rows: SuspectRows,
  standing: Standing | null,
  changes: readonly Change[],
): SuspectChange[] | null {
  const [leader] = rows.verdicts;
  if (!standing || !leader) return null;
  if (standing.decision === "wait" && !leader.candidate.startsWith("deployment:")) return null;
  const byId = new Map(changes.map((change) => [candidateOf(change), change]));
  return rows.verdicts.flatMap(({ candidate, probability, factors }): SuspectChange[] => {
    const change = byId.get(candidate);
    if (!change || probability < PROBABILITY_MINIMUM) return [];
    const { kind, subject, version, previousVersion, changedAt, deployment } = change;
    const why = factors.slice(0, FACTORS_TOLD).map(({ statement }) => statement);
    return [{
      kind,
      subject,
      version,
      previousVersion,
      changedAt,
      probability,
      why: `${subject}, version ${version}: ${
        why.length > 0 ? why.join("; ") : "less probable than the first"
      }.`,
      ...(deployment && { deployment }),
    }];
  }).slice(0, SUSPECTS_LIMIT);
}

export function candidateOf(
  { deployment, subject, version }: Pick<Change, "deployment" | "subject" | "version">,
): string {
  return deployment ? deploymentId(deployment.id) : configurationId(subject, version);
}
