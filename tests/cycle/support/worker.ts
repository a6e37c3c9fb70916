import { createOutbound } from "../../../supabase/functions/_shared/actions/targets/outbound.ts";
import type { World } from "../../../supabase/functions/_shared/cycle.ts";
import { activePatterns } from "../../../supabase/functions/_shared/diagnose/patterns/store.ts";
import { type EngineRun, runEngine } from "../../../supabase/functions/_shared/engine.ts";
import { fixStore } from "../../../supabase/functions/_shared/heal/fix.ts";
import { targetsFrom } from "../../../supabase/functions/_shared/heal/targets.ts";
import { jobQueue } from "../../../supabase/functions/_shared/platform/jobs.ts";
import { callRpc, type RpcClient } from "../../../supabase/functions/_shared/platform/rpc.ts";
import { z } from "zod";
import type { Clock } from "./clock.ts";

/** Called around every crossing between the worker and the world; what it throws or never answers is the worker's fate. */
export type Crossing = (name: string, phase: "before" | "after") => void | Promise<void>;

export interface WorkerOptions {
  client: RpcClient;
  clock: Clock;
  name?: string;
  crossing?: Crossing;
  /** What the engine does while it waits for work that is due soon. */
  wait?: (ms: number) => Promise<void>;
}

export interface Worker {
  world: World;
  /** Runs the engine until nothing is due or the deadline comes. */
  run(deadline: Date): Promise<EngineRun>;
  /** Every failed attempt, in order. */
  failures: string[];
}

/** As long as in functions/healing-engine. */
export const LEASE_SECONDS = 90;

/** An engine with the real adapters, wired as in functions/healing-engine, but for the clock and the crossings. */
export function createWorker(options: WorkerOptions): Worker {
  const { clock, crossing = () => {} } = options;
  const client: RpcClient = {
    async rpc(name, parameters) {
      await crossing(name, "before");
      const answer = await options.client.rpc(name, parameters);
      await crossing(name, "after");
      return answer;
    },
  };
  const outbound = createOutbound({ allowLoopback: true });
  const world: World = {
    client,
    fixes: fixStore(client),
    targetsOf: targetsFrom((projectId) => ({
      client,
      secret: (kind, name) =>
        callRpc(client, "integration_secret", {
          p_project_id: projectId,
          p_kind: kind,
          p_name: name,
        }, z.string().nullable()),
      async outbound(request) {
        const name = `${request.method} ${new URL(request.url).pathname}`;
        await crossing(name, "before");
        const response = await outbound(request);
        await crossing(name, "after");
        return response;
      },
      now: clock.now,
      installation: "test",
      wait: () => Promise.resolve(),
    })),
    patterns: activePatterns(client, clock.now),
    model: null,
    now: clock.now,
  };
  const failures: string[] = [];
  const queue = jobQueue(client, options.name ?? `worker-${crypto.randomUUID()}`, LEASE_SECONDS);
  return {
    world,
    failures,
    run: (deadline) =>
      runEngine({
        queue,
        world,
        now: clock.now,
        wait: options.wait ?? ((ms) => clock.advance(ms)),
        deadline,
        onFailure: (job, error) => failures.push(`${job.kind}: ${error}`),
      }),
  };
}
