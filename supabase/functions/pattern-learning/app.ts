import { createFunction } from "../_shared/platform/http.ts";
import { explainMatch } from "./routes/explain.ts";
import { exportPatterns } from "./routes/export.ts";
import { giveFeedback } from "./routes/feedback.ts";
import { importPatterns } from "./routes/import.ts";
import { readHistory } from "./routes/history.ts";
import { readPattern } from "./routes/read.ts";
import { readReasoning } from "./routes/reasoning.ts";
import { searchPatterns } from "./routes/search.ts";
import { setStanding } from "./routes/set-standing.ts";

/** A thousand patterns with long explanations. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

export const app = createFunction({
  name: "pattern-learning",
  summary:
    "The patterns that Prunella knows and learns: search, read, explain, judge, export and import them.",
  maxBodyBytes: MAX_BODY_BYTES,
});

searchPatterns(app);
readPattern(app);
readHistory(app);
giveFeedback(app);
setStanding(app);
explainMatch(app);
exportPatterns(app);
importPatterns(app);
readReasoning(app);
