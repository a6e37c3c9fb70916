import { describe, expect, it } from "vitest";
import { SignalsBuilder } from "../../supabase/functions/_shared/signals/protocol/context.ts";
import { addOtlpLogs } from "../../supabase/functions/_shared/signals/protocol/otlp.ts";
import { rejectionOf, testContext } from "./support.ts";

function take(body: unknown) {
  const signals = new SignalsBuilder();
  const answer = addOtlpLogs(body, testContext(), signals);
  return { answer, events: signals.events };
}

const string = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const request = (logRecords: unknown[], resource: unknown[] = []) => ({
  resourceLogs: [{
    resource: { attributes: resource },
    scopeLogs: [{ scope: { name: "shop.payments" }, logRecords }],
  }],
});
const record = {
  timeUnixNano: "1795262400000000000",
  severityNumber: 17,
  body: { stringValue: "boom" },
  traceId: "5B8EFFF798038103D269B633813FC60C",
};

describe("OTLP logs", () => {
  it("become events, described by their resource", () => {
    const { events, answer } = take(request([{
      ...record,
      attributes: [
        string("exception.type", "PaymentError"),
        string("exception.message", "declined"),
        string("exception.stacktrace", "PaymentError: declined\n    at pay (/srv/pay.js:3:4)"),
        { key: "retries", value: { intValue: "3" } },
        { key: "flags", value: { arrayValue: { values: [{ boolValue: true }, { doubleValue: 1.5 }] } } },
        { key: "order", value: { kvlistValue: { values: [string("id", "7"), string("password", "x")] } } },
        string("enduser.id", "u1"),
        string("http.request.method", "GET"),
        string("url.full", "https://x.example.org/?code=abc"),
        { key: "http.response.status_code", value: { intValue: 500 } },
      ],
    }], [
      string("service.name", "shop"),
      string("service.version", "2.1.0"),
      string("deployment.environment.name", "prod"),
      string("telemetry.sdk.language", "nodejs"),
    ]));
    expect(answer).toEqual({});
    expect(events).toMatchObject([{
      occurredAt: "2026-11-21T12:00:00.000Z",
      level: "error",
      message: "boom",
      release: "shop@2.1.0",
      environment: "prod",
      platform: "node",
      traceId: "5b8efff798038103d269b633813fc60c",
      logger: "shop.payments",
      tags: { service: "shop" },
      exceptions: [{ type: "PaymentError", value: "declined", frames: [{ function: "pay", line: 3 }] }],
      request: { method: "GET", url: "https://x.example.org/?code=[Filtered]", status: 500 },
      extra: { retries: 3, flags: [true, 1.5], order: { id: "7", password: "[Filtered]" } },
    }]);
    expect(events[0]!.userHash).toMatch(/^[0-9a-f]{32}$/);
  });

  it("may be written in snake_case", () => {
    const { events } = take({
      resource_logs: [{
        resource: { attributes: [{ key: "service.name", value: { string_value: "shop" } }] },
        scope_logs: [{
          log_records: [{
            time_unix_nano: 1795262400000000000,
            severity_number: 21,
            body: { string_value: "boom" },
            trace_id: "5b8efff798038103d269b633813fc60c",
          }],
        }],
      }],
    });
    expect(events).toMatchObject([{
      message: "boom",
      level: "fatal",
      tags: { service: "shop" },
      traceId: "5b8efff798038103d269b633813fc60c",
      occurredAt: "2026-11-21T12:00:00.000Z",
    }]);
  });

  it.each([
    [{ severityNumber: 16 }, null],
    [{ severityNumber: 17 }, "error"],
    [{ severityNumber: 20 }, "error"],
    [{ severityNumber: 21 }, "fatal"],
    [{ severityNumber: 24 }, "fatal"],
    [{ severityNumber: "SEVERITY_NUMBER_ERROR" }, "error"],
    [{ severityNumber: 0, severityText: "ERROR" }, "error"],
    [{ severityNumber: undefined, severityText: "Critical" }, "fatal"],
    [{ severityNumber: undefined, severityText: "info" }, null],
    [{ severityNumber: undefined }, null],
  ])("with severity %j are of level %s", (severity, level) => {
    expect(take(request([{ ...record, ...severity }])).events.map((event) => event.level)).toEqual(
      level === null ? [] : [level],
    );
  });

  it("use the observed time when the event's own is missing", () => {
    expect(
      take(request([{ ...record, timeUnixNano: "0", observedTimeUnixNano: "1795262340000000000" }]))
        .events[0]!.occurredAt,
    ).toBe("2026-11-21T11:59:00.000Z");
  });

  it("take a structured body as text", () => {
    expect(
      take(request([{ ...record, body: { kvlistValue: { values: [string("a", "b")] } } }])).events[0]!
        .message,
    ).toBe('{"a":"b"}');
  });

  it("say how many records were not taken", () => {
    const { answer, events } = take(request([null, 7, record]));
    expect(events).toHaveLength(1);
    expect(answer).toEqual({
      partialSuccess: { rejectedLogRecords: "2", errorMessage: expect.stringContaining("2 records") },
    });
    expect(take(request(Array(1200).fill(record))).answer.partialSuccess!.rejectedLogRecords).toBe("200");
  });

  it.each([null, [], "x", 7, { resourceLogs: {} }])(
    "refuse %j",
    (body) => expect(rejectionOf(() => take(body)).status).toBe(400),
  );

  it.each([{}, { resourceLogs: [] }, {
    resourceLogs: [null, 7, { scopeLogs: null }, { scopeLogs: [null] }],
  }])("take the empty request %j", (body) => {
    expect(take(body)).toEqual({ answer: {}, events: [] });
  });
});
