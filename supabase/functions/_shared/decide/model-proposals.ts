import type { AnyAction } from "../actions/catalogue.ts";
import type { ModelProposal } from "../diagnose/reasoning/reasoning.ts";
import { MODEL_CAUSE } from "../learn/patterns/standing.ts";
import type { CauseKey } from "./types.ts";

/** Under this cause the outcomes of a model's proposals are recorded: a model is trusted as far as its own record goes. */
export function modelCause(model: string): CauseKey {
  return `${MODEL_CAUSE as "pattern:model:"}${model}`;
}

/**
 * The actions, and once more each that a model proposed, with the parameters that it asked for. From here on they are candidates like
 * any other: the schema of the action is applied again, and the same limits and guardrails stand before them. Actions that this project
 * does not have, and those that only inform, are left out.
 */
export function withModelProposals(
  actions: readonly AnyAction[],
  model: string,
  proposals: readonly ModelProposal[],
): AnyAction[] {
  const proposed = proposals.flatMap(({ action: name, parameters }): AnyAction[] => {
    const action = actions.find((each) => each.name === name && !each.informational);
    const checked = action?.parameters.safeParse(parameters);
    return action && checked?.success ? [{ ...action, proposedBy: model, propose: () => checked.data }] : [];
  });
  return [...actions, ...proposed];
}
