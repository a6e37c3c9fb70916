import type { RpcClient } from "../../platform/rpc.ts";
import { advance } from "../blame/observe.ts";
import { type BlameState, emptyState } from "../blame/state.ts";
import type { Observation, Verdict } from "../blame/types.ts";
import { loadDeployments } from "../store.ts";
import {
  type CorrelationRow,
  loadBlame,
  observedSince,
  raiseRateIssue,
  saveBlame,
  saveCorrelations,
} from "../store-blame.ts";
import { observed, type SeenTraffic } from "./observation.ts";

/** What is kept of a project between two looks. */
interface KeptBlame {
  version: 1;
  core: BlameState;
  seen: SeenTraffic;
}

export interface Look {
  /** False when another look was quicker, or there was one a moment ago. */
  looked: boolean;
  verdicts: Verdict[];
}

/** Looks of the engine come with every diagnosis: this is how far apart they are at least. */
const LEAST_PAUSE_MS = 2_000;
/** A batch that is being written now is counted by the next look, whole. */
const SETTLE_MS = 500;
/** A first look, or one after a long pause, reaches back as far as blame keeps details. */
const BACKFILL_MS = 30 * 60_000;
/** Blame steps through what came in as if it had watched all the time: rises are found where they were. */
const STEP_MS = 20_000;

/**
 * One look at a project: what came in since the last one goes through blame; what it says of every rise is written down. Called every two
 * minutes and with every diagnosis; two looks at once do no harm, the quicker one counts.
 */
export async function lookForBlame(client: RpcClient, projectId: number, now: Date): Promise<Look> {
  const nothing: Look = { looked: false, verdicts: [] };
  const [kept, deployments] = await Promise.all([
    loadBlame(client, projectId),
    loadDeployments(client, projectId, now),
  ]);
  const until = now.getTime() - SETTLE_MS;
  const lastAt = kept ? Date.parse(kept.observed_at) : 0;
  if (until - lastAt < LEAST_PAUSE_MS) return nothing;
  // Without anything that could be taken back there is nobody to blame.
  if (kept === null && deployments.length === 0) return nothing;

  const since = Math.max(lastAt, until - BACKFILL_MS);
  const before = readState(kept?.state);
  const rows = await observedSince(client, projectId, {
    since: new Date(since),
    until: new Date(until),
    knownIssues: Object.keys(before?.core.subjects ?? {}).flatMap((key) =>
      key.startsWith("issue:") ? [Number(key.slice("issue:".length))] : []
    ),
  });
  // A silent project teaches nothing of what is usual: a deployment is often known before the first request.
  const watchedFrom = rows.first_signal_at ? Date.parse(rows.first_signal_at) : until;
  const state: KeptBlame = before ?? { version: 1, core: emptyState(Math.min(since, watchedFrom)), seen: {} };
  state.core.startedAt = Math.max(state.core.startedAt, watchedFrom);
  const { observation, seen } = observed(
    rows,
    deployments,
    state.seen,
    since,
    until,
    (issue) => state.core.subjects[`issue:${issue}`]?.service ?? null,
  );
  const verdicts = walk(state.core, observation, since);
  const next: KeptBlame = { ...state, seen };
  if (!await saveBlame(client, projectId, next, kept?.version ?? 0, new Date(until))) return nothing;

  await saveCorrelations(client, projectId, verdicts.flatMap(correlations), { now, queue: true });
  for (const verdict of verdicts) {
    const deployment = /^deployment:(\d+)$/.exec(verdict.changeId ?? "")?.[1];
    if (verdict.decision !== "blame" || !verdict.subject.startsWith("rate:") || !deployment) continue;
    await raiseRateIssue(client, projectId, Number(deployment), new Date(verdict.firstEventAt), now);
  }
  return { looked: true, verdicts };
}

/** A state that another version of this code wrote is not understood: blame begins anew and learns the past half hour again. */
function readState(state: unknown): KeptBlame | null {
  const kept = state as Partial<KeptBlame> | null | undefined;
  return kept?.version === 1 && kept.core?.version === 4 && kept.seen ? kept as KeptBlame : null;
}

/** Steps through an observation; returns the last verdict on every rise. */
function walk(core: BlameState, observation: Observation, since: number): Verdict[] {
  const latest = new Map<string, Verdict>();
  const { at: until, traffic, events, samples } = observation;
  for (let from = since; from < until; from += STEP_MS) {
    const to = Math.min(until, from + STEP_MS);
    // What is older than the first step came late and finds its interval by itself.
    const inStep = <T extends { at: number }>(one: T) => one.at < to && (one.at >= from || from === since);
    const step: Observation = {
      at: to,
      changes: observation.changes.filter(({ at }) => at <= to),
      issues: from === since ? observation.issues : [],
      traffic: traffic.filter(inStep),
      events: events.filter(inStep),
      samples: samples.filter(inStep),
      dependencies: observation.dependencies.filter(({ at }) => at <= to),
    };
    for (const verdict of advance(core, step)) latest.set(verdict.subject, verdict);
  }
  return [...latest.values()];
}

/** A verdict as rows: one for each candidate, the reasons with the leading one. */
export function correlations(verdict: Verdict): CorrelationRow[] {
  const blamed = verdict.decision === "blame" ? verdict.changeId : null;
  return verdict.hypotheses.map(({ changeId, other, probability }, index) => {
    const leads = blamed !== null ? changeId === blamed : index === 0;
    return {
      subject: verdict.subject,
      episode_at: new Date(verdict.firstEventAt).toISOString(),
      candidate: changeId ?? `other:${other}`,
      probability: Math.min(1, Math.max(0, probability)),
      verdict: leads ? verdict.decision : verdict.decision === "wait" ? "wait" : "acquitted",
      rollback: leads && verdict.rollback,
      factors: leads ? verdict.factors.map(({ name, nats, statement }) => ({ name, nats, statement })) : [],
      e_value: verdict.eValue,
      onset_at: new Date(verdict.onsetAt).toISOString(),
    };
  });
}
