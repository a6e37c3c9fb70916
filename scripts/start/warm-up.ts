import type { Platform } from "../platform/start.ts";

const FUNCTIONS = ["ingest", "healing-engine", "control", "configuration"];

/** A function loads when it is first called, which the first fault would pay for; how long that takes is told by the bench `limits`. */
export async function warmUp(platform: Platform): Promise<void> {
  for (const name of FUNCTIONS) {
    const response = await fetch(`${platform.functionsUrl}/${name}/health`);
    await response.body?.cancel();
  }
}
