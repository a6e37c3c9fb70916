/** Envelopes of a given size, as an SDK would write them; only the event id changes from one to the next. */

export interface BodyKind {
  /** Bytes of a whole envelope, about. */
  bytes: number;
  /** Different issues among the events. */
  issues: number;
}

const ID_CHARS = 32;
const PLACEHOLDER = "0".repeat(ID_CHARS);
const encoder = new TextEncoder();

export class BodySource {
  readonly #templates: { bytes: Uint8Array; at: number[] }[];
  #next = 0;
  readonly #run = crypto.randomUUID().replaceAll("-", "").slice(0, 16);

  constructor(kind: BodyKind) {
    this.#templates = Array.from({ length: kind.issues }, (_, issue) => template(kind.bytes, issue));
  }

  /** The next envelope. Its bytes are reused: send them before asking for another. */
  next(): Uint8Array {
    const number = this.#next++;
    const { bytes, at } = this.#templates[number % this.#templates.length]!;
    const id = encoder.encode(this.#run + number.toString(16).padStart(ID_CHARS - this.#run.length, "0"));
    const copy = bytes.slice();
    for (const offset of at) copy.set(id, offset);
    return copy;
  }
}

function template(size: number, issue: number): { bytes: Uint8Array; at: number[] } {
  const event = eventOf(size, issue);
  const payload = JSON.stringify(event);
  const text = [
    JSON.stringify({ event_id: PLACEHOLDER, sent_at: "2026-01-01T00:00:00.000Z", sdk: event.sdk }),
    JSON.stringify({ type: "event", length: encoder.encode(payload).length }),
    payload,
  ].join("\n");
  const at: number[] = [];
  for (let i = text.indexOf(PLACEHOLDER); i !== -1; i = text.indexOf(PLACEHOLDER, i + 1)) at.push(i);
  return { bytes: encoder.encode(text), at };
}

function eventOf(size: number, issue: number) {
  const event = {
    event_id: PLACEHOLDER,
    level: "error",
    platform: "node",
    environment: "production",
    release: "shop@2.14.1",
    server_name: "web-1",
    sdk: { name: "sentry.javascript.node", version: "10.0.0" },
    exception: {
      values: [{
        type: "OrderError",
        value: `order could not be placed in step ${issue}`,
        mechanism: { type: "generic", handled: false },
        stacktrace: { frames: [frame(issue, 0, false), frame(issue, 1, false)] },
      }],
    },
    tags: { region: "eu-central-1" } as Record<string, string>,
    breadcrumbs: [] as object[],
    extra: {} as Record<string, unknown>,
  };
  const frames = event.exception.values[0]!.stacktrace.frames;
  const length = () => JSON.stringify(event).length;
  // Grown as real events grow: frames with source, then breadcrumbs, then data that the application attached.
  for (let i = 2; i < 30 && length() < size * 0.6; i++) frames.push(frame(issue, i, true));
  for (let i = 0; i < 100 && length() < size * 0.9; i++) event.breadcrumbs.push(breadcrumb(i));
  for (let i = 0; length() < size - 300; i++) {
    event.extra[`line_${i}`] = `${SENTENCES[i % SENTENCES.length]} (${i})`;
  }
  return event;
}

function frame(issue: number, depth: number, source: boolean) {
  const line = 20 + depth * 7;
  return {
    function: `step${depth}`,
    filename: `/srv/shop/src/orders/step-${issue % 50}-${depth}.js`,
    lineno: line,
    colno: 11,
    in_app: depth % 3 !== 0,
    ...(source
      ? {
        pre_context: SOURCE.slice(0, 5),
        context_line: `    const placed = await client.place(order, { attempt: ${depth} });`,
        post_context: SOURCE.slice(5, 10),
      }
      : {}),
  };
}

function breadcrumb(i: number) {
  return {
    timestamp: 1_760_000_000 + i,
    type: "default",
    category: i % 3 === 0 ? "query" : "http",
    level: "info",
    message: SENTENCES[i % SENTENCES.length],
    data: {
      status_code: 200,
      method: "GET",
      url: `https://api.example.org/v2/orders/${i}?expand=lines`,
      duration_ms: i,
    },
  };
}

const SOURCE = [
  "export async function placeOrder(order, client) {",
  "  const lines = order.lines.filter((line) => line.quantity > 0);",
  "  if (lines.length === 0) {",
  '    throw new OrderError("an order needs at least one line");',
  "  }",
  "    log.info(`placed ${placed.id}`);",
  "    return { ...order, id: placed.id, lines };",
  "  } catch (error) {",
  "    await client.release(order.reservation);",
  "    throw error;",
];
const SENTENCES = [
  'SELECT "orders"."id", "orders"."state", "orders"."total" FROM "orders" WHERE "orders"."shop_id" = $1 LIMIT 50',
  "Reserved 3 articles in warehouse north, 2 of them from the next delivery",
  "Cache miss for the price list of spring, read again from the database",
  "The payment provider answered with status 202, waiting for its confirmation",
];
