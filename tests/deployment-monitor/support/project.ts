import type { TestPlatform } from "../../support/platform.ts";

export interface BeatOptions {
  /** Requests fail, and nobody reports an error. */
  silent?: boolean;
  /** How long each request takes. */
  durationMs?: number;
}

export interface MonitoredApp {
  id: number;
  /** Sends what an app with Sentry's SDK would: requests of a release, and errors of some of them. */
  beat(release: string, requests: number, errors: number, more?: BeatOptions): Promise<void>;
  connect(kind: string, name: string, configuration: object, secret: string): Promise<void>;
  /** The newest rows of a table of this project. */
  rows(table: string, columns?: string): Promise<Record<string, unknown>[]>;
}

let projects = 0;

/** A project in mode auto that acts from a confidence of 0.8 on. */
export async function monitoredApp(platform: TestPlatform): Promise<MonitoredApp> {
  const slug = `monitored-${++projects}-${crypto.randomUUID().slice(0, 8)}`;
  const [project] = await platform.sql(
    "insert into projects (slug, name, mode) values ($1, $1, 'auto') returning id",
    [slug],
  );
  const id = Number(project!.id);
  const [key] = await platform.sql("insert into ingest_keys (project_id) values ($1) returning public_key", [
    id,
  ]);
  await platform.sql("select change_config($1, 'healing.limits', $2)", [id, {
    auto_apply_threshold: 0.8,
    minimum_threshold: 0.5,
  }]);
  return {
    id,
    async beat(release, requests, errors, { silent = false, durationMs = 50 } = {}) {
      const now = Date.now() / 1000;
      const items: unknown[] = [];
      for (let index = 0; index < requests; index++) {
        items.push({ type: "transaction" }, {
          type: "transaction",
          event_id: hex(),
          transaction: "GET /checkout",
          release,
          environment: "production",
          start_timestamp: now - durationMs / 1000,
          timestamp: now,
          contexts: {
            trace: {
              trace_id: hex(),
              span_id: hex().slice(0, 16),
              op: "http.server",
              status: index < errors ? "internal_error" : "ok",
            },
          },
        });
      }
      for (let index = 0; index < (silent ? 0 : errors); index++) {
        items.push({ type: "event" }, errorEvent(release, now));
      }
      const lines = [{ sent_at: new Date().toISOString() }, ...items].map((line) => JSON.stringify(line));
      const response = await platform.call(`ingest/api/${id}/envelope/?sentry_key=${key!.public_key}`, {
        method: "POST",
        headers: { "content-type": "application/x-sentry-envelope" },
        body: lines.join("\n"),
      });
      if (!response.ok) throw new Error(`ingest answered ${response.status}: ${await response.text()}`);
      await response.body?.cancel();
    },
    async connect(kind, name, configuration, secret) {
      await platform.sql(
        "insert into integrations (project_id, kind, name, configuration) values ($1, $2, $3, $4)",
        [id, kind, name, configuration],
      );
      await platform.sql("select set_integration_secret($1, $2, $3, $4)", [id, kind, name, secret]);
    },
    rows: (table, columns = "*") =>
      platform.sql(`select ${columns} from ${table} where project_id = $1 order by 1 desc`, [id]),
  };
}

function errorEvent(release: string, timestamp: number) {
  return {
    event_id: hex(),
    timestamp,
    platform: "javascript",
    level: "error",
    release,
    environment: "production",
    transaction: "GET /checkout",
    exception: {
      values: [{
        type: "TypeError",
        value: "Cannot read properties of undefined (reading 'total')",
        stacktrace: {
          frames: [
            { function: "handler", filename: "app:///src/server.ts", lineno: 12, in_app: true },
            { function: "checkout", filename: "app:///src/checkout.ts", lineno: 41, in_app: true },
          ],
        },
      }],
    },
  };
}

const hex = () => crypto.randomUUID().replaceAll("-", "");

/** Waits until a look finds what it looks for, or says what was there last. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  ms = 45_000,
): Promise<T> {
  const deadline = Date.now() + ms;
  while (Date.now() < deadline) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error(`did not happen within ${ms} ms: ${what}`);
}
