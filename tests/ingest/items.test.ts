import { describe, expect, it } from "vitest";
import { cronIntervalSeconds } from "../../supabase/functions/_shared/signals/protocol/cron-interval.ts";
import { read } from "./support.ts";

const minuteAt = "2026-11-21T12:00:00.000Z";
const seconds = Date.parse(minuteAt) / 1000;

describe("transactions", () => {
  const transaction = (fields: object) =>
    read([[{ type: "transaction" }, { timestamp: seconds + 2, start_timestamp: seconds, ...fields }]]);

  it("count as a request in the minute in which they ended, with their duration", () => {
    expect(transaction({ release: "shop@1", environment: "prod" }).traffic).toEqual([{
      minuteAt,
      release: "shop@1",
      environment: "prod",
      requestCount: 1,
      failedRequestCount: 0,
      sessionCount: 0,
      crashedSessionCount: 0,
      durationMsSum: 2000,
    }]);
  });

  it.each([["ok", 0], ["cancelled", 0], ["unknown", 0], [null, 0], [7, 1], ["internal_error", 1], [
    "deadline_exceeded",
    1,
  ], ["not_found", 1]])(
    "with status %s count %i as failed",
    (status, failed) =>
      expect(transaction({ contexts: { trace: { status } } }).traffic[0]!.failedRequestCount).toBe(failed),
  );

  it("are added up by minute, release and environment", () => {
    const one = [{ type: "transaction" }, { timestamp: seconds, release: "a" }] as [
      Record<string, unknown>,
      unknown,
    ];
    const result = read([one, one, [{ type: "transaction" }, { timestamp: seconds - 60, release: "a" }], [{
      type: "transaction",
    }, { timestamp: seconds, release: "b" }]]);
    expect(result.traffic.map((traffic) => traffic.requestCount)).toEqual([2, 1, 1]);
  });

  it.each([{ start_timestamp: "soon" }, { start_timestamp: seconds + 99 }, { timestamp: null }, {
    timestamp: {},
  }])(
    "with odd times %j are counted without a duration",
    (times) => expect(transaction(times).traffic[0]).toMatchObject({ requestCount: 1, durationMsSum: 0 }),
  );
});

describe("spans", () => {
  const span = (fields: object, attributes: Record<string, unknown> = {}) => ({
    name: "GET /orders",
    start_timestamp: seconds,
    end_timestamp: seconds + 2,
    is_segment: true,
    status: "ok",
    attributes: Object.fromEntries(
      Object.entries({ "sentry.op": "http.server", "sentry.release": "shop@1", ...attributes })
        .map(([key, value]) => [key, { value, type: "string" }]),
    ),
    ...fields,
  });
  const container = (...items: unknown[]) =>
    read([[{
      type: "span",
      item_count: items.length,
      content_type: "application/vnd.sentry.items.span.v2+json",
    }, { version: 2, items }]]);

  it("that are the root of what a service did count as a request, their parts do not", () => {
    const environment = { "sentry.environment": "prod" };
    const result = container(
      span({}, environment),
      span({ status: "error" }, environment),
      span({ is_segment: false }, environment),
      span({ is_segment: undefined }, environment),
    );
    expect(result.traffic).toEqual([{
      minuteAt,
      release: "shop@1",
      environment: "prod",
      requestCount: 2,
      failedRequestCount: 1,
      sessionCount: 0,
      crashedSessionCount: 0,
      durationMsSum: 4000,
    }]);
  });

  it.each([["cancelled", 0], ["internal_error", 1], ["not_found", 1]])(
    "with the error %s count %i as failed, as transactions do",
    (message, failed) =>
      expect(
        container(span({ status: "error" }, { "sentry.status.message": message })).traffic[0]!
          .failedRequestCount,
      ).toBe(failed),
  );

  it("that measure a page are no requests", () => {
    expect(container(span({}, { "sentry.op": "ui.interaction.click" })).traffic).toEqual([]);
    expect(read([[{ type: "span" }, span({})]]).traffic).toEqual([]);
  });

  it("of any other shape are passed over", () => {
    expect(container(null, 7, "x", [], {}, { is_segment: true, attributes: 3 }).traffic).toMatchObject([{
      requestCount: 1,
      release: null,
    }]);
    expect(read([[{ type: "span" }, { items: "x" }], [{ type: "span" }, {}]]).traffic).toEqual([]);
  });
});

describe("sessions", () => {
  const session = (fields: object) =>
    read([[{ type: "session" }, { sid: "1", timestamp: minuteAt, attrs: { release: "r" }, ...fields }]])
      .traffic;

  it.each([
    [{ init: true, status: "ok" }, 1, 0],
    [{ init: true, status: "crashed" }, 1, 1],
    [{ init: false, status: "crashed" }, 0, 1],
    [{ init: true, status: "abnormal" }, 1, 0],
  ])("%j counts %i started and %i crashed", (fields, started, crashed) => {
    expect(session(fields)).toMatchObject([{
      minuteAt,
      release: "r",
      sessionCount: started,
      crashedSessionCount: crashed,
    }]);
  });

  it("are not counted again by an update", () => {
    expect(session({ init: false, status: "exited", errors: 3 })).toEqual([]);
  });

  it("come counted from servers", () => {
    const { traffic } = read([[{ type: "sessions" }, {
      attrs: { release: "r", environment: "e" },
      aggregates: [
        { started: minuteAt, exited: 5, errored: 2, crashed: 1, abnormal: 1 },
        { started: "2026-11-21T11:59:59Z", exited: 1 },
        { started: minuteAt },
        { exited: -3, crashed: "many" },
        null,
      ],
    }]]);
    expect(
      traffic.map((
        { minuteAt, sessionCount, crashedSessionCount },
      ) => [minuteAt, sessionCount, crashedSessionCount]),
    )
      .toEqual([[minuteAt, 9, 1], ["2026-11-21T11:59:00.000Z", 1, 0]]);
  });

  it("are taken in bounded number from one item", () => {
    const aggregates = Array.from({ length: 500 }, () => ({ started: minuteAt, exited: 1 }));
    expect(read([[{ type: "sessions" }, { aggregates }]]).traffic[0]!.sessionCount).toBe(100);
  });
});

describe("check-ins", () => {
  const checkIn = (fields: object) =>
    read([[{ type: "check_in" }, {
      check_in_id: "a".repeat(32),
      monitor_slug: "nightly",
      status: "ok",
      ...fields,
    }]]).heartbeats[0]!;

  it("become heartbeats", () => {
    expect(
      checkIn({
        duration: 1.5,
        environment: "prod",
        monitor_config: { checkin_margin: 5, schedule: { type: "interval", value: 2, unit: "hour" } },
      }),
    ).toEqual({
      monitorSlug: "nightly",
      checkInId: "a".repeat(32),
      status: "ok",
      occurredAt: "2026-11-21T12:00:30.000Z",
      durationMs: 1500,
      environment: "prod",
      intervalSeconds: 7200,
      marginSeconds: 300,
    });
  });

  it.each([["ok", "ok"], ["error", "error"], ["in_progress", "in_progress"], ["success", "ok"], [
    "timeout",
    "error",
  ], ["constructor", "error"]])(
    "with status %s are %s",
    (status, expected) => expect(checkIn({ status }).status).toBe(expected),
  );

  it("get an id of their own when theirs is missing or all zeros", () => {
    expect(checkIn({ check_in_id: "0".repeat(32) }).checkInId).not.toMatch(/^0+$/);
    expect(checkIn({ check_in_id: 7 }).checkInId).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each([
    [{ type: "interval", value: 10, unit: "minute" }, 600],
    [{ type: "interval", value: "1", unit: "day" }, 86_400],
    [{ type: "interval", value: 0, unit: "day" }, null],
    [{ type: "interval", value: 1, unit: "constructor" }, null],
    [{ type: "interval", value: 1e99, unit: "year" }, 2_147_483_647],
    [{ type: "crontab", value: "*/15 * * * *" }, 900],
    [{ type: "crontab", value: "nonsense" }, null],
    [null, null],
  ])("with schedule %j expect the next after %j seconds", (schedule, expected) => {
    expect(checkIn({ monitor_config: { schedule } }).intervalSeconds).toBe(expected);
  });

  it("have slugs of plain letters", () => {
    expect(checkIn({ monitor_slug: "Nightly Backup/€" }).monitorSlug).toBe("nightly-backup--");
  });
});

describe("the longest gap of a crontab schedule", () => {
  const hour = 3600, day = 24 * hour;
  it.each([
    ["* * * * *", 60],
    ["0 * * * *", hour],
    ["@hourly", hour],
    ["@daily", day],
    ["30 2 * * *", day],
    ["0 9-17 * * *", 16 * hour],
    ["0 9 * * 1-5", 3 * day],
    ["0 9 * * mon-fri", 3 * day],
    ["0 0 1 * *", 31 * day],
    ["0 0 1 jan *", 366 * day],
    ["0 0 29 2 *", (4 * 365 + 1) * day],
    ["0 0 1,15 * *", 17 * day],
    ["0 0 1 * 1", 7 * day],
    ["0 0 * * 7", 7 * day],
    ["0,20 * * * *", 40 * 60],
    ["*/7 0 * * *", 23 * hour + 4 * 60],
  ])("%s is %i s", (expression, expected) => expect(cronIntervalSeconds(expression)).toBe(expected));

  it.each([
    "",
    "* * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "5-1 * * * *",
    "*/0 * * * *",
    "a b c d e",
    "0 0 31 2 *",
    "* * * * * *",
    "constructor",
  ])(
    "%j is none",
    (expression) => expect(cronIntervalSeconds(expression)).toBeNull(),
  );
});

describe("logs", () => {
  const logs = (payload: unknown, header: object = {}) =>
    read([[
      { type: "log", item_count: 1, content_type: "application/vnd.sentry.items.log+json", ...header },
      payload,
    ]]).events;
  const log = {
    timestamp: seconds,
    level: "error",
    body: "payment of 12 failed",
    trace_id: "5b8efff798038103d269b633813fc60c",
    severity_number: 17,
    attributes: {
      "sentry.message.template": { value: "payment of %s failed", type: "string" },
      "sentry.message.parameter.0": { value: 12, type: "integer" },
      "sentry.release": { value: "shop@1", type: "string" },
      "sentry.environment": { value: "prod", type: "string" },
      "sentry.sdk.name": { value: "sentry.javascript.node", type: "string" },
      "user.email": { value: "alice@example.org", type: "string" },
      "order.id": { value: 7, type: "integer" },
      "api_key": { value: "abc", type: "string" },
    },
  };

  it.each([
    ["a container of today", { version: 2, ingest_settings: {}, items: [log] }],
    ["a container without a version", { items: [log] }],
    ["a bare list", [log]],
    ["one log alone", log],
  ])("are read from %s", (_, payload) => {
    expect(logs(payload)).toMatchObject([{
      message: "payment of 12 failed",
      messageTemplate: "payment of %s failed",
      level: "error",
      release: "shop@1",
      environment: "prod",
      traceId: "5b8efff798038103d269b633813fc60c",
      sdk: { name: "sentry.javascript.node" },
      userHash: expect.stringMatching(/^[0-9a-f]{32}$/),
      extra: { "order.id": 7, api_key: "[Filtered]" },
      occurredAt: minuteAt,
    }]);
  });

  it("of the first SDKs had OpenTelemetry's shape", () => {
    const [event] = read([[{ type: "otel_log" }, {
      severity_text: "fatal",
      body: { stringValue: "boom" },
      time_unix_nano: String(seconds * 1e9),
      attributes: [{ key: "a", value: { stringValue: "b" } }],
    }]]).events;
    expect(event).toMatchObject({ message: "boom", level: "fatal", occurredAt: minuteAt, extra: { a: "b" } });
  });

  it.each(["trace", "debug", "info", "warn", "", null, 17])("of level %j make no event", (level) => {
    expect(logs({ items: [{ ...log, level }] })).toEqual([]);
  });

  it("get ids from their content, and equal ones of one request different ids", () => {
    const [a, b] = logs({ items: [log, log] });
    const [again] = logs({ items: [log, log] });
    expect(a!.eventId).toBe(again!.eventId);
    expect(a!.eventId).not.toBe(b!.eventId);
  });

  it("carry exceptions in OpenTelemetry's attributes", () => {
    const stacktrace = "TypeError: x\n    at pay (/srv/app/pay.js:10:5)";
    const [event] = logs({
      items: [{
        ...log,
        attributes: {
          "exception.type": { value: "TypeError" },
          "exception.message": { value: "x" },
          "exception.stacktrace": { value: stacktrace },
        },
      }],
    });
    expect(event!.exceptions).toMatchObject([{
      type: "TypeError",
      value: "x",
      frames: [{ function: "pay", line: 10, column: 5 }],
    }]);
  });

  it("are taken in bounded number", () => {
    expect(logs({ items: Array.from({ length: 1500 }, () => log) })).toHaveLength(1000);
  });
});
