import { createFunction } from "../_shared/platform/http.ts";
import { approveFix } from "./routes/approve-fix.ts";
import { createKey } from "./routes/create-key.ts";
import { dismissFix } from "./routes/dismiss-fix.ts";
import { heal } from "./routes/heal.ts";
import { readStatistics } from "./routes/statistics.ts";
import { readStatus } from "./routes/status.ts";
import { readThreshold } from "./routes/read-threshold.ts";
import { readTimeline } from "./routes/timeline.ts";
import { forceRollback } from "./routes/rollback-fix.ts";
import { setDryRun } from "./routes/set-dry-run.ts";
import { setMode } from "./routes/set-mode.ts";
import { setSecret } from "./routes/set-secret.ts";
import { setThreshold } from "./routes/set-threshold.ts";
import { switchHealing } from "./routes/switch.ts";
import { verifyLedger } from "./routes/verify-ledger.ts";

export const app = createFunction({
  name: "control",
  summary: "People and machines steer healing: switch it, limit it, approve, dismiss, roll back, look.",
});

readStatus(app);
readStatistics(app);
switchHealing(app);
setMode(app);
setDryRun(app);
readThreshold(app);
setThreshold(app);
heal(app);
approveFix(app);
dismissFix(app);
forceRollback(app);
readTimeline(app);
verifyLedger(app);
createKey(app);
setSecret(app);
