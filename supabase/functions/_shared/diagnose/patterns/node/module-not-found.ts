import type { Pattern } from "../pattern.ts";

export const nodeModuleNotFound: Pattern = {
  slug: "node-module-not-found",
  category: "deployment",
  severity: "high",
  title: "A module is missing at run time",
  explanation:
    "An import cannot be resolved: the package is a development dependency only, was not installed, the " +
    "file was not bundled, or its name differs in upper and lower case.",
  documentationUrl: "https://nodejs.org/api/errors.html#err_module_not_found",
  match: {
    anyOf: [{ codes: ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND", "ERR_PACKAGE_PATH_NOT_EXPORTED"] }, {
      messages: ["Cannot find module", "Cannot find package", 'is not defined by "exports"'],
    }, { types: ["ModuleNotFoundError"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 2, beta: 7 },
      reason: "Only where a setting names the module to load.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The last deployment has to be taken back or corrected.",
    },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "Cannot find package 'stripe' imported from /app/server.js",
      extra: { code: "ERR_MODULE_NOT_FOUND" },
    }, { type: "Error", message: "Cannot find module './Cart'", extra: { code: "MODULE_NOT_FOUND" } }],
    negative: [{ type: "TypeError", message: 'Module not found "https://esm.sh/lodash@9.9.9".' }, {
      type: "Error",
      message: "Learning module not found for course 7",
    }],
  },
};
