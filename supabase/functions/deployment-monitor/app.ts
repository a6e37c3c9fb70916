import { createFunction } from "../_shared/platform/http.ts";
import { readDeployment } from "./routes/deployment.ts";
import { listDeployments } from "./routes/deployments.ts";
import { receiveGithub } from "./routes/github.ts";
import { readMonitorHealth } from "./routes/health.ts";
import { reportDeployment } from "./routes/report.ts";
import { readRisk } from "./routes/risk.ts";
import { listJudgements } from "./routes/rollouts.ts";
import { runNow } from "./routes/run.ts";
import { receiveVercel } from "./routes/vercel.ts";

/** GitHub sends up to 25 MB; what concerns us is far smaller, and a push with more commits than fit is told by its deployment. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;

export const app = createFunction({
  name: "deployment-monitor",
  summary: "Hears of deployments, watches their health, and says which one caused what.",
  maxBodyBytes: MAX_BODY_BYTES,
});

receiveVercel(app);
receiveGithub(app);
reportDeployment(app);
listDeployments(app);
readDeployment(app);
listJudgements(app);
readRisk(app);
runNow(app);
readMonitorHealth(app);
