import { type App, type ProjectOptions, type Ward } from "./ward.ts";
import { OUT_OF_MEMORY, POOL_EXHAUSTED } from "./events.ts";
import { createWorker, type Worker } from "./worker.ts";

export const POOL_SIZE = "app.pool_size";

export interface PoolProject {
  id: number;
  app: App;
  /** The bad change. */
  breakIt(): Promise<void>;
}

/** A project whose pool is large enough, until somebody sets it to 1. */
export async function poolProject(ward: Ward, options: ProjectOptions = {}): Promise<PoolProject> {
  const id = await ward.project(options);
  await ward.oldValue(id, POOL_SIZE, 20);
  const app = ward.app({
    projectId: id,
    error: POOL_EXHAUSTED,
    isBroken: async () => await ward.value(id, POOL_SIZE) === 1,
  });
  return { id, app, breakIt: () => ward.change(id, POOL_SIZE, 1) };
}

/** Successes that make an action certain enough to be applied alone, and its probability so certain that chance decides nothing. */
export const PROVEN = 400;

/** Errors come for so long before the engine looks: enough to tell afterwards whether they became fewer. */
const ALREADY_BROKEN_MS = 6_000;

export interface RunbookProject {
  id: number;
  app: App;
}

/**
 * A project that runs out of memory and has runbooks, of which the first is tried first. It is healed when one that helps has taken
 * effect and has not been taken back.
 */
export async function runbookProject(
  ward: Ward,
  runbooks: readonly {
    name: string;
    helps: boolean;
    proven?: number;
    configuration?: Record<string, unknown>;
  }[],
  options: ProjectOptions = {},
): Promise<RunbookProject> {
  const id = await ward.project(options);
  for (const [index, { name, proven = PROVEN, configuration }] of runbooks.entries()) {
    // Among actions that are equally sure the gentler one is taken: that makes the first one first.
    await ward.runbook(id, name, { risk: index === 0 ? "safe" : "guarded", ...configuration });
    await ward.record(id, "category:resource", `webhook.${name}`, proven, PROVEN - proven);
  }
  const helping = new Set(runbooks.filter(({ helps }) => helps).map(({ name }) => name));
  const inForce = (name: string) =>
    ward.runbooks.effects.findLast((effect) => effect.projectId === id && effect.runbook === name)?.phase ===
      "apply";
  const app = ward.app({
    projectId: id,
    error: OUT_OF_MEMORY,
    isBroken: () => ![...helping].some(inForce),
  });
  await ward.elapse(ALREADY_BROKEN_MS);
  return { id, app };
}

/** What took effect in a project, as `<runbook> <phase>`. */
export function effectsOf(ward: Ward, projectId: number): string[] {
  return ward.runbooks.effects.filter((effect) => effect.projectId === projectId)
    .map(({ runbook, phase }) => `${runbook} ${phase}`);
}

/** Every value that a key ever had, in order. */
export async function history(ward: Ward, projectId: number, key = POOL_SIZE): Promise<unknown[]> {
  const rows = await ward.sql(
    "select value from system_config where project_id = $1 and key = $2 order by version",
    [
      projectId,
      key,
    ],
  );
  return rows.map(({ value }) => value);
}

/** A worker during whose call of `name` something happens, once. */
export function interrupted(
  ward: Ward,
  name: string,
  phase: "before" | "after",
  happens: () => void | Promise<void>,
): Worker {
  let happened = false;
  return createWorker({
    client: ward.client,
    clock: ward.clock,
    wait: (ms) => ward.elapse(ms),
    async crossing(crossed, at) {
      if (happened || !crossed.includes(name) || at !== phase) return;
      happened = true;
      await happens();
    },
  });
}

/** Runs a worker until it dies at a call: from there on nothing that it sends arrives, and its lease runs out. */
export async function dieAt(
  ward: Ward,
  name: string,
  phase: "before" | "after",
  withinMs = 60_000,
): Promise<void> {
  let dead = false;
  const worker = createWorker({
    client: ward.client,
    clock: ward.clock,
    wait: (ms) => ward.elapse(ms),
    crossing(crossed, at) {
      if (dead || (crossed.includes(name) && at === phase)) {
        dead = true;
        throw new Error("the worker is dead");
      }
    },
  });
  const until = ward.clock.now().getTime() + withinMs;
  while (!dead) {
    if (ward.clock.now().getTime() >= until) throw new Error(`the worker never came to ${name}`);
    await worker.run(new Date(ward.clock.now().getTime() + 1)).catch(() => {});
    if (!dead) await ward.elapse(500);
  }
  await ward.sql("update jobs set leased_until = $1 where state = 'running'", [
    new Date(ward.clock.now().getTime() - 1),
  ]);
}
