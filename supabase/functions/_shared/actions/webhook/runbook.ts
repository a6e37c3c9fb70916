import type { Diagnosis } from "../../diagnose/diagnosis.ts";
import type { Action } from "../action.ts";
import type { Runbook } from "../integrations.ts";
import { matchesWhen } from "../matcher.ts";
import { textFact } from "../support/facts.ts";
import type { Targets } from "../targets/targets.ts";
import { call, type CallParameters } from "./call.ts";

/**
 * A declared runbook as an action of its own, `webhook.<name>`, so that it earns its own track record. It is reversible
 * when the team gave a rollback URL; it is proposed for the diagnoses that its `when` describes.
 */
export function runbookAction(runbook: Runbook): Action<CallParameters, Targets> {
  return {
    ...call,
    name: `webhook.${runbook.name}`,
    title: runbook.title,
    description: runbook.description || runbook.title,
    risk: runbook.risk,
    reversible: runbook.rollback_url !== undefined,
    expectedRecoveryMs: runbook.recovery_ms,
    verificationWindowMs: runbook.window_ms,
    propose(diagnosis) {
      const named = textFact(diagnosis, "runbook") === runbook.name;
      if (!named && !matchesWhen(runbook.when, diagnosis)) return null;
      return {
        runbook: runbook.name,
        ...(runbook.subject === undefined ? {} : { subject: runbook.subject }),
        arguments: argumentsFor(runbook, diagnosis),
      };
    },
  };
}

/** The facts that the team asked for, and no others: a diagnosis may know more than a runbook should be told. */
function argumentsFor(runbook: Runbook, { facts }: Diagnosis): CallParameters["arguments"] {
  const chosen: CallParameters["arguments"] = {};
  for (const name of runbook.arguments) {
    const value = facts[name];
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      chosen[name] = value;
    }
    if (Array.isArray(value)) chosen[name] = value.join(",");
  }
  return chosen;
}
