import { createFunction } from "../_shared/platform/http.ts";
import { advanceConfigurationRollout } from "./routes/advance-rollout.ts";
import { changeConfiguration } from "./routes/change.ts";
import { listConfiguration } from "./routes/list.ts";
import { readConfiguration } from "./routes/read.ts";
import { revertConfiguration } from "./routes/revert.ts";
import { listConfigurationRollouts } from "./routes/rollouts.ts";
import { startConfigurationRollout } from "./routes/start-rollout.ts";
import { listVersions } from "./routes/versions.ts";

export const app = createFunction({
  name: "configuration",
  summary: "Versioned configuration: applications read theirs, operators change and revert it.",
});

readConfiguration(app);
listConfiguration(app);
changeConfiguration(app);
listVersions(app);
revertConfiguration(app);
listConfigurationRollouts(app);
startConfigurationRollout(app);
advanceConfigurationRollout(app);
