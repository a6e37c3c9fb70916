import type { TestPlatform } from "../support/platform.ts";
import type { Receiver } from "./receiver.ts";

/** What is wrong with a project, and whether its fix can help. */
export type Fault = "configuration" | "runbook that helps" | "runbook that does not help";
export const FAULTS: readonly Fault[] = ["configuration", "runbook that helps", "runbook that does not help"];

interface Project {
  id: number;
  fault: Fault;
}

/** Errors and requests per project and beat. */
const ERRORS = 3;
const REQUESTS = 6;

/** Projects that break, each once, and whose traffic and errors show whether they are healed. */
export function createFleet(platform: TestPlatform, receiver: Receiver, receiverUrl: string) {
  const projects: Project[] = [];

  /** Projects whose first fix has not ended, and those of them whose requests fail. */
  async function openProjects(): Promise<{ open: Project[]; broken: Project[] }> {
    const rows = await platform.sql(
      `select p.id, (select c.value from current_config as c where c.project_id = p.id and c.key = 'app.pool_size') as pool_size
       from projects as p
       where not exists (select from auto_fixes as f where f.project_id = p.id and f.finished_at is not null and not f.informational)`,
    );
    const poolSizes = new Map(rows.map(({ id, pool_size }) => [id, pool_size]));
    const helped = new Set(
      [...receiver.deliveries.values()].flat().filter(({ path }) => path === "/apply").map(({ projectId }) =>
        projectId
      ),
    );
    const open = projects.filter(({ id }) => poolSizes.has(id));
    const broken = open.filter(({ id, fault }) =>
      fault === "configuration" ? poolSizes.get(id) === 1 : fault !== "runbook that helps" || !helped.has(id)
    );
    return { open, broken };
  }

  return {
    projects,

    /** Adds a project and breaks it. */
    async breakOne(fault: Fault): Promise<void> {
      const [row] = await platform.sql(
        "insert into projects (slug, name, mode) values ($1, $1, 'auto') returning id",
        [`p-${crypto.randomUUID()}`],
      );
      const id = row?.id as number;
      await platform.sql("select change_config($1, 'healing.limits', $2)", [id, {
        auto_apply_threshold: 0.5,
        minimum_threshold: 0.5,
      }]);
      if (fault === "configuration") {
        // An old, good value: what the revert goes back to.
        await platform.sql(
          "insert into system_config (project_id, key, value, created_at) values ($1, 'app.pool_size', '20', now() - interval '5 hours')",
          [id],
        );
        await platform.sql("select change_config($1, 'app.pool_size', '1')", [id]);
      } else {
        await platform.sql(
          "insert into integrations (project_id, kind, name, configuration) values ($1, 'webhook', 'restart', $2)",
          [id, {
            title: "Restart",
            url: `${receiverUrl}/apply`,
            rollback_url: `${receiverUrl}/rollback`,
            status_url: `${receiverUrl}/status`,
            risk: "safe",
            recovery_ms: 500,
            // A fix that helps is proved by whoever lives long enough to look, however often others died before.
            window_ms: fault === "runbook that helps" ? 600_000 : 20_000,
            when: { categories: ["resource"] },
          }],
        );
        await platform.sql("select set_integration_secret($1, 'webhook', 'restart', $2)", [
          id,
          "whsec_" + btoa("k".repeat(32)),
        ]);
      }
      projects.push({ id, fault });
    },

    /** One beat of traffic for every project whose fix has not ended; the broken ones fail half of it. */
    async beat(): Promise<void> {
      const { open, broken } = await openProjects();
      const now = new Date().toISOString();
      const batch = {
        traffic: open.map(({ id }) => ({
          project_id: id,
          minute_at: now,
          request_count: REQUESTS,
          failed_request_count: 0,
          session_count: 0,
          crashed_session_count: 0,
          duration_ms_sum: 0,
        })),
        events: broken.flatMap((project) => Array.from({ length: ERRORS }, () => eventOf(project, now))),
        heartbeats: [],
      };
      await platform.sql("select record_batch($1)", [batch]);
      // The reviewer of these projects approves whatever waits for him: an unproven runbook never runs by itself.
      await platform.sql("update auto_fixes set state = 'approved' where state = 'in_review'");
    },
  };
}

function eventOf({ id, fault }: Project, now: string) {
  const [type, message] = fault === "configuration"
    ? ["PoolError", "connection pool exhausted: pool_size is too small"]
    : ["RangeError", "JavaScript heap out of memory"];
  const eventId = crypto.randomUUID();
  return {
    project_id: id,
    event_id: eventId,
    fingerprint: `${type}-1`,
    fingerprint_version: 1,
    type,
    title: `${type}: ${message}`,
    platform: "node",
    level: "error",
    occurred_at: now,
    payload: {
      eventId: eventId.replaceAll("-", ""),
      occurredAt: now,
      level: "error",
      platform: "node",
      message: null,
      messageTemplate: null,
      logger: null,
      exceptions: [{ type, value: message, module: null, handled: false, mechanism: null, frames: [] }],
      release: null,
      environment: null,
      serverName: null,
      transaction: null,
      traceId: null,
      sdk: null,
      tags: {},
      userHash: null,
      clientFingerprint: null,
      request: null,
      breadcrumbs: [],
      contexts: {},
      extra: {},
      debugImages: [],
    },
  };
}
