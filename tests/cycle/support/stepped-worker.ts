import type { RpcClient } from "../../../supabase/functions/_shared/platform/rpc.ts";
import type { Clock } from "./clock.ts";
import { createWorker, type Worker } from "./worker.ts";

/** A worker that stands still in the midst of its work after so many calls, and can be let go on, or die there. */
export interface SteppedWorker {
  /** Lets it make so many calls, or as many as its work needs. */
  go(calls: number): Promise<void>;
  /** Nothing that it would do from here on happens. A new worker takes its place. */
  die(): Promise<void>;
  /** Since when it has been standing still in the midst of its work; null when it is not. */
  heldSince(): Date | null;
}

class Dead extends Error {}

interface Life {
  worker: Worker;
  dead: boolean;
  budget: number;
  heldSince: Date | null;
  /** Lets the call go on that it stands still at. */
  letGo: (() => void) | null;
  onHeld: () => void;
  run: Promise<void> | null;
}

/** @param onRun told at the beginning of each run */
export function steppedWorker(client: RpcClient, clock: Clock, onRun: () => void): SteppedWorker {
  let life = born();

  function born(): Life {
    const self: Omit<Life, "worker"> = {
      dead: false,
      budget: 0,
      heldSince: null,
      letGo: null,
      onHeld: () => {},
      run: null,
    };
    const worker = createWorker({
      // One job at a time, so that it stands still at one call.
      client: {
        rpc: (name, parameters) =>
          client.rpc(name, name === "claim_jobs" ? { ...parameters, p_limit: 1 } : parameters),
      },
      clock,
      async crossing() {
        if (self.dead) throw new Dead();
        if (self.budget-- > 0) return;
        self.heldSince ??= clock.now();
        const letGo = new Promise<void>((resolve) => self.letGo = resolve);
        self.onHeld();
        await letGo;
        if (self.dead) throw new Dead();
      },
    });
    return Object.assign(self, { worker });
  }

  async function finish(of: Life): Promise<void> {
    try {
      await of.worker.run(new Date(clock.now().getTime() + 1));
    } catch (error) {
      if (!(error instanceof Dead)) throw error;
    } finally {
      of.run = null;
      of.heldSince = null;
    }
  }

  return {
    async go(calls) {
      const held = new Promise<void>((resolve) => life.onHeld = resolve);
      life.budget = calls;
      if (life.run) {
        const { letGo } = life;
        life.letGo = null;
        letGo?.();
      } else {
        onRun();
        life.run = finish(life);
      }
      await Promise.race([life.run, held]);
    },
    async die() {
      const { run, letGo } = life;
      life.dead = true;
      letGo?.();
      life = born();
      await run;
    },
    heldSince: () => life.heldSince,
  };
}
