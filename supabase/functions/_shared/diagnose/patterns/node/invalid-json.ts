import type { Pattern } from "../pattern.ts";

export const nodeInvalidJson: Pattern = {
  slug: "node-invalid-json",
  category: "runtime",
  severity: "medium",
  title: "An answer or file is not JSON",
  explanation:
    "Text that should be JSON is something else, frequently an HTML error page, an empty body, or a text " +
    "that was cut. The failing part is whoever sent it.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/JavaScript/Reference/Errors/JSON_bad_parse",
  match: {
    anyOf: [{
      types: ["SyntaxError"],
      messages: [
        "in JSON at position",
        "Unexpected end of JSON input",
        "is not valid JSON",
        "JSON.parse: unexpected",
        "JSON Parse error",
      ],
    }, { types: ["JSONDecodeError"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 6, beta: 4 },
      reason:
        "A URL that now leads to a page instead of the API, or a broken JSON setting, is configuration.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 4, beta: 5 },
      reason: "If a dependency answers with error pages, failing fast is kinder.",
    },
    { action: "github.open-issue", prior: { alpha: 1, beta: 9 }, reason: "Check the status before parsing." },
  ],
  examples: {
    positive: [
      { type: "SyntaxError", message: "Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON" },
      { type: "SyntaxError", message: "Unexpected end of JSON input" },
    ],
    negative: [{
      type: "PostgresError",
      message: "invalid input syntax for type json",
      extra: { code: "22P02" },
    }, { type: "SyntaxError", message: "Invalid regular expression: missing /" }],
  },
};
