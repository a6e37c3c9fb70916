import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEnvelope } from "../../supabase/functions/_shared/signals/protocol/envelope.ts";
import { MAX_HEADER_BYTES, MAX_ITEMS } from "../../supabase/functions/_shared/signals/protocol/limits.ts";
import { bytes, envelope, read, rejectionOf } from "./support.ts";

const payloads = (text: string) =>
  parseEnvelope(bytes(text)).items.map((item) => new TextDecoder().decode(item.payload));

describe("envelope framing", () => {
  it("reads items with and without a length, and a last line without a newline", () => {
    const text = `{"event_id":"a"}\n{"type":"event","length":7}\n{"a":1}\n{"type":"session"}\n{"b":2}`;
    expect(payloads(text)).toEqual(['{"a":1}', '{"b":2}']);
    expect(payloads(text + "\n")).toEqual(['{"a":1}', '{"b":2}']);
    expect(payloads(text + "\n\n\n")).toEqual(['{"a":1}', '{"b":2}']);
  });

  it("takes newlines inside a payload as its bytes when it has a length", () => {
    expect(payloads(`{}\n{"type":"attachment","length":5}\n\n\na\n\n\n{"type":"event"}\n{}`)).toEqual([
      "\n\na\n\n",
      "{}",
    ]);
  });

  it("counts a length in bytes, not in characters", () => {
    expect(payloads(`{}\n{"type":"event","length":8}\n{"é":1}\n`)).toEqual(['{"é":1}']);
  });

  it("leaves a carriage return in the payload", () => {
    expect(payloads(`{}\r\n{"type":"event"}\r\n{"a":1}\r\n`)).toEqual(['{"a":1}\r']);
    expect(payloads(`{}\n{"type":"attachment","length":3}\na\r\n\n`)).toEqual(["a\r\n"]);
  });

  it("accepts envelopes without items, with or without a newline", () => {
    expect(payloads("{}")).toEqual([]);
    expect(payloads("{}\n")).toEqual([]);
    expect(payloads(`{"event_id":"9ec79c33ec9942ab8353589fcb2e04dc"}\n\n\n`)).toEqual([]);
  });

  it("accepts items with an empty payload", () => {
    expect(payloads(`{}\n{"type":"attachment","length":0}\n\n{"type":"attachment","length":0}\n`)).toEqual([
      "",
      "",
    ]);
    expect(payloads(`{}\n{"type":"attachment","length":0}`)).toEqual([""]);
  });

  it.each([
    ["an empty body", ""],
    ["a body that is no JSON", "hello"],
    ["a list as header", "[]\n"],
    ["null as header", "null\n"],
    ["a form", "sentry_data=%7B%7D"],
    ["an item that is shorter than its length", `{}\n{"type":"event","length":10}\n{}`],
    ["an item that is longer than its length", `{}\n{"type":"event","length":1}\n{}`],
    ["a negative length", `{}\n{"type":"event","length":-1}\n{}`],
    ["a fractional length", `{}\n{"type":"event","length":1.5}\n{}`],
    ["a length in words", `{}\n{"type":"event","length":"2"}\n{}`],
    ["a huge length", `{}\n{"type":"event","length":1e300}\n{}`],
    ["an item header that is no JSON", `{}\nevent\n{}`],
    ["an oversized header", `{"a":"${"x".repeat(MAX_HEADER_BYTES)}"}\n`],
  ])("refuses %s with 400", (_, text) => {
    expect(rejectionOf(() => parseEnvelope(bytes(text))).status).toBe(400);
  });

  it("keeps the whole items that stand before a framing mistake", () => {
    const parsed = parseEnvelope(bytes(`{}\n{"type":"event"}\n{"a":1}\n{"type":"event","length":99}\n{}`));
    expect(parsed.items).toHaveLength(1);
    expect(parsed.broken).toContain("shorter");
  });

  it("looks at a bounded number of items", () => {
    const parsed = parseEnvelope(bytes("{}\n" + `{"type":"x"}\n{}\n`.repeat(MAX_ITEMS + 50)));
    expect(parsed.items).toHaveLength(MAX_ITEMS);
  });

  it("finds every payload again byte by byte, whatever is in it", () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 5 }), (contents) => {
      const parts: Uint8Array[] = [bytes("{}\n")];
      for (const content of contents) {
        parts.push(bytes(`{"type":"attachment","length":${content.length}}\n`), content, bytes("\n"));
      }
      const whole = new Uint8Array(parts.flatMap((part) => [...part]));
      expect(parseEnvelope(whole).items.map((item) => [...item.payload])).toEqual(
        contents.map((content) => [...content]),
      );
    }));
  });

  it("never fails otherwise than by refusing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (noise, headed) => {
        try {
          parseEnvelope(headed ? new Uint8Array([...bytes("{}\n"), ...noise]) : noise);
        } catch (error) {
          expect(error).toHaveProperty("status", 400);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("items of an envelope", () => {
  it("skips types that it does not know, and reads the others", () => {
    const skipped = [
      "attachment",
      "replay_event",
      "replay_recording",
      "profile",
      "profile_chunk",
      "client_report",
      "statsd",
      "metric_buckets",
      "user_report",
      "feedback",
      "span",
      "trace_metric",
      "raw_security",
      "brand_new",
      "constructor",
      "__proto__",
    ];
    const result = read([
      ...skipped.map((type): [Record<string, unknown>, unknown] => [{ type }, "{}"]),
      [{ type: "event" }, { message: "here" }],
      [{}, "{}"],
    ]);
    expect(result.events.map((event) => event.message)).toEqual(["here"]);
  });

  it("does not let a broken item take the others with it", () => {
    const result = read([
      [{ type: "event" }, "{broken"],
      [{ type: "transaction" }, "null"],
      [{ type: "check_in" }, { status: "ok" }],
      [{ type: "event" }, { message: "here" }],
    ]);
    expect(result.events.map((event) => event.message)).toEqual(["here"]);
    expect(result.problems).toEqual([
      "event is not valid JSON",
      "transaction is not valid JSON",
      "a check_in names no monitor",
    ]);
  });

  it("tells the sender when nothing could be read", () => {
    expect(rejectionOf(() => read([[{ type: "event" }, "{broken"]])).status).toBe(400);
    expect(rejectionOf(() => read([[{ type: "event" }, { message: "x".repeat(1 << 20) }]])).status).toBe(413);
  });

  it("drops an oversized item and keeps its neighbour", () => {
    const result = read([[{ type: "event" }, { message: "x".repeat(1 << 20) }], [{ type: "event" }, {
      message: "small",
    }]]);
    expect(result.events.map((event) => event.message)).toEqual(["small"]);
  });

  it("takes the event id from the envelope when the event has none", () => {
    const id = "9ec79c33ec9942ab8353589fcb2e04dc";
    expect(read([[{ type: "event" }, {}]], { event_id: id }).events[0]!.eventId).toBe(id);
    expect(read([[{ type: "event" }, {}]]).events[0]!.eventId).toMatch(/^[0-9a-f]{32}$/);
    const dashed = "9EC79C33-EC99-42AB-8353-589FCB2E04DC";
    expect(read([[{ type: "event" }, { event_id: dashed }]]).events[0]!.eventId).toBe(id);
    expect(envelope([]).length).toBeGreaterThan(0);
  });
});
