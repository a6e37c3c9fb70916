import type { Pattern } from "../pattern.ts";

export const denoModuleNotFound: Pattern = {
  slug: "deno-module-not-found",
  category: "deployment",
  severity: "high",
  title: "Deno cannot resolve an import",
  explanation:
    "The specifier is not in the import map, has no prefix, or the remote module is gone. The function " +
    "cannot start until the import resolves.",
  documentationUrl: "https://docs.deno.com/runtime/fundamentals/modules/",
  match: {
    anyOf: [{
      messages: [
        'Module not found "*"',
        "not prefixed with / or ./ or ../",
        "Import * not a dependency and not in import map",
        "is not a dependency and not in import map",
      ],
    }],
  },
  actions: [
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The import has to be corrected or the last deployment taken back.",
    },
  ],
  examples: {
    positive: [{ type: "TypeError", message: 'Module not found "https://esm.sh/lodash@9.9.9".' }, {
      type: "TypeError",
      message: 'Relative import path "lodash" not prefixed with / or ./ or ../',
    }],
    negative: [
      { type: "Error", message: "Cannot find module 'lodash'", extra: { code: "MODULE_NOT_FOUND" } },
      {
        type: "TypeError",
        message: "Failed to fetch dynamically imported module: https://app.example.com/assets/Cart-4f3a.js",
      },
    ],
  },
};
