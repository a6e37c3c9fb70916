import type { Pattern } from "../pattern.ts";

export const storageFileTooLarge: Pattern = {
  slug: "storage-file-too-large",
  category: "validation",
  severity: "low",
  title: "The file is larger than storage accepts",
  explanation:
    "The upload is larger than the bucket's or the project's limit. Either users send more than intended, " +
    "or the limit was lowered.",
  documentationUrl: "https://supabase.com/docs/guides/storage/uploads/file-limits",
  match: {
    anyOf: [{ codes: ["EntityTooLarge"] }, { messages: ["The object exceeded the maximum allowed size"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 6, beta: 3 },
      reason: "The limit is a setting; when it was just lowered, putting it back is the cure.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The client should check the size before it uploads.",
    },
  ],
  examples: {
    positive: [{
      type: "StorageApiError",
      message: "The object exceeded the maximum allowed size",
      extra: { code: "EntityTooLarge", statusCode: "413" },
    }, { message: "The object exceeded the maximum allowed size" }],
    negative: [{ type: "Error", message: "PayloadTooLargeError: request entity too large", status: 413 }, {
      type: "Error",
      message: "The object exceeded its lifetime",
    }],
  },
};
