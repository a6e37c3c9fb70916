import type { Pattern } from "../pattern.ts";

export const storageBucketNotFound: Pattern = {
  slug: "storage-bucket-not-found",
  category: "configuration",
  severity: "high",
  title: "The storage bucket does not exist",
  explanation:
    "The named bucket is not in this project, or not visible for this role. Commonly the code runs " +
    "against another project or the bucket's name in configuration was changed.",
  documentationUrl: "https://supabase.com/docs/guides/storage/debugging/error-codes",
  match: {
    anyOf: [{ codes: ["NoSuchBucket"] }, {
      messages: ["Bucket not found", "The specified bucket does not exist"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 2 },
      reason: "Bucket name and project are configuration.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the bucket has to be created by a migration.",
    },
  ],
  examples: {
    positive: [{
      type: "StorageApiError",
      message: "Bucket not found",
      extra: { code: "NoSuchBucket", statusCode: "404" },
    }, { type: "StorageApiError", message: "Bucket not found", extra: { statusCode: "404" } }],
    negative: [{
      type: "StorageApiError",
      message: "Object not found",
      extra: { code: "NoSuchKey", statusCode: "404" },
    }, { type: "Error", message: "Time bucket not foundational" }],
  },
};
