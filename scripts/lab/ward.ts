import postgres from "postgres";
import { pause } from "../../examples/shop/configuration.ts";
import { MIX } from "../../examples/shop/load.ts";
import { startPaymentService } from "../../examples/shop/payment-service.ts";
import { createShopSchema } from "../../examples/shop/schema.ts";
import type { Json } from "../../supabase/functions/_shared/platform/json.ts";
import { GOOD_CONFIGURATION } from "../start/faults.ts";
import type { Platform } from "../platform/start.ts";
import { startChat } from "./chat.ts";
import {
  changeConfiguration,
  findOrAddProject,
  makeConfigurationKey,
  writeOldConfiguration,
} from "./project.ts";
import type { Scenario, Ward } from "./scenario.ts";
import { startLoadProcess, startShopProcess } from "./shop-process.ts";
import { Truth } from "./truth.ts";

export const SHOP_ROLE = "lab_shop";
const RATE = 25;

export interface WardOptions {
  platform: Platform;
  /** The server that the platform runs on. */
  databaseUrl: string;
  scenario: Scenario;
  slug: string;
  /** False: Prunella only records. */
  heals: boolean;
  retries: number;
  seed: number;
}

export interface OpenWard extends Ward {
  truth: Truth;
  close(): Promise<void>;
}

/** Opens a shop with a project, a payment service, customers and, where the scenario wants it, tables of its own. */
export async function openWard(options: WardOptions): Promise<OpenWard> {
  const undo: (() => unknown)[] = [];
  const close = async () => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  try {
    return { ...await open(options, undo), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(options: WardOptions, undo: (() => unknown)[]): Promise<Omit<OpenWard, "close">> {
  const { platform, scenario, slug } = options;
  const payments = startPaymentService();
  undo.push(() => payments.stop());
  const project = await findOrAddProject(platform, { slug, name: scenario.title });
  await platform.sql("update public.projects set mode = $2 where id = $1", [
    project.id,
    options.heals ? "auto" : "observe",
  ]);
  await writeOldConfiguration(platform, project.id, {
    ...GOOD_CONFIGURATION,
    "app.payments.url": payments.url,
    ...scenario.configuration,
    declarations: {
      "app.flags.ranked_search": { kind: "flag", safe: false },
      ...scenario.declarations,
    } as Json,
  });
  const database = scenario.database ? await makeTables(options, undo) : null;
  const messages = await connectChat(platform, project.id, undo);
  const truth = new Truth();
  const shop = await startShopProcess({
    dsn: project.dsn,
    configurationUrl: project.configurationUrl,
    configurationKey: await makeConfigurationKey(platform, project.id),
    catalogueMs: scenario.catalogueMs,
    database: database ? { url: shopUrl(options.databaseUrl), ...database } : undefined,
  });
  undo.push(() => shop.stop());
  await fillCache(shop.url);
  const load = startLoadProcess({
    url: shop.url,
    perSecond: scenario.perSecond ?? RATE,
    seed: options.seed,
    retries: options.retries,
    mix: scenario.mix ?? MIX,
  }, (report) => truth.add(report));
  undo.push(() => load.stop());
  return {
    project,
    payments,
    database,
    messages,
    truth,
    onEnd: (task) => undo.push(task),
    sql: (statement) => platform.sql(statement),
    set: async (key, value, reason) => {
      await changeConfiguration(platform, project.id, key, value, reason);
    },
    async session(purpose) {
      if (!database) throw new Error(`The scenario ${scenario.name} has no database`);
      const sql = postgres(shopUrl(options.databaseUrl), {
        max: 1,
        onnotice: () => {},
        connection: { application_name: `${database.application}-${purpose}`, search_path: database.schema },
      });
      undo.push(() => endSession(platform, `${database.application}-${purpose}`, sql));
      await sql`select 1`;
      return { run: (statement) => sql.unsafe(statement) };
    },
    async appliedFixes() {
      const [row] = await platform.sql(
        "select count(*)::int as count from public.auto_fixes where project_id = $1 and applied_at is not null and not informational",
        [project.id],
      );
      return Number(row?.count);
    },
  };
}

async function makeTables(
  { platform, scenario, slug, databaseUrl }: WardOptions,
  undo: (() => unknown)[],
): Promise<{ schema: string; application: string }> {
  const schema = slug.replaceAll("-", "_");
  const database = { schema, application: slug };
  const owner = postgres(databaseUrl, {
    max: 1,
    onnotice: () => {},
    connection: { application_name: "prunella-lab" },
  });
  try {
    const orders = scenario.database?.orders ?? 0;
    await createShopSchema((statement) => owner.unsafe(statement), { schema, role: SHOP_ROLE, orders });
  } finally {
    await owner.end();
  }
  undo.push(() => platform.sql(`drop schema if exists ${schema} cascade`));
  await platform.sql(
    `insert into public.integrations (project_id, kind, name, configuration)
     select p.id, 'postgres', 'default', $2::jsonb from public.projects as p where p.slug = $1`,
    [
      slug,
      JSON.stringify({
        schemas: [schema],
        applications: [slug, `${slug}-*`],
        queues: {
          mails: {
            schema,
            table: "jobs",
            id: "id",
            status: "status",
            ready: "ready",
            dead: "dead",
            attempts: "attempts",
            run_at: "run_at",
            retryable: true,
          },
        },
      }),
    ],
  );
  return database;
}

/** A shop opens with a full cache: the rush of its first customers must not open an issue before the fault. */
async function fillCache(url: string): Promise<void> {
  const response = await fetch(`${url}/products`);
  await response.body?.cancel();
  if (!response.ok) throw new Error(`The shop does not sell anything: ${response.status}`);
}

/** A chat channel of the team's, as Slack offers it. */
async function connectChat(
  platform: Platform,
  projectId: number,
  undo: (() => unknown)[],
): Promise<string[]> {
  const chat = startChat();
  undo.push(() => chat.stop());
  await platform.sql(
    "insert into public.integrations (project_id, kind, name, configuration) values ($1, 'slack', 'default', '{}')",
    [projectId],
  );
  await platform.sql("select public.set_integration_secret($1, 'slack', 'default', $2)", [
    projectId,
    chat.url,
  ]);
  return chat.messages;
}

/** A session that hangs does not end by itself. */
async function endSession(platform: Platform, application: string, sql: postgres.Sql): Promise<void> {
  await platform.sql(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1",
    [application],
  );
  await sql.end({ timeout: 1 });
}

/** The shop is no superuser: actions never touch those, and no application should be one. */
function shopUrl(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.username = SHOP_ROLE;
  return url.href;
}

/** Times that a shop may open badly, with cold caches, before its scenario is given up. */
const BASELINES = 8;

/** So that customers have carts and the shop its cache before it is broken: the last stretch before the fault must be a good one. */
export async function baseline(wards: readonly OpenWard[], ms: number): Promise<void> {
  for (let attempt = 1;; attempt++) {
    const from = Date.now();
    await pause(ms);
    const unwell = wards.map(({ truth, project }) => {
      const { failed, total } = truth.counts(from, Date.now());
      if (total === 0) return `${project.slug} got no requests`;
      if (!truth.isBroken(from, Date.now())) return null;
      return `${project.slug} was not well before the fault: ${failed} of ${total} requests failed`;
    }).find((reason) => reason !== null);
    if (!unwell) return;
    if (attempt === BASELINES) throw new Error(unwell);
  }
}
