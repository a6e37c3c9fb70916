import type { Pattern } from "../pattern.ts";

export const configurationBadFeatureFlag: Pattern = {
  slug: "configuration-bad-feature-flag",
  category: "configuration",
  severity: "medium",
  title: "A feature flag switched on something that fails",
  explanation:
    "The failing code is behind a feature flag, and the error names it. Switching the flag back is the " +
    "fastest cure, independent of a deployment.",
  documentationUrl: "https://openfeature.dev/docs/reference/intro",
  match: {
    anyOf: [
      {
        messages: [
          "feature flag * is enabled",
          "feature flag * enabled",
          "feature flag",
          "flag enabled",
          "enabled by flag",
          "behind flag",
          "(flag *)",
          "unknown flag",
          "flag evaluation failed",
          "experiment variant",
        ],
      },
      { codes: ["FLAG_NOT_FOUND", "TYPE_MISMATCH_FLAG"] },
      { types: ["*FeatureFlag*", "FlagNotFoundError"] },
    ],
  },
  actions: [
    {
      action: "configuration.set-flag",
      prior: { alpha: 9, beta: 1.5 },
      reason: "Switching the named flag back restores the former path.",
    },
    {
      action: "configuration.revert",
      prior: { alpha: 8, beta: 2 },
      reason: "If the flag is a key of the configuration, so does reverting it.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The new path has to be corrected before the next try.",
    },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "new checkout failed: feature flag new_checkout is enabled but provider is not configured",
    }, { type: "FeatureFlagError", message: 'flag evaluation failed for "express_shipping"' }],
    negative: [{ type: "Error", message: "red flagged transaction 17" }, {
      type: "TypeError",
      message: "cart.total is not a function",
    }],
  },
};
