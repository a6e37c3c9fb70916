import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RpcClient } from "../../supabase/functions/_shared/platform/rpc.ts";
import {
  MAX_LINES,
  mineTemplates,
} from "../../supabase/functions/_shared/signals/grouping/mine-templates.ts";
import {
  DEFAULT_MAX_SHAPES,
  TemplateMiner,
} from "../../supabase/functions/_shared/signals/templates/miner.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { serviceClient } from "../understanding/support.ts";
import { batchOf, errorEvent } from "./support.ts";

let db: TestDatabase;
let client: RpcClient;
let projects = 0;
beforeAll(async () => {
  db = await testDatabase();
  client = serviceClient(db);
});
afterAll(() => db.close());

async function addProject(): Promise<number> {
  const [row] = await db.query("insert into projects (slug, name) values ($1, $1) returning id", [
    `templates-${++projects}`,
  ]);
  return Number(row!.id);
}

/** Messages as ingest writes them, received so many seconds ago: the miner leaves the last five to others. */
async function send(projectId: number, lines: readonly string[], secondsAgo = 60): Promise<void> {
  for (let from = 0; from < lines.length; from += 500) {
    await db.rpc("record_batch", {
      p_batch: batchOf(projectId, lines.slice(from, from + 500).map((message) => errorEvent({ message }))),
      p_now: new Date(Date.now() - secondsAgo * 1000).toISOString(),
    });
  }
}

async function mineAll(projectId: number): Promise<number> {
  for (let lines = 0;;) {
    const { lineCount, more } = await mineTemplates(client, projectId);
    lines += lineCount;
    if (!more) return lines;
  }
}

const templates = async (projectId: number) =>
  (await db.query(
    "select template, line_count from message_templates where project_id = $1 order by line_count desc, template",
    [projectId],
  )).map((row) => [String(row.template), Number(row.line_count)] as const);
const jobs = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => `worker ${n % 7} finished job ${from + n}`);

describe("mining the templates of a project", () => {
  it("goes on where it stopped, in whatever isolate, as if it had read all at once", async () => {
    const project = await addProject();
    const lines = [...jobs(0, 900), ...Array.from({ length: 600 }, (_, n) => `cache ${n} is cold`)];
    await send(project, lines.slice(0, 700), 120);
    expect(await mineAll(project)).toBe(700);
    await send(project, lines.slice(700), 60);
    expect(await mineAll(project)).toBe(800);
    expect(await mineAll(project)).toBe(0);
    const whole = new TemplateMiner();
    for (const line of lines) whole.add(line);
    expect(await templates(project)).toEqual(
      whole.templates().map(({ text, count }) => [text, count]).sort((a, b) => Number(b[1]) - Number(a[1])),
    );
    expect((await templates(project)).map(([, count]) => count)).toEqual([900, 600]);
  });

  it("keeps projects apart", async () => {
    const [one, two] = [await addProject(), await addProject()];
    await send(one, jobs(0, 20));
    await send(two, ["only here"]);
    await Promise.all([mineAll(one), mineAll(two)]);
    expect(await templates(one)).toEqual([["worker <*> finished job <*>", 20]]);
    expect(await templates(two)).toEqual([["only here", 1]]);
  });

  it("counts no line twice when two run at once, nor loses one when a run dies before it has stored", async () => {
    const project = await addProject();
    await send(project, jobs(0, 300));
    const dying: RpcClient = {
      rpc: (name, parameters) => {
        if (name === "save_templates") throw new Error("the isolate was stopped");
        return client.rpc(name, parameters);
      },
    };
    await expect(mineTemplates(dying, project)).rejects.toThrow("stopped");
    expect(await templates(project)).toEqual([]);
    // The first run has read the lines when the second one stores them.
    const { promise: stored, resolve: storedBySecond } = Promise.withResolvers<void>();
    const { promise: reading, resolve: readByFirst } = Promise.withResolvers<void>();
    const slow: RpcClient = {
      rpc: async (name, parameters) => {
        if (name === "save_templates") {
          readByFirst();
          await stored;
        }
        return await client.rpc(name, parameters);
      },
    };
    const first = mineTemplates(slow, project);
    await reading;
    expect(await mineTemplates(client, project)).toMatchObject({ lineCount: 300 });
    storedBySecond();
    await expect(first).rejects.toMatchObject({ code: "conflict" });
    expect(await mineAll(project)).toBe(0);
    expect(await templates(project)).toEqual([["worker <*> finished job <*>", 300]]);
  });

  it("names issues by what their messages have in common, unless a rule named them", async () => {
    const project = await addProject();
    const rules = [{
      id: "1",
      matchers: [{ field: "message" as const, pattern: "*pump*" }],
      fingerprint: ["pumps"],
      title: "All pumps",
    }];
    const messages = Array.from({ length: 30 }, (_, n) => `valve ${n} leaks`);
    const pumps = Array.from({ length: 30 }, (_, n) => `the pump ${n} runs dry`);
    const settings = {
      version: 1,
      rules,
      learning: { version: 1 as const, aliases: {}, generalisations: [], refinements: [], separate: [] },
    };
    await db.rpc("record_batch", {
      p_batch: batchOf(project, [...messages, ...pumps].map((message) => errorEvent({ message })), settings),
      p_now: new Date(Date.now() - 60_000).toISOString(),
    });
    await mineAll(project);
    const rows = await db.query(
      "select d.title, t.template from detected_errors as d join message_templates as t on t.id = d.message_template_id where d.project_id = $1 order by 1",
      [project],
    );
    expect(rows).toEqual([
      { title: "All pumps", template: "the pump <*> runs dry" },
      { title: "valve <*> leaks", template: "valve <*> leaks" },
    ]);
  });

  it("takes whatever text there is", async () => {
    const project = await addProject();
    const odd = [
      "🦔".repeat(3_000),
      `a${"🦔".repeat(3_000)}`,
      "x".repeat(20_000),
      "<*> <*> \\u0000 \\ud83d",
      "\u2028 \u0085 \u00a0",
      '{"a": "b", "__proto__": {}}',
      "constructor __proto__ toString",
      "   ",
      "'; drop table message_templates; --",
    ];
    await send(project, odd);
    expect(await mineAll(project)).toBe(odd.length);
    await send(project, odd, 30);
    expect(await mineAll(project)).toBe(odd.length);
    expect((await templates(project)).reduce((sum, [, count]) => sum + count, 0)).toBe(2 * odd.length);
  });

  it("stays bounded, in one run and in what it keeps, and still knows what is frequent", async () => {
    const project = await addProject();
    const word = (n: number) =>
      n.toString(36).split("").map((digit) =>
        "bdfghjklmnprstvz"[parseInt(digit, 36) % 16] + "aeiou"[parseInt(digit, 36) % 5]!
      )
        .join("");
    const noise = Array.from(
      { length: 2_400 },
      (_, n) => `${word(n * 7 + 40_000)} ${word(n * 13 + 9_000)} stands alone ${word(n)}`,
    );
    await send(project, [...jobs(0, 500), ...noise, ...jobs(500, 1_000)]);
    const first = await mineTemplates(client, project);
    expect(first).toEqual({ lineCount: MAX_LINES, more: true });
    await mineAll(project);
    const [kept] = await db.query(
      "select pg_column_size(state) as bytes, jsonb_array_length(state -> 'shapes') as shapes from template_states where project_id = $1",
      [project],
    );
    expect(Number(kept!.shapes)).toBeLessThanOrEqual(DEFAULT_MAX_SHAPES);
    expect(Number(kept!.bytes)).toBeLessThan(4 * 1024 * 1024);
    const known = await templates(project);
    expect(known.length).toBeLessThanOrEqual(1_000);
    expect(known.find(([template]) => template === "worker <*> finished job <*>")?.[1]).toBe(1_000);
  });

  it("leaves out what is older than an hour, so that it never falls behind", async () => {
    const project = await addProject();
    await send(project, jobs(0, 50), 2 * 3600);
    await send(project, ["something young"]);
    expect(await mineAll(project)).toBe(1);
    expect(await templates(project)).toEqual([["something young", 1]]);
  });

  it("begins anew where the state is another version's", async () => {
    const project = await addProject();
    await send(project, jobs(0, 30), 120);
    await mineAll(project);
    await db.query("update template_states set state = $2 where project_id = $1", [
      project,
      JSON.stringify({ version: 0, shapes: "of another kind" }),
    ]);
    await send(project, jobs(0, 20), 60);
    expect(await mineAll(project)).toBe(20);
    expect(await templates(project)).toEqual([["worker <*> finished job <*>", 20]]);
  });

  it("is queued for projects that sent messages since, once each", async () => {
    const project = await addProject();
    const queued = async () =>
      (await db.query("select id from jobs where kind = 'mine_templates' and project_id = $1", [project]))
        .length;
    await db.query("select public.queue_template_mining()");
    expect(await queued()).toBe(0);
    await send(project, ["a message"], 10);
    const [row] = await db.query("select public.queue_template_mining() as n");
    expect(Number(row!.n)).toBeGreaterThan(0);
    await db.query("select public.queue_template_mining()");
    expect(await queued()).toBe(1);
    await db.query("delete from jobs");
    await mineAll(project);
    await db.query("select public.queue_template_mining()");
    expect(await queued()).toBe(0);
  });
});
