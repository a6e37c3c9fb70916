import { type AnyAction, CATALOGUE } from "../_shared/actions/catalogue.ts";
import { call } from "../_shared/actions/webhook/call.ts";
import { failures } from "../_shared/platform/errors.ts";

/** Runbooks are a project's own; all of them take the parameters of `webhook.call`. */
const RUNBOOK = /^webhook\.[a-z0-9-]+$/;

/**
 * The parameters that an action takes. Whether the project has what it needs is decided when it is applied.
 *
 * @throws Failure `invalid_request` that lists the actions there are.
 */
export function knownAction(name: string): { name: string; parameters: AnyAction["parameters"] } {
  const action = CATALOGUE.find((candidate) => candidate.name === name);
  if (action) return { name, parameters: action.parameters };
  if (RUNBOOK.test(name)) return { name, parameters: call.parameters };
  const names = CATALOGUE.map((candidate) => candidate.name).join(", ");
  throw failures.invalidRequest(`There is no action ${name}. There are: ${names}, and webhook.<runbook>.`);
}
