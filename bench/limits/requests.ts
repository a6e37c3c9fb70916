import type { Platform } from "../../scripts/platform/start.ts";

/** One kind of request to a function, as it comes in production. */
export interface Kind {
  name: string;
  /** The `n`th request, relative to the function: `/status`. */
  request(n: number): { path: string; init?: RequestInit };
  /** Done before the `n`th request, outside the measured process. */
  prepare?(n: number): Promise<unknown>;
}

/** What a function is asked in the bench. Every function must be here; the heaviest kind counts. */
export const REQUESTS: Record<string, (platform: Platform) => Promise<Kind[]>> = {
  configuration: async (platform) => {
    const project = await addProject(platform, "configuration");
    const key = "pk_bench_0123456789abcdef0123456789abcdef";
    await platform.sql(
      `insert into api_keys (project_id, purpose, key_hash)
       values ($1, 'configuration', encode(sha256(convert_to($2, 'UTF8')), 'hex'))`,
      [project, key],
    );
    await platform.sql(
      `insert into system_config (project_id, key, value)
       select $1, 'app.setting_' || n, to_jsonb(n) from generate_series(1, 100) as n`,
      [project],
    );
    const machine = { apikey: platform.automationsKey, "content-type": "application/json" };
    return [
      {
        name: "an application reads 100 keys",
        request: () => ({ path: `/${project}`, init: { headers: { authorization: `Bearer ${key}` } } }),
      },
      {
        name: "a machine changes a key",
        request: (n) => ({
          path: `/${project}/entries/app.changed`,
          init: {
            method: "PUT",
            headers: machine,
            body: JSON.stringify({ value: { n }, expected_version: n, reason: "bench" }),
          },
        }),
      },
    ];
  },

  control: async (platform) => {
    const project = await addProject(platform, "control");
    const headers = { apikey: platform.automationsKey };
    return [
      { name: "status", request: () => ({ path: `/status?project=${project}`, init: { headers } }) },
      { name: "statistics", request: () => ({ path: `/statistics?project=${project}`, init: { headers } }) },
      {
        name: "verify the ledger",
        request: () => ({ path: `/ledger/verify?project=${project}`, init: { headers } }),
      },
    ];
  },

  "deployment-monitor": async (platform) => {
    const project = await addProject(platform, "deployment-monitor");
    const headers = { apikey: platform.automationsKey };
    return [
      { name: "health", request: () => ({ path: `/health?project=${project}`, init: { headers } }) },
      { name: "list", request: () => ({ path: `/deployments?project=${project}`, init: { headers } }) },
    ];
  },

  issues: async (platform) => {
    const project = await addProject(platform, "issues");
    const headers = { apikey: platform.automationsKey };
    return [{ name: "list", request: () => ({ path: `/?project=${project}`, init: { headers } }) }];
  },

  "pattern-learning": (platform) =>
    Promise.resolve([{
      name: "search",
      request: () => ({ path: "/patterns", init: { headers: { apikey: platform.secretKey } } }),
    }]),

  metrics: (platform) =>
    Promise.resolve([
      { name: "scrape", request: () => ({ path: "/", init: { headers: { apikey: platform.secretKey } } }) },
    ]),

  ingest: async (platform) => {
    const project = await addProject(platform, "ingest");
    const key = await addIngestKey(platform, project);
    const post = (n: number, padding: number) => ({
      path: `/api/${project}/envelope/?sentry_key=${key}&sentry_version=7`,
      init: {
        method: "POST",
        headers: { "content-type": "text/plain" },
        body: envelope(n, `Error${n % 10}`, padding),
      },
    });
    return [
      { name: "an event of 1 KB", request: (n) => post(n, 0) },
      { name: "an event of 50 KB", request: (n) => post(n, 49_000) },
    ];
  },

  "healing-engine": async (platform) => {
    const project = await addProject(platform, "engine");
    const key = await addIngestKey(platform, project);
    const url = `${platform.functionsUrl}/ingest/api/${project}/envelope/?sentry_key=${key}&sentry_version=7`;
    return [{
      name: "diagnose and decide a new issue",
      prepare: async (n) => {
        const answer = await fetch(url, { method: "POST", body: envelope(n, `Unseen${n}Error`, 0) });
        await answer.body?.cancel();
        if (!answer.ok) throw new Error(`ingest answered ${answer.status}`);
      },
      request: () => ({
        path: "/run?wait=true",
        init: {
          method: "POST",
          headers: { apikey: platform.automationsKey },
        },
      }),
    }];
  },
};

async function addProject(platform: Platform, name: string): Promise<number> {
  const [row] = await platform.sql("insert into projects (slug, name) values ($1, $1) returning id", [
    `bench-${name}`,
  ]);
  return Number(row!.id);
}

async function addIngestKey(platform: Platform, project: number): Promise<string> {
  const [row] = await platform.sql(
    "insert into ingest_keys (project_id, events_per_minute) values ($1, 1000000) returning public_key",
    [project],
  );
  return String(row!.public_key);
}

/** A Sentry envelope with one error, about 1 KB and `padding` bytes. */
function envelope(n: number, type: string, padding: number): string {
  const id = n.toString(16).padStart(32, "0");
  const frame = (name: string, line: number) => ({
    function: name,
    filename: `src/${name}.ts`,
    abs_path: `/app/src/${name}.ts`,
    lineno: line,
    colno: 7,
    in_app: true,
  });
  const event = {
    event_id: id,
    timestamp: Date.now() / 1000,
    platform: "node",
    level: "error",
    release: "shop@1.2.3",
    environment: "production",
    exception: {
      values: [{
        type,
        value: `could not load cart ${n}`,
        stacktrace: {
          frames: ["main", "route", "handler", "loadCart"].map((name, i) => frame(name, 10 + i)),
        },
      }],
    },
    extra: { padding: "x".repeat(padding) },
  };
  return [
    JSON.stringify({ event_id: id, sent_at: new Date().toISOString() }),
    JSON.stringify({ type: "event" }),
    JSON.stringify(event),
  ].join("\n");
}
