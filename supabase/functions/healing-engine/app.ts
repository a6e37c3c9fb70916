import { createFunction } from "../_shared/platform/http.ts";
import { readHealth } from "./routes/health.ts";
import { runNow } from "./routes/run.ts";

export const app = createFunction({
  name: "healing-engine",
  summary:
    "Works off the queue: diagnose, decide, apply, verify, roll back, learn. Called by pg_net and pg_cron.",
});

runNow(app);
readHealth(app);
