import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AnyAction } from "../../supabase/functions/_shared/actions/catalogue.ts";
import { enableFallback } from "../../supabase/functions/_shared/actions/configuration/enable-fallback.ts";
import { openBreaker } from "../../supabase/functions/_shared/actions/configuration/open-breaker.ts";
import { raiseLimit } from "../../supabase/functions/_shared/actions/configuration/raise-limit.ts";
import { resetBreaker } from "../../supabase/functions/_shared/actions/configuration/reset-breaker.ts";
import { revert } from "../../supabase/functions/_shared/actions/configuration/revert.ts";
import { setFlag } from "../../supabase/functions/_shared/actions/configuration/set-flag.ts";
import { tightenLimit } from "../../supabase/functions/_shared/actions/configuration/tighten-limit.ts";
import type { Targets } from "../../supabase/functions/_shared/actions/targets/targets.ts";
import type { Json, JsonObject } from "../../supabase/functions/_shared/platform/json.ts";
import { contextsOf } from "./support/context.ts";
import { type ActionsDatabase, actionsDatabase } from "./support/database.ts";
import { testTargets } from "./support/targets.ts";

let db: ActionsDatabase;
let projectId: number;
let targets: Targets;
let fixNumber = 0;

beforeAll(async () => void (db = await actionsDatabase()));
afterAll(() => db.close());
beforeEach(async () => {
  projectId = await db.addProject();
  targets = testTargets({ client: db.client, projectId });
});

const nextFix = () => contextsOf(targets, String(++fixNumber), projectId);
const value = (key: string) => db.value(projectId, key);
const set = (key: string, to: Json) => db.configure(projectId, key, to);

interface Case {
  action: AnyAction;
  key: string;
  declarations: JsonObject;
  before: Json;
  parameters: JsonObject;
  after: Json;
}

const CASES: Case[] = [
  {
    action: revert,
    key: "app.pool_size",
    declarations: {},
    before: 2,
    parameters: { key: "app.pool_size", version: 2, previous_version: 1 },
    after: 20,
  },
  {
    action: setFlag,
    key: "app.flags.new_checkout",
    declarations: { "app.flags.new_checkout": { kind: "flag", safe: false } },
    before: true,
    parameters: { key: "app.flags.new_checkout" },
    after: false,
  },
  {
    action: tightenLimit,
    key: "app.batch_size",
    declarations: { "app.batch_size": { kind: "limit", min: 50, max: 500 } },
    before: 101,
    parameters: { key: "app.batch_size", factor: 0.5 },
    after: 50,
  },
  {
    action: raiseLimit,
    key: "app.timeout_ms",
    declarations: { "app.timeout_ms": { kind: "limit", min: 100, max: 4000 } },
    before: 3000,
    parameters: { key: "app.timeout_ms", factor: 1.5 },
    after: 4000,
  },
  {
    action: openBreaker,
    key: "app.breakers.payments",
    declarations: {
      "app.breakers.payments": { kind: "breaker", open: { state: "open" }, closed: { state: "closed" } },
    },
    before: { state: "closed" },
    parameters: { key: "app.breakers.payments" },
    after: { state: "open" },
  },
  {
    action: resetBreaker,
    key: "app.breakers.payments",
    declarations: { "app.breakers.payments": { kind: "breaker" } },
    before: "open",
    parameters: { key: "app.breakers.payments" },
    after: "closed",
  },
  {
    action: enableFallback,
    key: "app.fallbacks.search",
    declarations: { "app.fallbacks.search": { kind: "fallback", on: "postgres" } },
    before: "engine",
    parameters: { key: "app.fallbacks.search" },
    after: "postgres",
  },
];

describe.each(CASES.map((one) => [one.action.name, one] as const))("%s", (_name, given) => {
  const { action, key, parameters, before, after } = given;
  beforeEach(async () => {
    await set("declarations", given.declarations);
    await set(key, action === revert ? after : null);
    await set(key, before);
  });

  it("gives the key its new value, is seen, and takes it back", async () => {
    const { applying, rollingBack } = nextFix();
    const captured = await action.capture(applying, parameters);
    expect(await action.observe(applying, parameters, captured)).toBe("not_applied");
    await action.apply(applying, parameters, captured);
    expect(await value(key)).toEqual(after);
    expect(await action.observe(applying, parameters, captured)).toBe("applied");
    expect(await action.observe(rollingBack, parameters, captured)).toBe("not_applied");
    await action.rollback(rollingBack, parameters, captured);
    expect(await value(key)).toEqual(before);
    expect(await action.observe(rollingBack, parameters, captured)).toBe("applied");
  });

  it("writes one version only, however often it is applied and rolled back", async () => {
    const { applying, rollingBack } = nextFix();
    const captured = await action.capture(applying, parameters);
    const first = await action.apply(applying, parameters, captured);
    const second = await action.apply(applying, parameters, captured);
    expect(second).toEqual({ ...first, outcome: "already" });
    await action.rollback(rollingBack, parameters, captured);
    await action.rollback(rollingBack, parameters, captured);
    const versions = await db.query(
      "select version from public.system_config where project_id = $1 and key = $2 order by version",
      [projectId, key],
    );
    expect(versions.map((row) => row.version)).toEqual([1, 2, 3, 4]);
  });

  it("fails without effect when somebody changed the key after it was captured", async () => {
    const { applying } = nextFix();
    const captured = await action.capture(applying, parameters);
    await set(key, "by hand");
    await expect(action.apply(applying, parameters, captured)).rejects.toMatchObject({
      code: "conflict",
      effect: "none",
    });
    expect(await value(key)).toBe("by hand");
    expect(await action.observe(applying, parameters, captured)).toBe("not_applied");
  });

  it("does not take back what somebody changed since", async () => {
    const { applying, rollingBack } = nextFix();
    const captured = await action.capture(applying, parameters);
    await action.apply(applying, parameters, captured);
    await set(key, "by hand");
    await expect(action.rollback(rollingBack, parameters, captured)).rejects.toMatchObject({
      code: "conflict",
    });
    expect(await value(key)).toBe("by hand");
  });

  it("takes nothing back when it was never applied", async () => {
    const { applying, rollingBack } = nextFix();
    const captured = await action.capture(applying, parameters);
    await action.rollback(rollingBack, parameters, captured);
    expect(await value(key)).toEqual(before);
  });

  it("reaches no other project", async () => {
    const other = await db.addProject();
    await db.configure(other, key, before);
    const { applying } = nextFix();
    await action.apply(applying, parameters, await action.capture(applying, parameters));
    expect(await db.value(other, key)).toEqual(before);
  });

  it("has nothing to do when the value is the wanted one already", async () => {
    await set(key, after);
    const version = { ...parameters, ...(action === revert ? { version: 3 } : {}) };
    await expect(action.capture(nextFix().applying, version)).rejects.toMatchObject({
      code: "not_applicable",
    });
  });

  it("captures the same again after a crash, since capturing changes nothing", async () => {
    const { applying } = nextFix();
    expect(await action.capture(applying, parameters)).toEqual(await action.capture(applying, parameters));
    expect(await value(key)).toEqual(before);
  });
});

describe("configuration.revert", () => {
  it("reports a conflict when the suspected version is no longer the current one", async () => {
    for (const to of [20, 2, 3]) await set("app.pool_size", to);
    const captured = revert.capture(nextFix().applying, {
      key: "app.pool_size",
      version: 2,
      previous_version: 1,
    });
    await expect(captured).rejects.toMatchObject({ code: "conflict" });
    expect(await value("app.pool_size")).toBe(3);
  });

  it("unsets a key that did not exist before the suspected change", async () => {
    await set("app.flags.beta", true);
    const { applying } = nextFix();
    const parameters = { key: "app.flags.beta", version: 1, previous_version: null };
    await revert.apply(applying, parameters, await revert.capture(applying, parameters));
    expect(await value("app.flags.beta")).toBeNull();
  });

  it("notes in the new version which one it restores", async () => {
    for (const to of [20, 2]) await set("app.pool_size", to);
    const { applying } = nextFix();
    const parameters = { key: "app.pool_size", version: 2, previous_version: 1 };
    await revert.apply(applying, parameters, await revert.capture(applying, parameters));
    const [row] = await db.query(
      "select reverts_version, reason from public.system_config where project_id = $1 and version = 3",
      [projectId],
    );
    expect(row).toMatchObject({
      reverts_version: 1,
      reason: expect.stringContaining(`fix ${applying.fixId}`),
    });
  });
});

describe("limits", () => {
  const limit = (declaration: JsonObject) =>
    set("declarations", { "app.limit": { kind: "limit", ...declaration } });
  const capture = (action: AnyAction, factor: number) =>
    action.capture(nextFix().applying, { key: "app.limit", factor });

  it("are never moved beyond their declared bounds", async () => {
    await limit({ min: 4, max: 12 });
    await set("app.limit", 6);
    expect(await capture(tightenLimit, 0.1)).toMatchObject({ to: 4 });
    expect(await capture(raiseLimit, 4)).toMatchObject({ to: 12 });
  });

  it("are not moved when they are at the bound or beyond it", async () => {
    await limit({ min: 4, max: 12 });
    for (const at of [4, 3]) {
      await set("app.limit", at);
      await expect(capture(tightenLimit, 0.5)).rejects.toMatchObject({ code: "not_applicable" });
    }
    await set("app.limit", 12);
    await expect(capture(raiseLimit, 1.5)).rejects.toMatchObject({ code: "not_applicable" });
  });

  it("are moved only in the direction that is declared to bring relief", async () => {
    await limit({ min: 1, max: 100, relief: "lower" });
    await set("app.limit", 10);
    await expect(capture(raiseLimit, 1.5)).rejects.toMatchObject({ code: "not_applicable" });
    expect(await capture(tightenLimit, 0.5)).toMatchObject({ to: 5 });
  });

  it("that are not declared, or no numbers, are left alone", async () => {
    await set("app.limit", 10);
    await expect(capture(tightenLimit, 0.5)).rejects.toMatchObject({ code: "not_applicable" });
    await limit({ min: 1, max: 100 });
    await set("app.limit", "10");
    await expect(capture(tightenLimit, 0.5)).rejects.toMatchObject({ code: "not_applicable" });
  });
});

describe("what configuration actions may touch", () => {
  it("does not include Prunella's own settings, by schema and by database", async () => {
    expect(setFlag.parameters.safeParse({ key: "healing.threshold" }).success).toBe(false);
    await db.configure(projectId, "healing.threshold", 0.85);
    const change = {
      key: "healing.threshold",
      expectedVersion: 1,
      value: 0,
      reason: "x",
      idempotencyKey: "k",
    };
    await expect(targets.configuration.set(change)).rejects.toThrow();
    expect(await value("healing.threshold")).toBe(0.85);
  });

  it("does not include keys that are not there", async () => {
    await expect(setFlag.capture(nextFix().applying, { key: "app.flags.none" })).rejects.toMatchObject({
      code: "not_applicable",
    });
  });

  it("ignores one faulty declaration and keeps the others", async () => {
    await set("declarations", {
      "app.a": { kind: "limit", min: 9, max: 1 },
      "app.b": { kind: "flag", safe: 0 },
      "app.c": 7,
    });
    expect(await targets.configuration.declarations()).toEqual({ "app.b": { kind: "flag", safe: 0 } });
  });

  it("lets one of two racing fixes win", async () => {
    await set("declarations", { "app.limit": { kind: "limit", min: 1, max: 100 } });
    await set("app.limit", 40);
    const parameters = { key: "app.limit", factor: 0.5 };
    const fixes = [nextFix().applying, nextFix().applying];
    const captured = await Promise.all(fixes.map((fix) => tightenLimit.capture(fix, parameters)));
    const outcomes = await Promise.allSettled(
      fixes.map((fix, index) => tightenLimit.apply(fix, parameters, captured[index] ?? {})),
    );
    expect(outcomes.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await value("app.limit")).toBe(20);
  });
});
