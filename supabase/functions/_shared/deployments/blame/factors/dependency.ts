import { callsOf } from "./calls.ts";
import { categoryProbability } from "../priors.ts";
import { troubledShare } from "../hazard.ts";
import { logMix } from "../counts.ts";
import { mentions } from "./mentions.ts";
import type { FactorRule } from "./factor.ts";

/** A dependency counts as troubled when it became so at most this long before the first event, or after it. */
const LOOK_BACK_MS = 15 * 60_000;

/**
 * P(seen | external outage), by how independent the witness is of our own code, and P(seen | anything else) before the project's own
 * share of such times is known.
 */
const INDEPENDENT = { outage: 0.45, otherwise: 0.004 };
const OWN_CALLS = { outage: 0.7, otherwise: 0.05 };
/** P(nothing seen by either | ...) once both had time. Reports come late, so early silence says little. */
const SILENCE = { outage: 0.3, otherwise: 0.95 };
const REPORT_MS = 40_000;
/** P(the message names a dependency | ...), troubled or not. */
const NAMED = { outage: 0.65, otherwise: 0.06 };
/**
 * A change can break our own calls to a vendor: a wrong key, a wrong address. Then the errors name the vendor and our calls fail
 * together, with the categories of an outage, so these must not be counted as coincidences of their own. P(it breaks such calls | it is the
 * cause), and what is seen then.
 */
const BREAKS_CALLS = 0.05;
const BROKEN_CALLS = { named: 0.9, callsFail: 0.7, independent: 0.004 };

/** Health of what lies outside, and whether the errors speak of it. */
export const dependency: FactorRule = (scene) => {
  const { state, subject, firstEventAt, now } = scene;
  const all = Object.values(state.dependencies);
  const text = subject.facts?.text ?? "";
  const category = subject.facts?.category ?? null;
  const troubled = all.filter((one) => one.state !== "up" && one.at >= firstEventAt - LOOK_BACK_MS);
  const independent = troubled.find((one) => one.source !== "calls");
  const late = Math.exp(-Math.max(0, now - firstEventAt) / REPORT_MS);
  const silence = { outage: SILENCE.outage + (1 - SILENCE.outage) * late, otherwise: SILENCE.otherwise };
  const witnessed = (outage: number, witness: "calls" | "independent", elsewhere: number) => ({
    outage,
    otherwise: troubledShare(scene, witness, elsewhere),
  });
  const seen = independent
    ? witnessed(INDEPENDENT.outage, "independent", INDEPENDENT.otherwise)
    : troubled.length > 0
    ? witnessed(OWN_CALLS.outage, "calls", OWN_CALLS.otherwise)
    : silence;
  const named = all.find((one) => mentions(text, one.name));
  const calls = callsOf(scene);
  return {
    name: "dependency",
    logLikelihood(suspect) {
      if (all.length === 0) return suspect.kind === "external" ? calls.outage : calls.otherwise;
      const said = (share: number) => subject.facts === null ? 1 : named ? share : 1 - share;
      if (suspect.kind === "external") return Math.log(seen.outage * said(NAMED.outage)) + calls.outage;
      const chance = seen.otherwise * said(NAMED.otherwise);
      if (!suspect.change) return Math.log(chance) + calls.otherwise;
      const broken = independent
        ? BROKEN_CALLS.independent
        : troubled.length > 0
        ? BROKEN_CALLS.callsFail
        : 1 - BROKEN_CALLS.callsFail * (1 - late);
      // The factor of categories counts with those of a change; here they are those of an outage.
      const asOutage = category === null
        ? 1
        : categoryProbability(category, "external") / categoryProbability(category, suspect.change.kind);
      return logMix(
        [BREAKS_CALLS * broken * said(BROKEN_CALLS.named) * asOutage, calls.outage],
        [(1 - BREAKS_CALLS) * chance, calls.otherwise],
      );
    },
    statement() {
      const health = independent
        ? `${independent.name} is reported ${independent.state}`
        : troubled[0]
        ? `our calls to ${troubled[0].name} fail`
        : "no dependency is known to be in trouble";
      const said = named ? `, and the errors name ${named.name}` : "";
      return `${health}${said}${
        calls.host === null ? "" : `, and follow on calls to ${calls.host} that failed`
      }`;
    },
  };
};
