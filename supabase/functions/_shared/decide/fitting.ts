import { ActionError } from "../actions/action-error.ts";
import type { AnyAction } from "../actions/catalogue.ts";
import type { Targets } from "../actions/targets/targets.ts";
import { candidateKey } from "./canonical.ts";
import type { DecisionRecord, ExcludedCandidate } from "./types.ts";

/** Candidates that turn out to have nothing to act on, before the decision is left as it is. */
const MAX_UNFIT = 5;

/**
 * Decides among the actions whose target still is as the diagnosis says: an index that exists meanwhile, a session that ended, a breaker
 * that is open already would only spend a proposal. The target of the choice is read (never touched) before the decision is final;
 * where there is nothing to act on, the next candidate has its turn.
 */
export async function decideAmongFitting(
  actions: readonly AnyAction[],
  decideWith: (actions: readonly AnyAction[]) => DecisionRecord,
  given: { projectId: number; issueId: number; now: Date; targets: Targets },
): Promise<DecisionRecord> {
  const unfit = new Map<string, ExcludedCandidate>();
  while (true) {
    const record = decideWith(actions.map((action) => without(action, unfit)));
    const { chosen } = record;
    const reason = chosen && unfit.size < MAX_UNFIT ? await obstacle(actions, chosen, given) : null;
    if (!chosen || reason === null) return { ...record, excluded: [...record.excluded, ...unfit.values()] };
    unfit.set(candidateKey(chosen.action, chosen.parameters), {
      action: chosen.action,
      parameters: chosen.parameters,
      reason,
    });
  }
}

function without(action: AnyAction, unfit: ReadonlyMap<string, unknown>): AnyAction {
  return {
    ...action,
    propose(diagnosis) {
      const parameters = action.propose(diagnosis);
      return parameters !== null && unfit.has(candidateKey(action.name, parameters)) ? null : parameters;
    },
  };
}

/** Why the action has nothing to act on; null when it has, or when its target cannot be read just now. */
async function obstacle(
  actions: readonly AnyAction[],
  chosen: NonNullable<DecisionRecord["chosen"]>,
  { projectId, issueId, now, targets }: { projectId: number; issueId: number; now: Date; targets: Targets },
): Promise<string | null> {
  const action = actions.find(({ name }) => name === chosen.action);
  if (!action) return null;
  try {
    const nobody = { fixId: "0", idempotencyKey: "fix:0:apply" };
    await action.capture({ projectId, issueId, now, targets, ...nobody }, chosen.parameters);
    return null;
  } catch (error) {
    if (error instanceof ActionError && !error.retry) return error.message;
    return null;
  }
}
