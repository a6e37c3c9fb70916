import { CATALOGUE } from "../_shared/actions/catalogue.ts";
import { failures } from "../_shared/platform/errors.ts";

/** Runbooks are a project's own, so their names are taken as they come. */
const RUNBOOK = /^webhook\.[a-zA-Z0-9][a-zA-Z0-9_-]*$/;

/** @throws Failure `invalid_request` that lists the actions there are: a mistyped name must not pass for a safeguard. */
export function requireAction(name: string): void {
  if (RUNBOOK.test(name) || CATALOGUE.some((action) => action.name === name)) return;
  const names = CATALOGUE.map((action) => action.name).join(", ");
  throw failures.invalidRequest(`There is no action ${name}. There are: ${names}, and webhook.<runbook>.`);
}
