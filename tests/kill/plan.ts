import type { Crossing, Fate } from "./crossing.ts";

/** The steps of a heal, as the calls that it consists of. Each is killed before it arrives and after it took effect. */
export const STEPS = [
  "claim_jobs",
  "heal_context",
  "track_records",
  "store_decision",
  "finish_job",
  "fix_context",
  "action_configuration_read",
  "begin_fix",
  "action_configuration_set",
  "integration_secret",
  "webhook /apply",
  "advance_fix",
  "save_verification",
  "postpone_job",
  "webhook /rollback",
  "store_lesson",
  "queue_diagnosis",
  "kill_switch",
];
/** Calls of a worker that only looks for work: they do not count as life. */
const IDLE = [
  "claim_jobs",
  "next_job_at",
  "hold_watch",
  "publish_patterns",
  "active_patterns",
  "breaker_load",
  "record_function_calls",
];
/** Calls after which a worker is killed when every step has had its turn. */
const LONGEST_LIFE = 60;
/** Milliseconds from its first call after which it is killed wherever it is: while steps are missing it gets time to come to them. */
const LONGEST_LIFE_MS = 3_000;
const LONGEST_SEARCH_MS = 15_000;

export interface Plan {
  /** A new life, with a fate of its own. */
  begin(): void;
  fate: Fate;
  /** Nobody is killed until the next life begins. */
  spare(): void;
  /** Steps at which none has died yet. */
  missing(): string[];
}

/**
 * Chooses where each worker dies: at the first step at which none has died yet; once there is none left, after a random number of calls
 * or at a random moment.
 */
export function createPlan(kill: () => void, random: () => number): Plan {
  const missing = new Set(STEPS.flatMap((name) => [`before ${name}`, `after ${name}`]));
  let calls = 0;
  let isOver = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    kill();
  };
  return {
    begin() {
      calls = Math.ceil(LONGEST_LIFE * random());
      timer = undefined;
      isOver = false;
    },
    fate({ name, phase }: Crossing) {
      if (isOver) return false;
      // Life begins with the first call: before it there is nothing to interrupt.
      timer ??= setTimeout(
        end,
        missing.size > 0 ? LONGEST_SEARCH_MS : LONGEST_LIFE_MS * (0.1 + 0.9 * random()),
      );
      const isNew = missing.delete(`${phase} ${name}`);
      const isWornOut = missing.size === 0 && !IDLE.includes(name) && calls-- <= 0;
      if (isNew || isWornOut) end();
      return isNew || isWornOut;
    },
    spare() {
      isOver = true;
      clearTimeout(timer);
    },
    missing: () => [...missing],
  };
}
