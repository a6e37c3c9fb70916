import type { Diagnosis, SuspectDeployment } from "../../diagnose/diagnosis.ts";
import type { JsonObject } from "../../platform/json.ts";
import type { Action } from "../action.ts";
import type { Targets } from "../targets/targets.ts";

type Decision = SuspectDeployment["rollback"]["decision"];

/** An action that takes a deployment back, without what decides when it is proposed. */
export type TakingBack<P extends JsonObject> = Omit<Action<P, Targets>, "propose"> & {
  /** The way of going back that this action is, by `deployments/rollback/`. */
  method: string;
  /** Parameters for a suspect whose way back this is. */
  parametersFor(suspect: SuspectDeployment, diagnosis: Diagnosis): P | null;
};

/**
 * An action and its twin for humans. How far a deployment may be taken back was worked out and recorded before anything went wrong: past
 * an irreversible migration, beneath later deployments or again after it came back, it needs a person. The twin is `dangerous`, so no
 * threshold and no mode lets it pass without one.
 */
export function takingBack<P extends JsonObject>(
  spec: TakingBack<P>,
): [Action<P, Targets>, Action<P, Targets>] {
  const { method, parametersFor, ...action } = spec;
  const propose = (decision: Decision) => (diagnosis: Diagnosis) => {
    const suspect = diagnosis.changes.find(({ deployment }) =>
      deployment?.rollback.method === method && deployment.rollback.decision === decision
    )?.deployment;
    return suspect ? parametersFor(suspect, diagnosis) : null;
  };
  return [
    { ...action, propose: propose("automatic") },
    {
      ...action,
      name: `${action.name}-with-approval`,
      title: `${action.title}, with approval`,
      description:
        `${action.description} For a human to decide: later deployments, an irreversible migration or a repetition stand in the way.`,
      risk: "dangerous",
      propose: propose("human"),
    },
  ];
}
