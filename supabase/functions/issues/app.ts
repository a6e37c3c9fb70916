import { createFunction } from "../_shared/platform/http.ts";
import { listIssues } from "./routes/list.ts";
import { merge } from "./routes/merge.ts";
import { previewRules } from "./routes/preview-rules.ts";
import { readIssue } from "./routes/read.ts";
import { listRules } from "./routes/rules.ts";
import { split } from "./routes/split.ts";
import { listTemplates } from "./routes/templates.ts";
import { triage } from "./routes/triage.ts";
import { uploadSourceMap } from "./routes/upload-source-map.ts";

export const app = createFunction({
  name: "issues",
  summary: "Read issues and decide what belongs together: triage, merge, split, rules, source maps.",
  // Source maps are large: that route bounds its body itself, the others take the usual size.
  maxBodyBytes: null,
});

listIssues(app);
merge(app);
split(app);
listRules(app);
previewRules(app);
listTemplates(app);
uploadSourceMap(app);
readIssue(app);
triage(app);
