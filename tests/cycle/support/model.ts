import fc from "fast-check";
import type { TestDatabase } from "../../support/database.ts";
import { eventRow, OUT_OF_MEMORY, POOL_EXHAUSTED, trafficRow } from "./events.ts";
import { PROVEN } from "./scenarios.ts";
import type { Answer } from "./runbooks.ts";
import { type SteppedWorker, steppedWorker } from "./stepped-worker.ts";
import type { Ward } from "./ward.ts";

/** One step of a history. Plain data, so that a failing history can be read. */
export type Command =
  | { do: "break pool" | "mend pool" | "break memory" | "mend memory" }
  | { do: "errors"; count: number; of: "pool" | "memory" }
  | { do: "pass"; seconds: number }
  | { do: "work"; worker: 0 | 1; calls: number }
  | { do: "die"; worker: 0 | 1 }
  | { do: "decide"; role: Role; nth: number; state: "approved" | "dismissed" | "rolling_back" }
  | { do: "order"; runbook: string }
  | { do: "triage"; status: "resolved" | "ignored" | "ongoing" }
  | { do: "switch"; which: "project" | "global" | "dry run"; on: boolean }
  | { do: "mode"; mode: Mode }
  | { do: "action mode"; action: string; mode: Mode }
  | { do: "answer"; runbook: string; phase: "apply" | "rollback"; answer: Answer };

type Role = "operator" | "viewer" | "stranger" | "studio";
type Mode = "observe" | "suggest" | "auto";

const worker = fc.constantFrom(0 as const, 1 as const);
const mode = fc.constantFrom<Mode>("observe", "suggest", "auto");
/** These two act on one target. */
const SHARED = ["restart", "purge"];
const RUNBOOKS = [...SHARED, "wipe"];

/** What happens often in a life comes often: time, work, errors. */
export const commands: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("break pool" as const, "break memory" as const) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("mend pool" as const, "mend memory" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("errors" as const),
      count: fc.integer({ min: 1, max: 12 }),
      of: fc.constantFrom("pool" as const, "memory" as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("pass" as const),
      seconds: fc.constantFrom(1, 2, 4, 10, 30, 100, 400),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("work" as const),
      worker,
      calls: fc.oneof(fc.constant(500), fc.integer({ min: 1, max: 60 })),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("die" as const), worker }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("decide" as const),
      role: fc.constantFrom<Role>("operator", "operator", "viewer", "stranger", "studio"),
      nth: fc.nat(3),
      state: fc.constantFrom("approved" as const, "dismissed" as const, "rolling_back" as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("order" as const), runbook: fc.constantFrom(...SHARED) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("triage" as const),
      status: fc.constantFrom("resolved" as const, "ignored" as const, "ongoing" as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("switch" as const),
      which: fc.constantFrom("project" as const, "global" as const, "dry run" as const),
      on: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("mode" as const),
      mode: fc.constantFrom<Mode>("auto", "auto", "suggest", "observe"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("action mode" as const),
      action: fc.constantFrom("configuration.revert", "webhook.restart"),
      mode,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("answer" as const),
      runbook: fc.constantFrom(...RUNBOOKS),
      phase: fc.constantFrom("apply" as const, "rollback" as const),
      answer: fc.constantFrom<Answer>(
        "works",
        "works",
        "refuses",
        "is down",
        "works, and answers 500",
        "answers 500",
      ),
    }),
  },
);

interface Effect {
  key: string;
  project_id: number;
  fix_id: number;
  phase: string;
  switched_off: boolean;
  dry_run: boolean;
}

export interface Model {
  run(command: Command): Promise<void>;
  violations(): Promise<unknown[]>;
  comeToRest(): Promise<void>;
  leftovers(): Promise<unknown[]>;
  /** What kinds of things happened, each as often as it did. */
  happened(): Promise<string[]>;
  remove(): Promise<void>;
}

/** The longest that a call of a target takes: a worker that stands still for longer is dead. */
const LONGEST_CALL_MS = 30_000;
/** Beats of the application within one passage of time. */
const BEATS = 5;
const REQUESTS_PER_SECOND = 20;
const SWITCHES = { project: "healing_enabled", "dry run": "dry_run" } as const;

/** A project with three runbooks and a configuration to break, two workers, and people in every role. */
export async function createModel(db: TestDatabase, ward: Ward): Promise<Model> {
  const { clock, runbooks } = ward;
  await ward.sql("delete from action_records");
  await ward.sql("select change_config(null, 'healing.disabled', 'false')");
  const id = await ward.project();
  await ward.oldValue(id, "app.pool_size", 20);
  await ward.runbook(id, "restart", { subject: "app" });
  await ward.runbook(id, "purge", { subject: "app", risk: "guarded", status_url: undefined });
  // As tempting as can be, and never to be done alone.
  await ward.runbook(id, "wipe", { risk: "dangerous" });
  for (const name of RUNBOOKS) await ward.record(id, "category:resource", `webhook.${name}`, PROVEN);
  const people = { operator: await db.addUser(), viewer: await db.addUser(), stranger: await db.addUser() };
  for (const role of ["operator", "viewer"] as const) {
    await ward.sql("insert into project_members (project_id, user_id, role) values ($1, $2, $3)", [
      id,
      people[role],
      role,
    ]);
  }

  /** At which step each worker began the run that it is in. */
  const began = [0, 0];
  const workers: SteppedWorker[] = [0, 1].map((index) =>
    steppedWorker(ward.client, clock, () => void (began[index] = step))
  );
  const effects: Effect[] = [];
  let seenEffects = runbooks.effects.length;
  let seenConfig = (await ward.one("select coalesce(max(id), 0) as id from system_config")).id as number;
  let memoryIsBroken = false;
  let step = 0;
  /** At which step each switch was turned on. */
  const onSince: Record<"project" | "global" | "dry run", number | null> = {
    project: null,
    global: null,
    "dry run": null,
  };

  async function collectEffects(by: number): Promise<void> {
    const since = (which: keyof typeof onSince) => {
      const at = onSince[which];
      return at !== null && at <= began[by]!;
    };
    const note = (key: string, projectId: number) => {
      const [, fixId, phase] = /fix:(\d+):(\w+)/.exec(key)!;
      effects.push({
        key,
        project_id: projectId,
        fix_id: Number(fixId),
        phase: phase!,
        switched_off: since("project") || since("global"),
        dry_run: since("dry run"),
      });
    };
    for (; seenEffects < runbooks.effects.length; seenEffects++) {
      const { id: key, projectId } = runbooks.effects[seenEffects]!;
      note(key, projectId);
    }
    const rows = await ward.sql(
      "select id, project_id, idempotency_key from system_config where id > $1 and idempotency_key is not null order by id",
      [seenConfig],
    );
    for (const row of rows) {
      note(row.idempotency_key as string, row.project_id as number);
      seenConfig = row.id as number;
    }
  }

  async function work(index: 0 | 1, calls: number): Promise<void> {
    await workers[index]!.go(calls);
    await collectEffects(index);
  }

  /** A fault of memory is gone once a runbook has taken effect and was not taken back. */
  function memoryFails(): boolean {
    const last = runbooks.effects.findLast(({ projectId }) => projectId === id);
    return memoryIsBroken && last?.phase !== "apply";
  }

  async function pass(seconds: number): Promise<void> {
    // A worker that is alive does not stand still for longer than its slowest call.
    for (const index of [0, 1] as const) {
      const held = workers[index]!.heldSince();
      if (held && clock.now().getTime() - held.getTime() + seconds * 1000 > LONGEST_CALL_MS) {
        await work(index, 500);
      }
    }
    const beats = Math.min(BEATS, seconds);
    const requests = Math.round((seconds / beats) * REQUESTS_PER_SECOND);
    for (let beat = 0; beat < beats; beat++) {
      await clock.advance((seconds / beats) * 1000);
      const poolFails = await ward.value(id, "app.pool_size") === 1;
      const failing = [...(poolFails ? [POOL_EXHAUSTED] : []), ...(memoryFails() ? [OUT_OF_MEMORY] : [])];
      const errors = Math.min(12, Math.ceil(requests / 4));
      await call("record_batch", {
        p_batch: {
          traffic: [trafficRow(id, requests, failing.length * errors, clock.now())],
          events: failing.flatMap((error) =>
            Array.from({ length: errors }, () => eventRow(id, error, clock.now()))
          ),
          heartbeats: [],
        },
      });
    }
    if (seconds >= 30) await ward.sql("select prunella.run_minute()");
  }

  async function call(name: string, parameters: Record<string, unknown>): Promise<void> {
    const { error } = await ward.client.rpc(name, parameters);
    if (error) throw new Error(`${name}: ${error.message}`);
  }

  async function decide({ role, nth, state }: Extract<Command, { do: "decide" }>): Promise<void> {
    const rows = await ward.sql(
      "select id from auto_fixes where project_id = $1 order by id desc offset $2 limit 1",
      [id, nth],
    );
    const fixId = rows[0]?.id;
    if (fixId === undefined) return;
    const update = "update auto_fixes set state = $1 where id = $2 returning id";
    try {
      const changed = role === "studio"
        ? await ward.sql(update, [state, fixId])
        : await db.asUser(people[role], (tx) => tx.query(update, [state, fixId]), { commit: true });
      if (changed.length > 0 && (role === "viewer" || role === "stranger")) {
        throw new Error(`a ${role} changed fix ${fixId}`);
      }
    } catch (error) {
      // The law of a fix's life refuses what does not fit its state, and one target holds one active fix.
      if (!["23514", "42501", "23505"].includes((error as { code?: string }).code ?? "")) throw error;
    }
  }

  /** An operator heals by hand, whatever the engine is about to do on the same target. */
  async function order(runbook: string): Promise<void> {
    const action = `webhook.${runbook}`;
    const opened = await ward.client.rpc("open_manual_issue", {
      p_project_id: id,
      p_component: "app",
      p_action: action,
    });
    if (opened.error) throw new Error(`open_manual_issue: ${opened.error.message}`);
    const chosen = {
      action,
      target_key: "webhook:app",
      parameters: { runbook, subject: "app", arguments: {} },
      confidence: 0.5,
    };
    const approver = `user:${people.operator}`;
    await call("store_decision", {
      p_decision: {
        ...chosen,
        issue_id: opened.data,
        verdict: "apply",
        threshold: 0.85,
        explanation: "by hand",
        record: {
          by_hand: true,
          verdict: "apply",
          reasons: [],
          chosen: {
            action,
            parameters: chosen.parameters,
            targetKey: chosen.target_key,
            sources: [],
            rawProbability: chosen.confidence,
          },
          inform: null,
        },
        decided_by: approver,
        fixes: [{
          ...chosen,
          risk: runbook === "purge" ? "guarded" : "safe",
          reversible: true,
          informational: false,
          automatic: false,
          state: "approved",
          approved_by: approver,
          reason: "by hand",
        }],
      },
    });
  }

  async function turn(which: keyof typeof onSince, on: boolean): Promise<void> {
    if (which === "global") {
      await call("change_config", { p_project_id: null, p_key: "healing.disabled", p_value: on });
    } else {
      await ward.sql(`update projects set ${SWITCHES[which]} = $2 where id = $1`, [
        id,
        which === "project" ? !on : on,
      ]);
    }
    if (!on) onSince[which] = null;
    else onSince[which] ??= step;
  }

  async function run(command: Command): Promise<void> {
    step++;
    switch (command.do) {
      case "break pool":
      case "mend pool":
        return await ward.change(id, "app.pool_size", command.do === "break pool" ? 1 : 20);
      case "break memory":
      case "mend memory":
        memoryIsBroken = command.do === "break memory";
        return;
      case "errors":
        return await ward.errors(id, command.of === "pool" ? POOL_EXHAUSTED : OUT_OF_MEMORY, command.count);
      case "pass":
        return await pass(command.seconds);
      case "work":
        return await work(command.worker, command.calls);
      case "die":
        await workers[command.worker]!.die();
        return await collectEffects(command.worker);
      case "decide":
        return await decide(command);
      case "order":
        return await order(command.runbook);
      case "triage":
        await ward.sql("update detected_errors set status = $2 where project_id = $1", [id, command.status]);
        return;
      case "switch":
        return await turn(command.which, command.on);
      case "mode":
        await ward.sql("update projects set mode = $2 where id = $1", [id, command.mode]);
        return;
      case "action mode":
        return await call("set_mode", {
          p_project_id: id,
          p_action: command.action,
          p_mode: command.mode,
          p_reason: "test",
        });
      case "answer":
        return runbooks.answers(id, command.runbook, command.phase, command.answer);
    }
  }

  return {
    run,

    violations: () =>
      ward.sql("select * from test_clock.violations($1, $2, $3)", [id, JSON.stringify(effects), clock.now()]),

    /** Everything is switched on again, and time passes until whatever is on its way has arrived. */
    async comeToRest() {
      step++;
      for (const which of ["project", "global", "dry run"] as const) await turn(which, false);
      memoryIsBroken = false;
      await ward.change(id, "app.pool_size", 20);
      for (let round = 0; round < 40; round++) {
        await work(0, 500);
        await work(1, 500);
        const [busy] = await ward.sql(
          "select from auto_fixes where project_id = $1 and state in ('approved', 'applying', 'verifying', 'rolling_back') limit 1",
          [id],
        );
        if (!busy && round > 2) return;
        await pass(60);
      }
    },

    leftovers: () =>
      ward.sql(
        `select 'fix ' || f.id || ' is still ' || f.state || ' ' || coalesce(f.reason, '') as what from auto_fixes as f
         where f.project_id = $1 and f.state in ('approved', 'applying', 'verifying', 'rolling_back')
         union all
         select 'fix ' || f.id || ' taught nothing' from auto_fixes as f
         where f.project_id = $1 and f.outcome in ('succeeded', 'not_resolved', 'inconclusive') and not f.informational
           and not exists (select from lessons as l where l.fix_id = f.id)
         union all
         select 'job ' || j.id || ' ' || j.kind || ' is dead: ' || coalesce(j.last_error, '') from jobs as j
         where j.project_id = $1 and j.state = 'dead'
         union all
         select 'the audit log is broken' where not (verify_turning_points($1) ->> 'valid')::boolean`,
        [id],
      ),

    async happened() {
      const rows = await ward.sql(
        `select 'state ' || state as what from auto_fixes where project_id = $1
         union all select 'outcome ' || outcome from auto_fixes where project_id = $1 and outcome is not null
         union all select case approved_by when 'engine' then 'approved by engine' else 'approved by a person' end
           from auto_fixes where project_id = $1 and applied_at is not null
         union all select 'dangerous, applied by a person' from auto_fixes
           where project_id = $1 and applied_at is not null and risk = 'dangerous'
         union all select 'applied by another worker than began it' from auto_fixes
           where project_id = $1 and (apply_result ->> 'observed')::boolean
         union all select 'reverted configuration' from system_config where project_id = $1 and idempotency_key is not null`,
        [id],
      );
      return rows.map(({ what }) => what as string);
    },

    async remove() {
      for (const one of workers) await one.die();
      await ward.sql("delete from projects where id = $1", [id]);
    },
  };
}
