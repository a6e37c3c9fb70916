import type { Action } from "../actions/action.ts";
import type { Diagnosis, SuspectChange } from "../diagnose/diagnosis.ts";
import { calibrate, type CalibrationMap } from "../learn/calibration.ts";
import type { JsonObject } from "../platform/json.ts";
import { candidateKey } from "./canonical.ts";
import { sourceConfidence, type SourceInput } from "./confidence.ts";
import { exclusionReason } from "./exclusions.ts";
import {
  BACKGROUND_PROBABILITY,
  CHANGE_ACTIONS,
  EVIDENCE_PRIOR,
  MERGE_GAIN_CAP,
  MERGED_PROBABILITY_CAP,
} from "./priors.ts";
import type {
  Candidate,
  CandidateSource,
  CauseKey,
  ChangeAction,
  DecisionIssue,
  ExcludedCandidate,
  PastFix,
  PatternAction,
  TrackRecord,
} from "./types.ts";

export interface CandidatesInput {
  now: Date;
  issue: DecisionIssue;
  diagnosis: Diagnosis;
  actions: readonly Action[];
  patternActions: readonly PatternAction[];
  /** `CHANGE_ACTIONS` when absent. */
  changeActions?: readonly ChangeAction[];
  trackRecords: readonly TrackRecord[];
  calibration: CalibrationMap | null;
  pastFixes: readonly PastFix[];
}

/** The causes whose track records a decision on this diagnosis can use. */
export function causeKeysOf(diagnosis: Diagnosis): CauseKey[] {
  const keys: CauseKey[] = [
    ...diagnosis.patterns.map((match): CauseKey => `pattern:${match.patternId}`),
    ...diagnosis.changes.map((change): CauseKey => `change:${change.kind}`),
    `category:${diagnosis.category}`,
  ];
  return [...new Set(keys)];
}

/**
 * Every action that has something to act on, with the probability that it resolves the issue. Best first; ties by key, so the order of
 * the catalogue does not matter. Fixes that failed, were dismissed or wait for this issue already are listed with the reason.
 *
 * An action answers a suspect change if it proposes something when that change is the only one, and nothing when there is none. It
 * answers a pattern if the catalogue says so. What remains rests on facts alone. The same action with the same parameters from several
 * sources is one candidate.
 */
export function candidates(
  input: CandidatesInput,
): { candidates: Candidate[]; excluded: ExcludedCandidate[] } {
  const found = new Map<string, Proposal>();
  const excluded: ExcludedCandidate[] = [];
  for (const action of input.actions) {
    for (const { parameters, sources } of proposals(action, input, excluded)) {
      const key = candidateKey(action.name, parameters);
      const same = found.get(key) ?? { action, parameters, sources: [] };
      same.sources.push(...sources);
      found.set(key, same);
    }
  }
  const kept: Candidate[] = [];
  for (const [key, proposal] of found) {
    const { action } = proposal;
    const reason = exclusionReason(
      { key, action: action.name, informational: action.informational ?? false },
      input,
    );
    if (reason) excluded.push({ action: action.name, parameters: proposal.parameters, reason });
    else kept.push(toCandidate(key, proposal, input));
  }
  kept.sort((a, b) => b.probability - a.probability || compare(a.key, b.key));
  excluded.sort((a, b) =>
    compare(candidateKey(a.action, a.parameters), candidateKey(b.action, b.parameters))
  );
  return { candidates: kept, excluded };
}

interface Proposal {
  action: Action;
  parameters: JsonObject;
  sources: SourceInput[];
}

/** What one action proposes, with the reasons for it. An action that breaks is excluded and the others go on. */
function proposals(
  action: Action,
  input: CandidatesInput,
  excluded: ExcludedCandidate[],
): Omit<Proposal, "action">[] {
  const { diagnosis } = input;
  try {
    const general = action.propose({ ...diagnosis, changes: [] });
    const all = general !== null
      ? [withoutChange(action, general, input)]
      : diagnosis.changes.flatMap((change) => {
        const parameters = action.propose({ ...diagnosis, changes: [change] });
        return parameters === null ? [] : [forChange(action, parameters, change, input)];
      });
    return all.filter(({ parameters }) => {
      const checked = action.parameters.safeParse(parameters);
      if (!checked.success) {
        const problem = checked.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join(
          "; ",
        );
        excluded.push({
          action: action.name,
          parameters,
          reason: `Its parameters are not valid: ${problem}`,
        });
      }
      return checked.success;
    });
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    excluded.push({
      action: action.name,
      parameters: {},
      reason: `It could not propose parameters: ${problem}`,
    });
    return [];
  }
}

function withoutChange(
  action: Action,
  parameters: JsonObject,
  input: CandidatesInput,
): Omit<Proposal, "action"> {
  const patterns = patternSources(action, 1, input);
  return { parameters, sources: patterns.length > 0 ? patterns : [evidenceSource(action, input)] };
}

function forChange(
  action: Action,
  parameters: JsonObject,
  change: SuspectChange,
  input: CandidatesInput,
): Omit<Proposal, "action"> {
  // A pattern that recommends to take a change back can be right only if this change is the one.
  return {
    parameters,
    sources: [changeSource(action, change, input), ...patternSources(action, change.probability, input)],
  };
}

function patternSources(action: Action, changeProbability: number, input: CandidatesInput): SourceInput[] {
  return input.diagnosis.patterns.flatMap((match) => {
    const listed = input.patternActions.find((row) =>
      row.patternId === match.patternId && row.action === action.name
    );
    if (!listed) return [];
    return [source(action, input, {
      kind: "pattern",
      causeKey: `pattern:${match.patternId}`,
      patternId: match.patternId,
      prior: { ...listed.prior, from: `catalogue for ${match.slug}` },
      causeProbability: match.strength * changeProbability,
    })];
  });
}

function changeSource(action: Action, change: SuspectChange, input: CandidatesInput): SourceInput {
  const listed = (input.changeActions ?? CHANGE_ACTIONS).find((row) =>
    row.kind === change.kind && row.action === action.name
  );
  const prior = listed
    ? { ...listed.prior, from: `taking back a ${change.kind} change` }
    : { ...EVIDENCE_PRIOR, from: "an unproven action" };
  return source(action, input, {
    kind: "change",
    causeKey: `change:${change.kind}`,
    patternId: null,
    prior,
    causeProbability: change.probability,
  });
}

function evidenceSource(action: Action, input: CandidatesInput): SourceInput {
  return source(action, input, {
    kind: "evidence",
    causeKey: `category:${input.diagnosis.category}`,
    patternId: null,
    prior: { ...EVIDENCE_PRIOR, from: "an unproven action" },
    causeProbability: 1,
  });
}

function source(
  action: Action,
  input: CandidatesInput,
  about: Pick<SourceInput, "kind" | "causeKey" | "patternId" | "prior" | "causeProbability">,
): SourceInput {
  const find = (scope: TrackRecord["scope"]) =>
    input.trackRecords.find((row) =>
      row.scope === scope && row.causeKey === about.causeKey && row.action === action.name
    )?.evidence ?? null;
  return {
    ...about,
    pool: find("pool"),
    project: find("project"),
    backgroundProbability: BACKGROUND_PROBABILITY,
  };
}

function toCandidate(
  key: string,
  { action, parameters, sources: inputs }: Proposal,
  input: CandidatesInput,
): Candidate {
  const sources = inputs.map((each) => sourceConfidence(each, input.now))
    .sort((a, b) => b.probability - a.probability || compare(a.causeKey, b.causeKey));
  const best = sources[0];
  if (!best) throw new Error(`candidate ${key} has no source; every proposal must come from one`);
  const rawProbability = mergeProbabilities(sources.map((each) => each.probability));
  const probability = calibrate(input.calibration, rawProbability);
  return {
    key,
    action: action.name,
    title: action.title,
    parameters,
    targetKey: action.targetKey(parameters),
    source: best.kind,
    patternId: best.patternId,
    risk: action.risk,
    reversible: action.reversible,
    informational: action.informational ?? false,
    probability,
    rawProbability,
    alpha: best.alpha,
    beta: best.beta,
    sources,
    explanation: explain(sources, rawProbability, probability, input.calibration),
  };
}

/**
 * Noisy-or of several reasons for the same fix, but at most `MERGE_GAIN_CAP` above the best of them: noisy-or supposes independent
 * reasons, and these often rest on the same observations.
 *
 * @example mergeProbabilities([0.8, 0.5]); // 0.85, where noisy-or alone would say 0.9
 */
export function mergeProbabilities(probabilities: readonly number[]): number {
  const best = Math.max(0, ...probabilities);
  if (probabilities.length < 2) return best;
  const noisyOr = 1 - probabilities.reduce((product, each) => product * (1 - each), 1);
  return Math.max(best, Math.min(noisyOr, best + MERGE_GAIN_CAP, MERGED_PROBABILITY_CAP));
}

function explain(
  sources: readonly CandidateSource[],
  raw: number,
  probability: number,
  calibration: CalibrationMap | null,
): string[] {
  const lines = sources.map((each) => each.breakdown.sentence);
  if (sources.length > 1) {
    lines.push(
      `${sources.length} reasons speak for it; together ${percent(raw)}, since they are not independent.`,
    );
  }
  if (calibration && calibration.knots.length > 0) {
    lines.push(
      `Calibrated by ${calibration.samples} past outcomes: ${percent(raw)} becomes ${percent(probability)}.`,
    );
  }
  return lines;
}

const percent = (share: number) => `${Math.round(share * 100)} %`;
/** Order by code units: the same on every machine, unlike a locale's. */
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
