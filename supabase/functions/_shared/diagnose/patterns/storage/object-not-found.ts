import type { Pattern } from "../pattern.ts";

export const storageObjectNotFound: Pattern = {
  slug: "storage-object-not-found",
  category: "storage",
  severity: "low",
  title: "A stored file does not exist for this user",
  explanation:
    "The path is wrong, the file was removed or never finished uploading, or a policy hides it: storage " +
    "answers not-found for what the user may not see.",
  documentationUrl: "https://supabase.com/docs/guides/storage/debugging/error-codes",
  match: {
    anyOf: [{ codes: ["NoSuchKey"] }, { types: ["StorageApiError"], messages: ["Object not found"] }, {
      messages: ["The resource was not found"],
      modules: ["*storage*"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 4, beta: 5 },
      reason: "A changed bucket or path prefix is configuration.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The code should handle a missing file.",
    },
  ],
  examples: {
    positive: [{
      type: "StorageApiError",
      message: "Object not found",
      extra: { code: "NoSuchKey", statusCode: "404" },
    }, {
      type: "StorageApiError",
      message: "Object not found",
      extra: { statusCode: "404", error: "not_found" },
    }],
    negative: [{
      type: "StorageApiError",
      message: "Bucket not found",
      extra: { code: "NoSuchBucket", statusCode: "404" },
    }, { type: "Error", message: "JSON object not found" }],
  },
};
