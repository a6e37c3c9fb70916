import type { Pattern } from "../pattern.ts";

export const denoPermissionDenied: Pattern = {
  slug: "deno-permission-denied",
  category: "configuration",
  severity: "high",
  title: "Deno was not given a permission",
  explanation:
    "The program reads, writes, connects or looks at the environment without the flag that allows it. A " +
    "new dependency or a new host makes this appear after a change.",
  documentationUrl: "https://docs.deno.com/runtime/fundamentals/security/",
  match: {
    anyOf: [{ types: ["NotCapable"] }, {
      messages: [
        "Requires net access to",
        "Requires read access to",
        "Requires write access to",
        "Requires env access to",
        "Requires run access to",
        "run again with the --allow-",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 6, beta: 4 },
      reason: "A changed host or path asks for a permission that was not granted.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the start command needs the flag, and people decide on that.",
    },
  ],
  examples: {
    positive: [{
      type: "NotCapable",
      message: 'Requires net access to "api.example.com:443", run again with the --allow-net flag',
    }, {
      type: "PermissionDenied",
      message: 'Requires env access to "DATABASE_URL", run again with the --allow-env flag',
    }],
    negative: [{
      type: "Error",
      message: "EACCES: permission denied, open '/etc/app.key'",
      extra: { code: "EACCES" },
    }, { type: "Error", message: "This page requires access to your camera" }],
  },
};
