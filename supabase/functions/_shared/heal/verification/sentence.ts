import type { VerificationEvidence, VerificationState, VerificationVerdict } from "./types.ts";

/** One or two sentences that say what the counts show, for people who review a fix. */
export function describe(
  verdict: VerificationVerdict,
  state: VerificationState,
  evidence: VerificationEvidence,
): string {
  const counts = `${window(evidence.errorsBefore, evidence.exposureBefore, evidence)} before the fix, ` +
    `${window(evidence.errorsAfter, evidence.exposureAfter, evidence)} since`;
  const limit = percent(state.policy.remainingShare);
  const risk = percent(state.policy.alpha);
  switch (verdict) {
    case "resolved":
      return `Resolved: ${counts}. That at most ${limit} of the former rate remains is certain but for a risk of ${risk}.${
        caution(evidence)
      }`;
    case "not_resolved":
      return evidence.worsened
        ? `Not resolved, and worse than before: ${counts}.`
        : `Not resolved: ${counts}. More than ${limit} of the former rate remains, but for a risk of ${risk}.`;
    case "inconclusive":
      return `Inconclusive after ${seconds(evidence.elapsedMs)}: ${counts}. ${obstacle(state, evidence)}`;
    case "continue":
      return `Still verifying after ${seconds(evidence.elapsedMs)}: ${counts}. ${obstacle(state, evidence)}`;
  }
}

/** What stands between these counts and a verdict. */
function obstacle(state: VerificationState, evidence: VerificationEvidence): string {
  if (evidence.exposureBefore === 0) {
    return "No traffic was seen before the fix, so there is no rate to compare with.";
  }
  if (state.before.errors < state.policy.minimumErrorsBefore) {
    return `Fewer than ${state.policy.minimumErrorsBefore} errors before the fix cannot show an improvement.`;
  }
  if (evidence.exposureAfter === 0) {
    return "No traffic since the fix, and silence without traffic proves nothing.";
  }
  if (evidence.logEvidenceResolved >= evidence.needed) {
    return state.longestQuietMs > 0
      ? `The fault has paused for ${seconds(state.longestQuietMs)} on its own, so silence must last ${
        seconds(state.dwellMs)
      }.`
      : `It must stay quiet for ${seconds(state.dwellMs)}.`;
  }
  return evidence.dispersion > 1
    ? `The errors come in bursts (dispersion ${evidence.dispersion.toFixed(1)}), so more evidence is needed.`
    : "More traffic is needed to tell.";
}

function caution(evidence: VerificationEvidence): string {
  return evidence.unit === "seconds" ? " Traffic is not known, so errors were counted per second." : "";
}

function window(errors: number, exposure: number, { unit }: VerificationEvidence): string {
  const over = unit === "seconds" ? `${round(exposure)} s` : `${round(exposure)} requests`;
  return `${round(errors)} ${errors === 1 ? "error" : "errors"} in ${over}`;
}

const round = (value: number) => String(Math.round(value * 10) / 10);
const seconds = (ms: number) => `${round(ms / 1000)} s`;
const percent = (share: number) => `${round(share * 100)} %`;
