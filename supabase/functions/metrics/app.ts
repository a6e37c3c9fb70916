import { env as processEnv } from "../_shared/platform/env.ts";
import type { Env } from "../_shared/platform/env.ts";
import { createFunction } from "../_shared/platform/http.ts";
import type { FunctionApp } from "../_shared/platform/http.ts";
import { readMetrics } from "./routes/metrics.ts";

export function createMetrics(env: () => Env): FunctionApp {
  const app = createFunction({ name: "metrics", summary: "Metrics in Prometheus' text format.", env });
  readMetrics(app, env);
  return app;
}

export const app = createMetrics(processEnv);
