import type { Change } from "../../diagnose/change.ts";
import type { Diagnosis, SuspectChange } from "../../diagnose/diagnosis.ts";
import type { RpcClient } from "../../platform/rpc.ts";
import { type CorrelationRow, loadSuspects, saveCorrelations } from "../store-blame.ts";
import { lookForBlame } from "./look.ts";
import { candidateOf, type DeploymentSuspects, deploymentSuspects, suspectsByBlame } from "./suspects.ts";

export interface IssueDeployments extends DeploymentSuspects {
  /** The suspects by blame, configuration included; null while the rules of diagnosis have to do. */
  suspects: SuspectChange[] | null;
}

export interface IssueAround {
  issueId: number;
  projectId: number;
  integrations: readonly { kind: string; name: string }[];
  /** Configuration changes, which blame weighs beside deployments. */
  changes: readonly Change[];
}

/**
 * What deployments have to do with an issue, with a fresh look of blame. Null for a project that deploys nothing we know of.
 *
 * @param warn told when blame could not look: diagnosis goes on with what the moment suggests
 */
export async function deploymentsAround(
  client: RpcClient,
  { issueId, projectId, integrations, changes }: IssueAround,
  now: Date,
  warn: (error: unknown) => void,
): Promise<IssueDeployments | null> {
  let rows = await loadSuspects(client, issueId, now);
  // A gradual change of configuration is judged in projects as well that deploy nothing we know of.
  if (!rows || (rows.lines.length === 0 && rows.verdicts.length === 0)) return null;
  try {
    const { verdicts } = await lookForBlame(client, projectId, now);
    if (verdicts.some(({ subject }) => subject === `issue:${issueId}`)) {
      rows = await loadSuspects(client, issueId, now) ?? rows;
    }
  } catch (error) {
    warn(error);
  }
  const found = deploymentSuspects(rows, integrations, now);
  return { ...found, suspects: suspectsByBlame(rows, found.standing, [...changes, ...found.changes]) };
}

/** Diagnosis weighs no counts, so it has no e-value to be sure by: this much more likely than not is a blame to people. */
const SUSPICION_IS_BLAME = 0.86;

/**
 * While blame itself knows too little of a project (a new one, or an issue that it does not watch), what diagnosis suspects is kept as the
 * correlation, so that people find the reasons in one place. Such rows bear no e-value, and blame does not listen to them.
 */
export async function keepSuspicion(
  client: RpcClient,
  { issueId, projectId, episodeAt }: { issueId: number; projectId: number; episodeAt: string },
  diagnosis: Diagnosis,
  now: Date,
): Promise<void> {
  if (!diagnosis.changes.some(({ deployment }) => deployment)) return;
  const suspected = diagnosis.changes.reduce((sum, { probability }) => sum + probability, 0);
  const row = (candidate: string, probability: number): CorrelationRow => ({
    subject: `issue:${issueId}`,
    episode_at: new Date(episodeAt).toISOString(),
    candidate,
    probability: Math.min(1, Math.max(0, probability)),
    verdict: probability >= SUSPICION_IS_BLAME && !candidate.startsWith("other:") ? "blame" : "wait",
    rollback: false,
    factors: [],
    e_value: null,
    onset_at: null,
  });
  const rows = diagnosis.changes.map((change) => ({
    ...row(candidateOf(change), change.probability),
    factors: [{ name: "diagnosis", nats: 0, statement: change.why }],
  }));
  await saveCorrelations(client, projectId, [...rows, row("other:organic", 1 - suspected)], {
    now,
    queue: false,
  });
}
