import type { Platform } from "../../scripts/platform/start.ts";

/** Milliseconds from the first accepted event of an issue. */
export interface Heal {
  decisionMs: number;
  appliedMs: number;
}

const ERRORS = 12;
const BETWEEN_ERRORS_MS = 40;
const PATIENCE_MS = 30_000;
const LOOK_MS = 50;

/** Makes a project, breaks its configuration, and sends errors as an SDK would until the fix is applied. */
export async function breakAndHeal(platform: Platform): Promise<Heal> {
  const { project, key } = await brokenProject(platform);
  const url = `${platform.functionsUrl}/ingest/api/${project}/envelope/?sentry_version=7&sentry_key=${key}`;
  for (let sent = 0; sent < ERRORS;) {
    const response = await fetch(url, { method: "POST", body: envelope() });
    const answer = await response.text();
    // What is refused because everything is busy was not accepted: time runs from the first that was.
    if (response.ok) sent++;
    else if (response.status !== 503) throw new Error(`ingest answered ${response.status}: ${answer}`);
    await pause(BETWEEN_ERRORS_MS);
  }
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until) {
    const [row] = await platform.sql(
      `select extract(epoch from min(d.created_at) - min(i.first_seen_at)) * 1000 as decision_ms,
         extract(epoch from min(f.applied_at) - min(i.first_seen_at)) * 1000 as applied_ms
       from detected_errors i
       left join decisions d on d.issue_id = i.id
       left join auto_fixes f on f.issue_id = i.id and not f.informational
       where i.project_id = $1`,
      [project],
    );
    if (row?.applied_ms !== null && row?.applied_ms !== undefined) {
      // The verification is no business of this bench, and would share the machine with the next heal.
      await platform.sql("update projects set healing_enabled = false where id = $1", [project]);
      await platform.sql("delete from jobs where project_id = $1", [project]);
      return { decisionMs: Number(row.decision_ms), appliedMs: Number(row.applied_ms) };
    }
    await pause(LOOK_MS);
  }
  throw new Error(`project ${project} was not healed within ${PATIENCE_MS / 1000} s`);
}

async function brokenProject(platform: Platform): Promise<{ project: number; key: string }> {
  const [row] = await platform.sql(
    "insert into projects (slug, name, mode) values ($1, $1, 'auto') returning id",
    [`loop-${crypto.randomUUID().slice(0, 12)}`],
  );
  const project = Number(row!.id);
  const [ingestKey] = await platform.sql(
    "insert into ingest_keys (project_id) values ($1) returning public_key",
    [project],
  );
  await platform.sql(
    "insert into system_config (project_id, key, value, created_at) values ($1, 'app.pool_size', '20', now() - interval '5 hours')",
    [project],
  );
  await platform.sql("select change_config($1, 'app.pool_size', '1')", [project]);
  return { project, key: String(ingestKey!.public_key) };
}

function envelope(): string {
  const eventId = crypto.randomUUID().replaceAll("-", "");
  const event = JSON.stringify({
    event_id: eventId,
    timestamp: Date.now() / 1000,
    level: "error",
    platform: "node",
    exception: {
      values: [{ type: "PoolExhaustedError", value: "connection pool exhausted: pool_size is too small" }],
    },
  });
  return `${JSON.stringify({ event_id: eventId })}\n{"type":"event"}\n${event}\n`;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
