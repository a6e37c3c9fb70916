import type { Pattern } from "../pattern.ts";

export const storageAccessDenied: Pattern = {
  slug: "storage-access-denied",
  category: "authorization",
  severity: "medium",
  title: "Storage refuses access to the file",
  explanation:
    "No storage policy allows this role to do this with the object, or a signed URL is wrong or has " +
    "expired.",
  documentationUrl: "https://supabase.com/docs/guides/storage/debugging/error-codes",
  match: {
    anyOf: [{ codes: ["AccessDenied", "InvalidSignature", "SignatureDoesNotMatch", "ExpiredToken"] }, {
      types: ["StorageApiError"],
      statuses: ["403"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 4, beta: 5 },
      reason: "Keys and the lifetime of signed URLs are configuration.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Policies are never loosened by a machine.",
    },
  ],
  examples: {
    positive: [{
      type: "StorageApiError",
      message: "Access denied",
      extra: { code: "AccessDenied", statusCode: "403" },
    }, { type: "StorageApiError", message: "new upload refused", extra: { statusCode: "403" } }],
    negative: [{
      type: "StorageApiError",
      message: "Object not found",
      extra: { code: "NoSuchKey", statusCode: "404" },
    }, { type: "Error", message: "Access denied to microphone" }],
  },
};
