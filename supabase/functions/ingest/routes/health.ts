import type { FunctionApp } from "../../_shared/platform/http.ts";

/** Says that the function runs; touches nothing, so that a probe costs nothing. */
export function healthRoute(app: FunctionApp): void {
  app.get("/health", (c) => c.json({ status: "ok" }));
}
