import type { Action } from "../actions/action.ts";
import type { Diagnosis, SuspectChange } from "../diagnose/diagnosis.ts";
import type { CalibrationMap } from "../learn/calibration.ts";
import type { JsonObject } from "../platform/json.ts";
import type { SourceInput } from "./confidence.ts";
import { BACKGROUND_PROBABILITY, CHANGE_ACTIONS, EVIDENCE_PRIOR, MODEL_PRIOR } from "./priors.ts";
import { modelCause } from "./model-proposals.ts";
import type {
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

/** Something an action would do, and the reasons for it. */
export interface Proposal {
  action: Action;
  parameters: JsonObject;
  sources: SourceInput[];
}

/** What one action proposes, with the reasons for it. An action that breaks is excluded and the others go on. */
export function proposals(
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
  if (action.proposedBy !== undefined) {
    return { parameters, sources: [modelSource(action, action.proposedBy, input)] };
  }
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

/** What the model says about its own certainty is not asked: its record says how often it was right. */
function modelSource(action: Action, model: string, input: CandidatesInput): SourceInput {
  return source(action, input, {
    kind: "model",
    causeKey: modelCause(model),
    patternId: null,
    prior: { ...MODEL_PRIOR, from: `an unproven proposal of ${model}` },
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
