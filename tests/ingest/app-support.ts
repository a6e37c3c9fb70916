import { DEFAULT_SETTINGS } from "../../supabase/functions/_shared/signals/grouping/settings.ts";
import type { Row } from "../../supabase/functions/_shared/signals/ingest/rows.ts";
import { Ingest, type IngestOptions } from "../../supabase/functions/_shared/signals/ingest/accept.ts";
import type { IngestKey } from "../../supabase/functions/_shared/signals/ingest/key-directory.ts";
import { createScrubber } from "../../supabase/functions/_shared/signals/scrub/scrubber.ts";
import { createApp } from "../../supabase/functions/ingest/app.ts";
import { parseEnv } from "../../supabase/functions/_shared/platform/env.ts";
import { KEY, NOW, PROJECT } from "./support.ts";

/** The key of the tests' project. */
export function testKey(overrides: Partial<IngestKey> = {}): IngestKey {
  return {
    publicKey: KEY,
    projectId: PROJECT,
    eventsPerMinute: null,
    scrubber: createScrubber(),
    grouping: DEFAULT_SETTINGS,
    ...overrides,
  };
}

/** The application around a memory that keeps what would have been written. */
export function testApp(options: { keys?: IngestKey[]; write?: IngestOptions["write"] } = {}) {
  const rows: Row[] = [];
  const reported: unknown[] = [];
  const known = options.keys ?? [testKey()];
  const ingest = new Ingest({
    keys: { load: (asked) => Promise.resolve(known.filter((key) => asked.includes(key.publicKey))) },
    write: options.write ?? ((batch) => Promise.resolve(void rows.push(...batch))),
    userHashKey: () => "a key that only the server knows",
    now: () => NOW,
  });
  const environment = parseEnv({});
  const app = createApp(ingest, {
    env: () => ({ ...environment, allowedOrigins: ["*"] }),
    log: (line) => void reported.push(line),
    recorder: () => ({
      observe() {},
      report: (report) => void reported.push(report),
      flush: () => Promise.resolve(),
    }),
  });
  const of = (kind: Row["kind"]) =>
    rows.filter((row) => row.kind === kind).map((row) => JSON.parse(row.json) as Record<string, unknown>);
  return {
    app,
    rows,
    reported,
    of,
    ingest,
    post: (path: string, body?: BodyInit | null, headers: Record<string, string> = {}) =>
      Promise.resolve(app.request(path, { method: "POST", body, headers })),
  };
}

export const ENVELOPE = `/ingest/api/${PROJECT}/envelope/?sentry_key=${KEY}&sentry_version=7`;
