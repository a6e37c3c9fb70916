import type { Pattern } from "../pattern.ts";

export const browserQuotaExceeded: Pattern = {
  slug: "browser-quota-exceeded",
  category: "frontend",
  severity: "low",
  title: "The browser's storage is full",
  explanation:
    "localStorage, IndexedDB or the cache reached the quota of this origin, or private mode allows none. " +
    "Values that only ever grow, such as logs or carts, are typical.",
  documentationUrl:
    "https://developer.mozilla.org/docs/Web/API/Storage_API/Storage_quotas_and_eviction_criteria",
  match: {
    anyOf: [{ types: ["QuotaExceededError", "NS_ERROR_DOM_QUOTA_REACHED"] }, {
      messages: ["exceeded the quota", "The quota has been exceeded", "QuotaExceededError"],
    }],
  },
  actions: [
    {
      action: "configuration.set-flag",
      prior: { alpha: 3, beta: 5 },
      reason: "Switches off the feature that stores too much.",
    },
    { action: "github.open-issue", prior: { alpha: 1, beta: 9 }, reason: "Limit and clean what is stored." },
  ],
  examples: {
    positive: [{
      type: "QuotaExceededError",
      message: "Failed to execute 'setItem' on 'Storage': Setting the value of 'cart' exceeded the quota.",
      platform: "javascript",
    }, { type: "QuotaExceededError", message: "The quota has been exceeded.", platform: "javascript" }],
    negative: [{
      type: "RateLimitError",
      message: "429 You exceeded your current quota, please check your plan and billing details.",
      extra: { code: "insufficient_quota" },
    }, { type: "Error", message: "ENOSPC: no space left on device, write", extra: { code: "ENOSPC" } }],
  },
};
