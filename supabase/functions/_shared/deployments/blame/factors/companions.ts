import { type ServiceState, sumOf } from "../state.ts";
import type { FactorRule } from "./factor.ts";
import { siblingsOf } from "./siblings.ts";

/** Failures of a service count from this long before the first event of the subject. */
const LEAD_MS = 20_000;
/** Services that fail with it are counted up to this many: they fail for one reason, not for independent ones. */
const COUNT_LIMIT = 2;
/** Log likelihood ratio from which a service counts as failing: odds of about 1,000 to 1. */
const FAILING_NATS = 7;
/** Failures that would be expected of a service that had doubled its rate; below it, its silence says nothing. */
const LEAST_EXPECTED = 1;

/** True when the service fails clearly more than before, false when it clearly does not, null when it is too quiet. */
export function failsSince(service: ServiceState, since: number): boolean | null {
  let [requests, failures, pastRequests, pastFailures] = [0, 0, service.past.requests, service.past.failures];
  for (const bin of service.bins) {
    const [r, f] = sumOf(bin);
    if (bin.t >= since) {
      requests += r;
      failures += f;
    } else {
      pastRequests += r;
      pastFailures += f;
    }
  }
  const expected = ((pastFailures + 0.5) / (pastRequests + 100)) * requests;
  const ratio = failures > expected ? failures * Math.log(failures / expected) - (failures - expected) : 0;
  if (ratio >= FAILING_NATS) return true;
  return expected >= LEAST_EXPECTED || requests >= 100 ? false : null;
}

/** Who else began to fail: vendors and load hurt several services, a change mostly its own. */
export const companions: FactorRule = (scene) => {
  const { state, subject, priors, firstEventAt } = scene;
  const failing: string[] = [];
  const calm: string[] = [];
  // What their issues say of each suspect says more than that they fail.
  const spoken = new Set(siblingsOf(scene).map(({ service }) => service));
  for (const [name, service] of Object.entries(state.services)) {
    if (name === subject.service || spoken.has(name)) continue;
    const fails = failsSince(service, firstEventAt - LEAD_MS);
    if (fails === true) failing.push(name);
    else if (fails === false) calm.push(name);
  }
  return {
    name: "companions",
    logLikelihood(suspect) {
      const { own, external, traffic, leak, organic } = priors.companion;
      const general = suspect.change
        ? (suspect.change.service === null ? external : own)
        : { external, traffic, leak, organic }[suspect.other ?? "organic"];
      // Its own service is where a change is expected to hurt first, even if we look at another one.
      const expectation = (name: string) => suspect.change?.service === name ? 0.8 : general;
      const likelihoods = [
        ...failing.slice(0, COUNT_LIMIT).map((name) => Math.log(expectation(name))),
        ...calm.slice(0, COUNT_LIMIT).map((name) => Math.log(1 - expectation(name))),
      ];
      return likelihoods.reduce((sum, value) => sum + value, 0);
    },
    statement: () =>
      failing.length > 0 ? `${failing.join(", ")} began to fail as well` : "no other service fails",
  };
};
