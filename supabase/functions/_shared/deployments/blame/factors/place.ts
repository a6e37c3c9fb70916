import type { FactorRule } from "./factor.ts";
import { mentions } from "./mentions.ts";

/** P(errors of a caller name the service they call | that service is the cause), and by chance. */
const CALLEE_NAMED = { cause: 0.5, chance: 0.06 };

/** Area: where the symptom shows against where the change was made, and whether the errors speak of calling that place. */
export const place: FactorRule = ({ state, subject, priors }) => {
  const others = Math.max(1, Object.keys(state.services).length - 1);
  const text = subject.facts?.text ?? "";
  return {
    name: "place",
    logLikelihood({ change }) {
      if (!change) return 0;
      // It may hit any of the services; that it hit this one is half a surprise.
      if (change.service === null) return Math.log(0.5);
      if (change.service === subject.service) return Math.log(1 - priors.elsewhere);
      const { cause, chance } = CALLEE_NAMED;
      const spoken = text === ""
        ? 1
        : mentions(text, change.service)
        ? cause / chance
        : (1 - cause) / (1 - chance);
      return Math.log(priors.elsewhere / others * spoken);
    },
    statement({ change }) {
      if (!change || change.service === null) return "it concerns every service";
      if (change.service === subject.service) return `it changed ${subject.service}, which fails`;
      const named = mentions(text, change.service) ? `, whose errors name ${change.service}` : "";
      return `it changed ${change.service}, while ${subject.service} fails${named}`;
    },
  };
};
