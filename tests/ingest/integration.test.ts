import * as Sentry from "@sentry/deno";
import { observed } from "../../supabase/functions/_shared/deployments/shell/observation.ts";
import { blameRowsSchema } from "../../supabase/functions/_shared/deployments/store-blame.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestPlatform, testPlatform } from "../support/platform.ts";
import { ENCODERS, envelope } from "./support.ts";

let platform: TestPlatform;
let project: number;
let key: string;

beforeAll(async () => {
  platform = await testPlatform();
  ({ project, key } = await addProject("shop"));
});
afterAll(() => platform.stop());

async function addProject(slug: string): Promise<{ project: number; key: string }> {
  const made = await platform.service.from("projects").insert({ slug, name: slug }).select("id").single();
  if (made.error) throw made.error;
  const added = await platform.service.from("ingest_keys").insert({ project_id: made.data.id }).select(
    "public_key",
  ).single();
  if (added.error) throw added.error;
  return { project: made.data.id, key: added.data.public_key };
}

const send = (
  body: BodyInit,
  headers: Record<string, string> = {},
  path = `api/${project}/envelope/?sentry_key=${key}`,
) => platform.call(`ingest/${path}`, { method: "POST", body, headers });

const rows = (sql: string, params: unknown[] = []) =>
  platform.sql(sql, params) as Promise<Record<string, unknown>[]>;

describe("from the request to the database", () => {
  it("stores an event, its issue and its count, and queues the issue for diagnosis", async () => {
    const id = "0123456789abcdef0123456789abcde0";
    const response = await send(
      envelope([[{ type: "event" }, { event_id: id, message: "first of its kind", release: "shop@1.0.0" }]]),
    );
    expect(await response.json()).toEqual({ id });
    const [event] = await rows(
      `select e.payload, e.release, d.title, d.event_count, d.status,
        (select count(*) from public.jobs as j where j.payload ->> 'issue_id' = d.id::text or j.issue_id = d.id) as jobs
       from public.error_events as e join public.detected_errors as d on d.id = e.issue_id where e.event_id = $1::uuid`,
      [id],
    );
    expect(event).toMatchObject({
      release: "shop@1.0.0",
      event_count: 1,
      status: "new",
      payload: { message: "first of its kind" },
    });
    expect(Number(event!.jobs)).toBeGreaterThan(0);
  });

  it("counts an event once however often it is sent", async () => {
    const body = envelope([[{ type: "event" }, { event_id: "d".repeat(32), message: "sent twice" }]]);
    const answers = await Promise.all([send(body), send(body), send(body)]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect((await send(body)).status).toBe(200);
    const [issue] = await rows(
      "select event_count from public.detected_errors where title like '%sent twice%'",
    );
    expect(issue).toMatchObject({ event_count: 1 });
  });

  it("stores traffic and heartbeats", async () => {
    const now = Date.now() / 1000;
    await send(envelope([
      [{ type: "transaction" }, {
        timestamp: now,
        start_timestamp: now - 0.5,
        release: "r1",
        contexts: { trace: { status: "internal_error" } },
      }],
      [{ type: "sessions" }, {
        attrs: { release: "r1" },
        aggregates: [{ started: new Date().toISOString(), exited: 3, crashed: 1 }],
      }],
      [{ type: "check_in" }, {
        monitor_slug: "backup",
        check_in_id: "1".repeat(32),
        status: "ok",
        monitor_config: { schedule: { type: "interval", value: 1, unit: "hour" } },
      }],
    ]));
    const [traffic] = await rows(
      `select sum(request_count) as requests, sum(failed_request_count) as failed, sum(session_count) as sessions,
        sum(crashed_session_count) as crashed from public.traffic_minutes where project_id = $1 and release = 'r1'`,
      [project],
    );
    expect(Object.values(traffic!).map(Number)).toEqual([1, 1, 4, 1]);
    expect(await rows("select status, interval_seconds from public.heartbeats where monitor_slug = 'backup'"))
      .toEqual([{ status: "ok", interval_seconds: 3600 }]);
  });

  it("stores all of many concurrent requests, each answered after its commit", async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, async (_, i) => {
      const response = await send(envelope([[{ type: "event" }, { message: "many at once", tags: { i } }]]));
      const { id } = await response.json();
      const found = await rows("select 1 as one from public.error_events where event_id = $1::uuid", [id]);
      return [response.status, found.length];
    }));
    expect(answers.every(([status, found]) => status === 200 && found === 1)).toBe(true);
    const [issue] = await rows(
      "select event_count from public.detected_errors where title like '%many at once%'",
    );
    expect(issue).toMatchObject({ event_count: 200 });
  });

  it("keeps content that tries to be SQL, script or template as the text that it is", async () => {
    const hostile =
      "'; drop table error_events; -- ${7*7} {{7*7}} <script>alert(1)</script> $(curl 169.254.169.254) \\u0000";
    const response = await send(envelope([[{ type: "event" }, {
      message: `odd\u0000 \ud800 ${hostile}`,
      release: "'); drop table x; --",
      tags: { "a'b\"c\\": "%s %d \0", __proto__: "x" },
      fingerprint: ["'); select pg_sleep(10); --"],
      request: { url: "http://169.254.169.254/latest/meta-data/?a='", method: "'; --" },
      extra: JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
    }]]));
    expect(response.status).toBe(200);
    const { id } = await response.json();
    const [event] = await rows("select payload, release from public.error_events where event_id = $1::uuid", [
      id,
    ]);
    expect((event!.payload as { message: string }).message).toContain(
      "'; drop table error_events; -- ${7*7} {{7*7}} <script>",
    );
    expect(event!.release).toBe("'); drop table x; --");
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("refuses unknown, foreign and revoked keys", async () => {
    const other = await addProject("other");
    const revoked = await addProject("revoked");
    await platform.service.from("ingest_keys").update({ revoked_at: new Date().toISOString() })
      .eq("public_key", revoked.key);
    for (
      const [id, sent] of [[project, "0".repeat(32)], [project, other.key], [
        revoked.project,
        revoked.key,
      ]] as const
    ) {
      const response = await send("{}\n", {}, `api/${id}/envelope/?sentry_key=${sent}`);
      expect(response.status).toBe(403);
    }
    expect((await send("{}\n", {}, `api/${other.project}/envelope/?sentry_key=${other.key}`)).status).toBe(
      200,
    );
  });

  it.each(Object.keys(ENCODERS) as (keyof typeof ENCODERS)[])("reads %s over the wire", async (encoding) => {
    const body = ENCODERS[encoding](envelope([[{ type: "event" }, { message: `packed with ${encoding}` }]]));
    const response = await send(body as BodyInit, { "content-encoding": encoding.replace("-raw", "") });
    expect(response.status).toBe(200);
  });

  it("follows the project's own scrubbing and grouping rules", async () => {
    const own = await addProject("own-rules");
    const set = (name: string, value: unknown) =>
      platform.sql("insert into public.system_config (project_id, key, value) values ($1, $2, $3)", [
        own.project,
        name,
        value,
      ]);
    await set("ingest.secret_keys", ["internalRef"]);
    await platform.sql(
      "insert into public.fingerprint_rules (project_id, matchers, fingerprint) values ($1, $2, $3)",
      [own.project, JSON.stringify([{ field: "message", pattern: "*" }]), ["all-one"]],
    );
    const path = `api/${own.project}/envelope/?sentry_key=${own.key}`;
    await send(
      envelope([[{ type: "event" }, { message: "a", extra: { internal_ref: "x17" } }], [{ type: "event" }, {
        message: "b",
      }]]),
      {},
      path,
    );
    const stored = await rows("select issue_id, payload from public.error_events where project_id = $1", [
      own.project,
    ]);
    expect(new Set(stored.map((row) => row.issue_id)).size).toBe(1);
    expect(JSON.stringify(stored)).not.toContain("x17");
  });
});

describe("an unmodified Sentry SDK", () => {
  it("delivers errors, messages, logs, sessions, check-ins and transactions", async () => {
    const { project: id, key: publicKey } = await addProject("sdk");
    const dsn = `http://${publicKey}@${new URL(platform.url).host}/functions/v1/ingest/${id}`;
    Sentry.init({ dsn, release: "sdk@1.2.3", environment: "test", enableLogs: true, tracesSampleRate: 1 });
    // Put together here, because the SDK also sends the source lines around the error.
    const user = ["user", 17].join("-");
    Sentry.setUser({ id: user, email: "alice@example.org" });
    Sentry.addBreadcrumb({ message: "login of alice@example.org", category: "auth" });
    const eventId = Sentry.captureException(new TypeError("password=hunter2 is not a function"));
    Sentry.captureMessage("just so", "warning");
    Sentry.logger.error(Sentry.logger.fmt`log of ${"bob@example.org"}`);
    Sentry.logger.info("not an error");
    Sentry.startSpan({ name: "GET /pay" }, () => {});
    const checkIn = Sentry.captureCheckIn({ monitorSlug: "sdk-job", status: "in_progress" }, {
      schedule: { type: "crontab", value: "0 * * * *" },
    });
    // The job runs for a while before it reports its end.
    await Sentry.flush(5000);
    Sentry.captureCheckIn({ checkInId: checkIn, monitorSlug: "sdk-job", status: "ok", duration: 2 });
    await Sentry.flush(5000);
    await Sentry.close(5000);

    const events = await rows(
      "select event_id, level, release, environment, user_hash, payload from public.error_events where project_id = $1",
      [id],
    );
    const text = JSON.stringify(events);
    expect(events.map((event) => event.level).sort()).toEqual(["error", "error", "warning"]);
    const error = events.find((event) => String(event.event_id).replaceAll("-", "") === eventId)!;
    expect(error).toMatchObject({
      release: "sdk@1.2.3",
      environment: "test",
      payload: { exceptions: [{ type: "TypeError" }] },
    });
    expect((error.payload as { exceptions: { frames: unknown[] }[] }).exceptions[0]!.frames.length)
      .toBeGreaterThan(0);
    expect(error.user_hash).toMatch(/^[0-9a-f]{32}$/);
    expect(text).toContain("log of");
    expect(events.map((event) => (event.payload as { message: string | null }).message)).not.toContain(
      "not an error",
    );
    expect(text).not.toMatch(/hunter2|alice@|bob@/);
    expect(text).not.toContain(user);
    expect(
      await rows(
        "select status, interval_seconds, last_duration_ms from public.heartbeats where project_id = $1",
        [id],
      ),
    )
      .toEqual([{ status: "ok", interval_seconds: 3600, last_duration_ms: 2000 }]);
    const [traffic] = await rows(
      "select sum(request_count) as requests from public.traffic_minutes where project_id = $1",
      [id],
    );
    expect(Number(traffic!.requests)).toBe(1);
  });

  it("tells blame of each error whom it struck, which changed flags were on and that a call had failed", async () => {
    const { project: id, key: publicKey } = await addProject("sdk-samples");
    await platform.sql(
      "insert into public.system_config (project_id, key, value) values ($1, 'app.new-checkout', 'true'), ($1, 'app.pool', '5')",
      [id],
    );
    const dsn = `http://${publicKey}@${new URL(platform.url).host}/functions/v1/ingest/${id}`;
    const address = `${platform.url}/functions/v1/nothing-here`;
    Sentry.init({
      dsn,
      release: "sdk@1.2.3",
      integrations: [Sentry.featureFlagsIntegration()],
      // The platform runs in this process: its own calls, as those of the schedule, are not the application's.
      beforeBreadcrumb: (crumb) => crumb.data?.url === address ? crumb : null,
    });
    Sentry.setUser({ id: "ada" });
    const flags = Sentry.getClient()!.getIntegrationByName<ReturnType<typeof Sentry.featureFlagsIntegration>>(
      "FeatureFlags",
    )!;
    flags.addFeatureFlag("new-checkout", true);
    flags.addFeatureFlag("dark-mode", true);
    await fetch(address).then((response) => response.body?.cancel());
    Sentry.captureException(new TypeError("there is no amount"));
    await Sentry.flush(5000);
    await Sentry.close(5000);

    const { data, error } = await platform.service.rpc("blame_observation", {
      p_project_id: id,
      p_since: new Date(Date.now() - 60_000).toISOString(),
      p_until: new Date(Date.now() + 60_000).toISOString(),
    });
    expect(error).toBeNull();
    const { observation } = observed(
      blameRowsSchema.parse(data),
      [],
      {},
      Date.now() - 60_000,
      Date.now() + 60_000,
    );
    expect(observation.samples).toEqual([{
      at: expect.any(Number),
      issue: observation.issues[0]!.id,
      user: expect.stringMatching(/^[0-9a-f]{12}$/),
      flags: { "new-checkout": true },
      call: { host: new URL(platform.url).hostname, failed: true },
    }]);
    // The SDK sends the lines around the frames.
    expect(observation.issues[0]!.source).toContain("capture_exception");
  });
});
