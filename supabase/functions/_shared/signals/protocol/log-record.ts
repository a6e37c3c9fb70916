import type { ErrorEvent, ExceptionValue, Level } from "../event.ts";
import { hexId, number, text, traceId } from "./coerce.ts";
import type { ParseContext } from "./context.ts";
import { MAX_MESSAGE_CHARS, MAX_NAME_CHARS, MAX_URL_CHARS } from "./limits.ts";
import { readObject, scrubbed } from "./normalize.ts";
import { proseOf, valueOf } from "./prose.ts";
import { stableId } from "./stable-id.ts";
import { readExceptionText } from "./stack-text.ts";
import { occurredAt } from "./time.ts";

/** What a Sentry log and an OpenTelemetry log record have in common, before it is scrubbed. */
export interface LogRecord {
  timestamp: unknown;
  level: Level;
  body: unknown;
  traceId: unknown;
  /** Of the record, its scope and its resource; names follow OpenTelemetry's semantic conventions. */
  attributes: Record<string, unknown>;
  platform: string;
  /** Its place in the request, which tells two equal records of the same moment apart. */
  position: number;
}

/** Attributes that have a field of their own in an event, or that describe the user. */
const TAKEN =
  /^(?:exception\.|user\.|enduser\.|client\.address|service\.(?:name|version|instance\.id)$|deployment\.environment|telemetry\.sdk\.|sentry\.|server\.address$|host\.name$|http\.request\.method$|url\.full$)/;

/** One log record of an error as an event. Its id comes from its content, since senders repeat what was not answered. */
export function logRecordToEvent(log: LogRecord, context: ParseContext): ErrorEvent {
  const { scrubber } = context;
  const attribute = (...names: string[]) =>
    names.map((name) => text(log.attributes[name])).find((v) => v !== null);
  const name = (value: unknown) => scrubbed(scrubber, value, MAX_NAME_CHARS);
  const version = (value: string | null | undefined) =>
    value === null || value === undefined ? null : scrubber.version(value, MAX_NAME_CHARS);

  const template = attribute("sentry.message.template");
  const service = attribute("service.name");
  const release = attribute("sentry.release") ??
    join(service, attribute("service.version"));
  const sdk = name(attribute("sentry.sdk.name", "telemetry.sdk.name"));
  const status = number(log.attributes["http.response.status_code"] ?? log.attributes["http.status_code"]);
  const method = name(attribute("http.request.method", "http.method"));
  const url = scrubbed(scrubber, attribute("url.full", "http.url"), MAX_URL_CHARS);
  const valid = status !== null && status >= 100 && status <= 599 ? Math.trunc(status) : null;

  return {
    eventId: hexId(log.attributes["log.record.uid"]) ??
      stableId([
        text(log.timestamp),
        text(log.traceId),
        JSON.stringify([log.body, log.attributes]),
        log.position,
      ]),
    occurredAt: occurredAt(log.timestamp, context.receivedAt),
    level: log.level,
    platform: log.platform,
    logger: name(attribute("logger.name", "otel.scope.name", "sentry.origin")),
    message: proseOf(log.body, scrubber),
    messageTemplate: template === undefined ? null : scrubbed(scrubber, template, MAX_MESSAGE_CHARS),
    exceptions: readException(attribute, context),
    release: version(release),
    environment: name(
      attribute("sentry.environment", "deployment.environment.name", "deployment.environment"),
    ),
    serverName: name(
      attribute("sentry.server.address", "server.address", "host.name", "service.instance.id"),
    ),
    transaction: name(attribute("sentry.transaction", "sentry.segment.name", "http.route")),
    traceId: traceId(log.traceId),
    sdk: sdk === null
      ? null
      : { name: sdk, version: version(attribute("sentry.sdk.version", "telemetry.sdk.version")) ?? "" },
    tags: service === undefined ? {} : { service: scrubber.text(service, MAX_NAME_CHARS) },
    userHash: context.hashUser({
      id: attribute("user.id", "enduser.id"),
      email: attribute("user.email"),
      username: attribute("user.name"),
      ip_address: attribute("client.address"),
    }),
    clientFingerprint: null,
    request: method === null && url === null && valid === null ? null : { method, url, status: valid },
    breadcrumbs: [],
    contexts: {},
    extra: readObject(
      Object.fromEntries(Object.entries(log.attributes).filter(([key]) => !TAKEN.test(key))),
      scrubber,
    ),
    debugImages: [],
  };
}

/** `service@version`, as Sentry's releases are named; the version alone when the service has no name. */
function join(service: string | undefined, version: string | undefined): string | null {
  if (version === undefined) return null;
  return service === undefined ? version : `${service}@${version}`;
}

function readException(
  attribute: (...names: string[]) => string | undefined,
  { scrubber }: ParseContext,
): ExceptionValue[] {
  const type = attribute("exception.type");
  const message = attribute("exception.message");
  const stack = attribute("exception.stacktrace");
  const parsed = stack === undefined ? [] : readExceptionText(stack, scrubber);
  const outermost = parsed.at(-1);
  if (type === undefined && message === undefined && !outermost) return [];
  return [...parsed.slice(0, -1), {
    module: null,
    handled: null,
    mechanism: null,
    frames: [],
    ...outermost,
    type: scrubbed(scrubber, type, MAX_NAME_CHARS) ?? outermost?.type ?? null,
    value: valueOf(type, message, scrubber) ?? outermost?.value ?? null,
  }];
}
