import { afterAll, beforeAll, expect, it } from "vitest";
import { type TestPlatform, testPlatform } from "../support/platform.ts";
import { type Secret, shapedSecrets } from "./secrets.ts";
import { bytes, ENCODERS, envelope, type Item } from "./support.ts";

/** Longest that the engine may take, in milliseconds. */
const MAX_WAIT_MS = 180_000;
/** Issues of some hundred that are diagnosed before the tables are searched. */
const DIAGNOSED = 25;
const LOOK_EVERY_MS = 250;

let platform: TestPlatform;
let base: string;
let query: string;
const secrets = shapedSecrets(5);

beforeAll(async () => {
  platform = await testPlatform();
  const project = await platform.service.from("projects").insert({ slug: "shop", name: "shop" })
    .select("id").single();
  if (project.error) throw project.error;
  const key = await platform.service.from("ingest_keys").insert({ project_id: project.data.id })
    .select("public_key").single();
  if (key.error) throw key.error;
  base = `ingest/api/${project.data.id}`;
  query = `?sentry_key=${key.data.public_key}`;
});
afterAll(() => platform.stop());

async function send(
  path: string,
  body: Uint8Array<ArrayBuffer>,
  encoding?: keyof typeof ENCODERS,
): Promise<void> {
  const response = await platform.call(`${base}/${path}`, {
    method: "POST",
    body: encoding ? ENCODERS[encoding](body) as BodyInit : body,
    headers: encoding ? { "content-encoding": encoding } : {},
  });
  const answer = await response.text();
  expect(response.status, answer).toBe(200);
}

/** An event with a text in every field that an SDK may fill. */
function eventWith(leak: string, frame: Record<string, unknown>) {
  return {
    message: leak,
    logentry: { message: `a ${leak}`, formatted: `b ${leak}`, params: [leak] },
    logger: leak,
    server_name: leak,
    transaction: leak,
    release: leak,
    environment: leak,
    fingerprint: ["{{ default }}", leak],
    user: { id: leak, email: leak, username: leak, ip_address: leak, data: leak },
    tags: { [leak]: "x", note: leak },
    extra: {
      note: leak,
      [leak]: 1,
      deep: [{ deeper: { note: leak } }],
      text: JSON.stringify({ note: leak }),
    },
    contexts: { app: { note: leak }, trace: { trace_id: "a".repeat(32), note: leak } },
    breadcrumbs: {
      values: [{ message: leak, category: leak, data: { note: leak, url: `https://x.org/${leak}` } }],
    },
    request: {
      url: `https://x.org/?q=1 ${leak}`,
      method: leak,
      data: leak,
      headers: { note: leak },
      cookies: leak,
    },
    exception: {
      values: [{
        type: `E ${leak}`,
        value: leak,
        module: leak,
        mechanism: { type: leak, data: { note: leak } },
        stacktrace: { frames: [{ function: "f", filename: "/app/a.js", lineno: 1, in_app: true, ...frame }] },
      }],
    },
    threads: { values: [{ crashed: true, stacktrace: { frames: [{ function: leak }] } }] },
    debug_meta: { images: [{ type: "sourcemap", debug_id: "b".repeat(32), code_file: leak }] },
    sdk: { name: leak, version: leak },
  };
}

const encodings = [undefined, "gzip", "deflate", "br", "zstd"] as const;

it("no secret is found in any table, whichever field, protocol and encoding brought it", async () => {
  for (const [i, { text }] of secrets.entries()) {
    const leak = `no ${i} ${text} .`;
    const encoding = encodings[i % encodings.length];
    const items: Item[] = [
      [
        { type: "event" },
        eventWith(leak, { function: leak, context_line: leak, pre_context: [leak], vars: { a: leak } }),
      ],
      [{ type: "event" }, { message: leak }],
      [{ type: "event" }, { exception: { values: [{ type: "Error", value: leak }] } }],
      [{ type: "event" }, { stacktrace: `Error: ${leak}\n    at f (/app/b.js:1:1)\n    at ${leak}` }],
      [{ type: "transaction" }, { transaction: leak, release: leak, environment: leak }],
      [{ type: "session" }, { init: true, attrs: { release: leak, environment: leak, user_agent: leak } }],
      [{ type: "check_in" }, { monitor_slug: `job-${i}`, status: "error", environment: leak }],
      [{ type: "log", item_count: 1 }, {
        items: [{ level: "error", body: leak, attributes: { note: { value: leak }, [leak]: { value: 1 } } }],
      }],
      [{ type: "attachment", filename: "a.txt" }, leak],
    ];
    await send(`envelope/${query}`, envelope(items), encoding);
    const plain = {
      message: leak,
      type: leak,
      stack: `Error: ${leak}\n    at f (/app/c.js:1:1)`,
      tags: { [leak]: leak },
    };
    await send(`events${query}`, bytes(JSON.stringify(plain)), encoding);
    await send(
      `store/${query}`,
      bytes(JSON.stringify({ message: leak, culprit: leak, extra: { note: leak } })),
      encoding,
    );
    const otlp = {
      resourceLogs: [{
        resource: { attributes: [{ key: "service.name", value: { stringValue: leak } }] },
        scopeLogs: [{
          logRecords: [{
            severityNumber: 17,
            body: { stringValue: leak },
            attributes: [{ key: "exception.stacktrace", value: { stringValue: leak } }, {
              key: leak,
              value: { stringValue: leak },
            }],
          }],
        }],
      }],
    };
    await send(`otlp/v1/logs${query}`, bytes(JSON.stringify(otlp)), encoding);
  }
  // Templates are mined and issues diagnosed, decided upon and written to the audit log.
  await platform.sql("select public.queue_template_mining()");
  await settled();
  const found = await leaks();
  expect(found.tables).toContain("public.error_events");
  expect(found.rows).toBeGreaterThan(secrets.length * 8);
  expect(found.leaked).toEqual([]);
}, 300_000);

/** Until templates are mined and the engine has diagnosed its share of the issues. */
async function settled(): Promise<void> {
  const until = Date.now() + MAX_WAIT_MS;
  let row: Record<string, unknown> = {};
  while (Date.now() < until) {
    [row = {}] = await platform.sql(
      `select (select count(*)::int from public.detected_errors where diagnosed_at is not null) as diagnosed,
        (select count(*)::int from public.jobs where kind = 'mine_templates' and state <> 'done') as mining`,
    );
    if (Number(row.diagnosed) >= DIAGNOSED && row.mining === 0) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`still waiting: ${JSON.stringify(row)}`);
}

/** Looks into every row of every table that Prunella has. */
async function leaks(): Promise<{ tables: string[]; rows: number; leaked: string[] }> {
  const tables = (await platform.sql(
    `select n.nspname || '.' || c.relname as name from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
     where n.nspname in ('public', 'prunella') and c.relkind = 'r' or c.oid = 'public.error_events'::regclass order by 1`,
  )).map(({ name }) => String(name));
  let rows = 0;
  const leaked: string[] = [];
  for (const table of tables) {
    for (const { content } of await platform.sql(`select to_jsonb(t)::text as content from ${table} as t`)) {
      rows += 1;
      for (const { kind, core } of secrets) {
        const at = String(content).indexOf(JSON.stringify(core).slice(1, -1));
        if (at !== -1) {
          leaked.push(`${table}, ${kind}: ${String(content).slice(Math.max(0, at - 60), at + 60)}`);
        }
      }
    }
  }
  return { tables, rows, leaked };
}

it("the search finds what is there", async () => {
  const { core } = secrets[0] as Secret;
  await platform.sql(
    "insert into public.system_config (key, value) values ('app.planted', to_jsonb($1::text))",
    [core],
  );
  expect((await leaks()).leaked).not.toEqual([]);
});
