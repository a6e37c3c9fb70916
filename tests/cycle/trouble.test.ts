import { createClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { OUT_OF_MEMORY, POOL_EXHAUSTED } from "./support/events.ts";
import { effectsOf, history, interrupted, poolProject, runbookProject } from "./support/scenarios.ts";
import { openPlatformWard, type PlatformWard } from "./support/ward.ts";
import { createWorker } from "./support/worker.ts";

let ward: PlatformWard;
beforeAll(async () => ward = await openPlatformWard());
beforeEach(() => void (ward.apps.length = 0));
afterAll(() => ward.stop());

/** The way to the database, which can be cut. */
function startProxy() {
  const line = { isCut: false, cutCount: 0 };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    const body = await request.arrayBuffer();
    if (line.isCut) {
      line.cutCount++;
      return new Response("no way through", { status: 502 });
    }
    return await fetch(`${ward.platform.url}${pathname}${search}`, {
      method: request.method,
      headers: request.headers,
      ...(body.byteLength > 0 && { body }),
    });
  });
  const url = `http://127.0.0.1:${(server.addr as Deno.NetAddr).port}`;
  return { line, url, stop: () => server.shutdown() };
}

it.each(["store_decision", "begin_fix", "advance_fix", "save_verification", "store_lesson"])(
  "a database that is out of reach at %s costs nothing but time",
  async (call) => {
    const proxy = startProxy();
    const client = createClient(proxy.url, ward.platform.secretKey, {
      auth: { persistSession: false, autoRefreshToken: false },
    });
    const { id, breakIt } = await poolProject(ward);
    await breakIt();
    await ward.elapse(4_000);
    const worker = createWorker({
      client,
      clock: ward.clock,
      wait: (ms) => ward.elapse(ms),
      crossing(name, phase) {
        if (name === call && phase === "before" && proxy.line.cutCount === 0) proxy.line.isCut = true;
      },
    });
    for (let round = 0; round < 60 && proxy.line.cutCount === 0; round++) {
      await worker.run(new Date(ward.clock.now().getTime() + 1)).catch(() => {});
      await ward.elapse(500);
    }
    expect(proxy.line.cutCount).toBeGreaterThan(0);
    proxy.line.isCut = false;
    // The lease of the worker that could not even say that it failed.
    await ward.elapse(95_000);
    await ward.heal(60_000, worker);
    await proxy.stop();
    expect(await ward.fixes(id)).toMatchObject([{ state: "succeeded", outcome: "succeeded" }]);
    expect(await history(ward, id)).toEqual([20, 1, 20]);
    expect(await ward.sql("select outcome from lessons where project_id = $1", [id])).toEqual([{
      outcome: "succeeded",
    }]);
  },
  120_000,
);

it.each(["heal_context", "store_decision", "begin_fix", "advance_fix", "store_lesson"])(
  "a project that is deleted at %s leaves nothing behind and stops nobody else",
  async (call) => {
    const { id } = await runbookProject(ward, [{ name: "restart", helps: true }]);
    const other = await poolProject(ward);
    await other.breakIt();
    const worker = interrupted(
      ward,
      call,
      "before",
      () => ward.sql("delete from projects where id = $1", [id]).then(() => {}),
    );
    await ward.heal(60_000, worker);
    expect(await ward.sql("select id from jobs where project_id = $1", [id])).toEqual([]);
    expect(effectsOf(ward, id).length).toBeLessThanOrEqual(1);
    expect(await ward.fixes(other.id)).toMatchObject([{ state: "succeeded" }]);
  },
  120_000,
);

it("a worker that loses its lease in the midst of a fix does nothing twice", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: true }]);
  const second = createWorker({ client: ward.client, clock: ward.clock, wait: (ms) => ward.elapse(ms) });
  const slow = interrupted(ward, "begin_fix", "after", async () => {
    await ward.elapse(95_000);
    await second.run(new Date(ward.clock.now().getTime() + 1));
  });
  await ward.heal(60_000, slow);
  expect(ward.runbooks.requests.filter(({ projectId, phase }) => projectId === id && phase === "apply"))
    .toHaveLength(1);
  expect((await ward.fixes(id)).map(({ state }) => state)).toEqual(["succeeded"]);
});

it("an event as large as ingest lets through, in every script, is diagnosed and healed", async () => {
  const { id, breakIt } = await poolProject(ward);
  ward.apps.length = 0;
  await breakIt();
  const text = "😀 مرحبا 你好 \u202e e\u0301 \ufeff \\u0000 ' \" ; -- ".repeat(2_000);
  for (
    const extra of [{ text }, {
      list: Array.from({ length: 5_000 }, (_, at) => ({ [`ключ-${at}`]: "值".repeat(20) })),
    }]
  ) {
    await ward.errors(id, {
      ...POOL_EXHAUSTED,
      message: `${POOL_EXHAUSTED.message} ${text.slice(0, 4_000)}`,
      extra,
    }, 4);
  }
  await ward.heal(5_000);
  expect(await ward.fixes(id)).toMatchObject([{ action: "configuration.revert" }]);
  expect(await ward.sql("select last_error from jobs where project_id = $1 and last_error is not null", [id]))
    .toEqual([]);
});

it("failed and missed heartbeats are diagnosed like any other error", async () => {
  const id = await ward.project();
  const { error } = await ward.client.rpc("record_batch", {
    p_batch: {
      traffic: [],
      events: [],
      heartbeats: [{
        project_id: id,
        monitor_slug: "nightly",
        status: "error",
        check_in_id: "1",
        occurred_at: ward.clock.now().toISOString(),
        interval_seconds: 60,
        margin_seconds: 10,
      }],
    },
  });
  expect(error).toBeNull();
  await ward.heal(150_000);
  const issues = await ward.sql(
    "select title, diagnosed_at is not null as diagnosed from detected_errors where project_id = $1 order by id",
    [id],
  );
  expect(issues).toEqual([
    { title: "Heartbeat failed: nightly", diagnosed: true },
    { title: "Heartbeat missed: nightly", diagnosed: true },
  ]);
  expect(await ward.sql("select last_error from jobs where project_id = $1 and last_error is not null", [id]))
    .toEqual([]);
});

it("a storm of wake-ups does the work once", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: true }]);
  await ward.errors(id, OUT_OF_MEMORY, 10);
  const workers = Array.from(
    { length: 6 },
    () => createWorker({ client: ward.client, clock: ward.clock, wait: () => Promise.resolve() }),
  );
  const deadline = new Date(ward.clock.now().getTime() + 1);
  await Promise.all(workers.map((worker) => worker.run(deadline)));
  await ward.heal(20_000);
  expect(effectsOf(ward, id)).toEqual(["restart apply"]);
  expect(await ward.fixes(id)).toHaveLength(1);
});
