import type { Level } from "../event.ts";
import { isRecord, list, number, record, text, type Unknown } from "./coerce.ts";
import type { ParseContext, SignalsBuilder } from "./context.ts";
import { MAX_EVENTS_PER_REQUEST } from "./limits.ts";
import { logRecordToEvent } from "./log-record.ts";
import { member, plainAttributes, plainValue } from "./otlp-values.ts";
import { Rejection } from "./rejection.ts";

/** OpenTelemetry's logs data model: severity numbers 17 to 20 are ERROR, 21 to 24 FATAL. */
const ERROR_FROM = 17;
const FATAL_FROM = 21;

/** What the sender is told, as OTLP wants it: nothing when all was taken. */
export interface OtlpAnswer {
  partialSuccess?: { rejectedLogRecords: string; errorMessage: string };
}

/**
 * Takes the errors of an OTLP/HTTP JSON `ExportLogsServiceRequest`. Records below ERROR are accepted and not kept.
 * @throws Rejection 400 when it is no such request.
 */
export function addOtlpLogs(raw: unknown, context: ParseContext, signals: SignalsBuilder): OtlpAnswer {
  if (!isRecord(raw)) throw new Rejection(400, "the body must be an ExportLogsServiceRequest in JSON");
  const resourceLogs = member(raw, "resourceLogs") ?? [];
  if (!Array.isArray(resourceLogs)) throw new Rejection(400, "resourceLogs must be a list");

  let rejected = 0;
  let position = 0;
  for (const resourceLog of resourceLogs) {
    const resource = plainAttributes(member(record(member(record(resourceLog), "resource")), "attributes"));
    for (const scopeLog of list(member(record(resourceLog), "scopeLogs"))) {
      const scope = record(member(record(scopeLog), "scope"));
      const scopeName = text(member(scope, "name"));
      for (const log of list(member(record(scopeLog), "logRecords"))) {
        position += 1;
        if (!isRecord(log)) {
          rejected += 1;
          continue;
        }
        const level = severityOf(log);
        if (level === null) continue;
        if (signals.events.length >= MAX_EVENTS_PER_REQUEST) {
          rejected += 1;
          continue;
        }
        signals.events.push(logRecordToEvent({
          timestamp: timeOf(log),
          level,
          body: plainValue(member(log, "body")),
          traceId: member(log, "traceId"),
          attributes: {
            ...resource,
            ...(scopeName === null ? {} : { "otel.scope.name": scopeName }),
            ...plainAttributes(member(log, "attributes")),
          },
          platform: platformOf(text(resource["telemetry.sdk.language"])),
          position,
        }, context));
      }
    }
  }
  return rejected === 0 ? {} : {
    partialSuccess: {
      // 64-bit numbers are text in OTLP's JSON.
      rejectedLogRecords: String(rejected),
      errorMessage:
        `${rejected} records were malformed or beyond ${MAX_EVENTS_PER_REQUEST} errors of one request`,
    },
  };
}

function severityOf(log: Unknown): Level | null {
  const given = member(log, "severityNumber");
  const severity = number(given);
  if (severity !== null && severity > 0) {
    return severity >= FATAL_FROM ? "fatal" : severity >= ERROR_FROM ? "error" : null;
  }
  // The number's name in the protobuf enumeration, or the level as the logging library spelled it.
  const words = `${text(given) ?? ""} ${text(member(log, "severityText")) ?? ""}`.toLowerCase();
  if (/fatal|critical|emergency|alert|panic/.test(words)) return "fatal";
  return /error|severe/.test(words) ? "error" : null;
}

function timeOf(log: Unknown): unknown {
  const time = member(log, "timeUnixNano");
  return number(time) ? time : member(log, "observedTimeUnixNano");
}

/** Sentry's names of platforms for OpenTelemetry's names of languages. */
function platformOf(language: string | null): string {
  const names: Record<string, string> = {
    nodejs: "node",
    webjs: "javascript",
    dotnet: "csharp",
    cpp: "native",
  };
  if (language === null) return "other";
  if (Object.hasOwn(names, language)) return names[language]!;
  return /^[a-z]{1,20}$/.test(language) ? language : "other";
}
