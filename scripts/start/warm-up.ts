import type { Platform } from "../platform/start.ts";

const FUNCTIONS = ["ingest", "control", "configuration"];

/**
 * A function loads when it is first called, and the engine writes its patterns to the database then; the first fault would pay for it. How
 * long that takes is told by the bench `limits`.
 */
export async function warmUp(platform: Platform): Promise<void> {
  const call = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${platform.functionsUrl}/${path}`, init);
    await response.body?.cancel();
  };
  for (const name of FUNCTIONS) await call(`${name}/health`);
  await call("healing-engine/run", { method: "POST", headers: { apikey: platform.automationsKey } });
}
