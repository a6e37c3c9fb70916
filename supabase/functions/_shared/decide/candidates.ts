import type { Diagnosis } from "../diagnose/diagnosis.ts";
import { calibrate, type CalibrationMap } from "../learn/calibration.ts";
import { candidateKey } from "./canonical.ts";
import { sourceConfidence } from "./confidence.ts";
import { exclusionReason } from "./exclusions.ts";
import { mergeProbabilities } from "./merge-probabilities.ts";
import { MODEL_MIN_OUTCOMES } from "./priors.ts";
import { type CandidatesInput, type Proposal, proposals } from "./proposals.ts";
import type { Candidate, CandidateSource, CauseKey, ExcludedCandidate } from "./types.ts";

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

function toCandidate(
  key: string,
  { action, parameters, sources: inputs }: Proposal,
  input: CandidatesInput,
): Candidate {
  const sources = inputs.map((each) => sourceConfidence(each, input.now))
    .sort((a, b) => b.probability - a.probability || compare(a.causeKey, b.causeKey));
  const best = sources[0];
  if (!best) throw new Error(`candidate ${key} has no source; every proposal must come from one`);
  const informational = action.informational ?? false;
  // A model without a record adds nothing to what others say, and is never lifted by the calibration of other reasons.
  const proven = sources.filter((each) => !isUnprovenModel(each));
  const rawProbability = informational
    // To tell people resolves nothing, whatever a catalogue says.
    ? 0
    : mergeProbabilities((proven.length > 0 ? proven : sources).map((each) => each.probability));
  const calibrated = informational ? 0 : calibrate(input.calibration, rawProbability);
  const probability = proven.length > 0 ? calibrated : Math.min(calibrated, rawProbability);
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
    informational,
    probability,
    rawProbability,
    alpha: best.alpha,
    beta: best.beta,
    sources,
    explanation: informational
      ? ["It informs people and changes nothing."]
      : explain(sources, rawProbability, probability, input.calibration),
  };
}

function isUnprovenModel({ kind, breakdown: { pool, project } }: CandidateSource): boolean {
  return kind === "model" &&
    pool.successes + pool.failures + project.successes + project.failures < MODEL_MIN_OUTCOMES;
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
