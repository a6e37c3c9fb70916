import { pause } from "../../examples/shop/configuration.ts";
import type { Platform } from "../platform/start.ts";

const LOOK_MS = 200;

/** A human on call: approves whatever waits for review, after having read it for a while. */
export function startReviewer(
  platform: Platform,
  projectIds: readonly number[],
  reviewMs: number,
): { stop(): Promise<void> } {
  const ended = new AbortController();
  const working = (async () => {
    while (!ended.signal.aborted) {
      const waiting = await platform.sql(
        `select id from public.auto_fixes
         where project_id = any ($1) and state in ('proposed', 'in_review')
           and created_at < now() - make_interval(secs => $2::double precision / 1000)`,
        [projectIds, reviewMs],
      );
      for (const { id } of waiting) await approve(platform, Number(id));
      await pause(LOOK_MS, ended.signal);
    }
  })();
  return {
    async stop() {
      ended.abort();
      await working;
    },
  };
}

async function approve(platform: Platform, fixId: number): Promise<void> {
  const response = await fetch(`${platform.functionsUrl}/control/fixes/${fixId}/approve`, {
    method: "POST",
    headers: { "content-type": "application/json", apikey: platform.secretKey },
    body: JSON.stringify({ reason: "The lab's reviewer approves" }),
  });
  // 409: it ended by itself meanwhile.
  if (!response.ok && response.status !== 409) {
    throw new Error(`The reviewer could not approve fix ${fixId}: ${await response.text()}`);
  }
  await response.body?.cancel();
}
