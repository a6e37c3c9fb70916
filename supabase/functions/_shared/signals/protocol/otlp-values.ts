import { get, isRecord, list, record, text, type Unknown } from "./coerce.ts";
import { MAX_DEPTH, MAX_MEMBERS } from "./limits.ts";

/** A member under its name in OTLP's JSON (camelCase) or in protobuf's (snake_case); senders write both. */
export function member(object: Unknown, camelCase: string): unknown {
  return get(object, camelCase) ??
    get(object, camelCase.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

/** OTLP's `AnyValue` as the value that it stands for. Integers may come as text, since JSON has no 64 bits. */
export function plainValue(value: unknown, depth = 0): unknown {
  if (!isRecord(value)) return value;
  if (depth >= MAX_DEPTH) return null;
  const string = member(value, "stringValue");
  if (string !== undefined) return string;
  const bool = member(value, "boolValue");
  if (bool !== undefined) return bool;
  const whole = member(value, "intValue");
  if (whole !== undefined) {
    return typeof whole === "string" && Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
  }
  const double = member(value, "doubleValue");
  if (double !== undefined) return double;
  const array = member(value, "arrayValue");
  if (array !== undefined) {
    return list(array).slice(0, MAX_MEMBERS).map((each) => plainValue(each, depth + 1));
  }
  const pairs = member(value, "kvlistValue");
  if (pairs !== undefined) return plainAttributes(list(pairs), depth + 1);
  return member(value, "bytesValue") ?? null;
}

/** OTLP's list of `{ key, value }` as an object. */
export function plainAttributes(pairs: unknown, depth = 0): Record<string, unknown> {
  if (!Array.isArray(pairs)) return {};
  return Object.fromEntries(
    pairs.slice(0, MAX_MEMBERS).flatMap((pair): [string, unknown][] => {
      const key = text(get(record(pair), "key"));
      return key === null ? [] : [[key, plainValue(get(record(pair), "value"), depth)]];
    }),
  );
}
