import type { BaselineTotals, Outcome, Totals } from "./outcome.ts";

const seconds = (ms: number | null) => ms === null ? "-" : `${(ms / 1000).toFixed(1)} s`;

const BASELINE_NAMES: Record<string, string> = { nothing: "Doing nothing", retry_only: "Retrying only" };

/** One scenario as a paragraph. */
export function describeOutcome(outcome: Outcome): string {
  const verdict =
    outcome.objections.length > 0 || outcome.false_heals > 0 || outcome.healed !== outcome.healable
      ? "NOT AS IT SHOULD BE"
      : outcome.healable
      ? `healed${outcome.alone ? " alone" : " after approval"}`
      : "left alone, people informed";
  const actions = outcome.actions.map(({ action, state, automatic, applied_ms }) =>
    `${action} ${state.replace("_", " ")}${automatic ? "" : " (approved)"} at ${seconds(applied_ms)}`
  );
  return [
    `${outcome.name}: ${outcome.title}`,
    `  ${verdict}; first failure ${seconds(outcome.first_failure_ms)}, detected ${
      seconds(outcome.detected_ms)
    }, healed ${seconds(outcome.healed_ms)}, verified ${
      seconds(outcome.verified_ms)
    }, false heals ${outcome.false_heals}`,
    `  actions: ${actions.join("; ") || "none"}${
      outcome.informed > 0 ? `; people informed ${outcome.informed}x` : ""
    }`,
    ...outcome.objections.map((objection) => `  objection: ${objection}`),
  ].join("\n");
}

export function describeTotals(
  totals: Totals,
  baselines: Record<string, BaselineTotals> | null,
): string {
  const lines = [
    "",
    `With Prunella: ${totals.healed} of ${totals.healable} healable faults healed (${totals.healed_alone} alone, ` +
    `${totals.healed_after_approval} after the reviewer's approval), ${totals.false_heals} false heal${
      totals.false_heals === 1 ? "" : "s"
    }`,
    `  detected after ${seconds(totals.mttd_ms)} on average (${
      seconds(totals.mttd_from_failure_ms)
    } after the first error that a customer got)`,
    `  healed after ${seconds(totals.mttr_ms)} on average: alone ${
      seconds(totals.mttr_alone_ms)
    }, after approval ${seconds(totals.mttr_after_approval_ms)}`,
    `  faults of configuration healed after ${seconds(totals.mttr_configuration_ms)} on average, ${
      seconds(totals.worst_configuration_ms)
    } at worst`,
  ];
  for (const [name, baseline] of Object.entries(baselines ?? {})) {
    lines.push(
      `${BASELINE_NAMES[name] ?? name}: ${baseline.healed} of ${totals.healable} healed within ${
        seconds(baseline.observed_ms)
      }, ${Math.round(baseline.failed_share * 100)} % of the requests failed`,
    );
  }
  return lines.join("\n");
}
