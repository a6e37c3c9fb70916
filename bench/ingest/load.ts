/**
 * The load generator, in a process of its own so that it does not share the server's event loop. Speaks HTTP/1.1 over
 * plain sockets: `fetch` would cost as much CPU as the server that is measured.
 *
 * Argument: one JSON object, see `LoadOptions`. Prints one JSON object, see `LoadResult`.
 */
import { type BodyKind, BodySource } from "./bodies.ts";

export interface LoadOptions {
  hostname: string;
  port: number;
  path: string;
  clients: number;
  body: BodyKind;
  /** Ends after so many seconds, or so many events, whichever comes first. */
  seconds: number;
  events?: number;
  /** Events per second over all clients; absent: as fast as answers come. */
  rate?: number;
}

export interface LoadResult {
  events: number;
  failed: number;
  seconds: number;
  p50_ms: number;
  p99_ms: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

class Client {
  #connection: Deno.TcpConn | undefined;
  readonly #buffer = new Uint8Array(16 * 1024);

  constructor(readonly options: LoadOptions) {}

  async connect(): Promise<void> {
    this.#connection = await Deno.connect({ hostname: this.options.hostname, port: this.options.port });
  }

  /** Sends one request and returns the status of its answer. */
  async post(body: Uint8Array): Promise<number> {
    if (!this.#connection) throw new Error("connect first");
    const head = encoder.encode(
      `POST ${this.options.path} HTTP/1.1\r\nhost: ${this.options.hostname}\r\n` +
        `content-type: application/x-sentry-envelope\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    const request = new Uint8Array(head.length + body.length);
    request.set(head);
    request.set(body, head.length);
    for (let sent = 0; sent < request.length;) sent += await this.#connection.write(request.subarray(sent));
    return await this.#answer(this.#connection);
  }

  async #answer(connection: Deno.TcpConn): Promise<number> {
    let text = "";
    for (;;) {
      const read = await connection.read(this.#buffer);
      if (read === null) throw new Error("the server closed the connection");
      text += decoder.decode(this.#buffer.subarray(0, read));
      const headEnd = text.indexOf("\r\n\r\n");
      if (headEnd === -1) continue;
      const length = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? 0);
      const body = text.length - headEnd - 4;
      if (/transfer-encoding: *chunked/i.test(text) ? text.endsWith("0\r\n\r\n") : body >= length) {
        return Number(text.slice(9, 12));
      }
    }
  }

  close(): void {
    this.#connection?.close();
  }
}

export async function load(options: LoadOptions): Promise<LoadResult> {
  const source = new BodySource(options.body);
  const latencies: number[] = [];
  let begun = 0;
  let failed = 0;
  // Connections are there before the clock runs, as those of SDKs that keep theirs alive.
  const clients = Array.from({ length: options.clients }, () => new Client(options));
  await Promise.all(clients.map((client) => client.connect()));
  const start = performance.now();
  const end = start + options.seconds * 1000;

  async function work(client: Client): Promise<void> {
    while (performance.now() < end && begun < (options.events ?? Infinity)) {
      const number = begun++;
      let due = performance.now();
      if (options.rate !== undefined) {
        // Measured from when it was due: a server that stalls is charged for everybody who had to wait.
        due = start + (number / options.rate) * 1000;
        const wait = due - performance.now();
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      }
      if (await client.post(source.next()) === 200) latencies.push(performance.now() - due);
      else failed++;
    }
    client.close();
  }
  await Promise.all(clients.map(work));
  const seconds = (performance.now() - start) / 1000;
  latencies.sort((a, b) => a - b);
  const quantile = (q: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))] ?? 0;
  return { events: latencies.length, failed, seconds, p50_ms: quantile(0.5), p99_ms: quantile(0.99) };
}

if (import.meta.main) {
  console.log(JSON.stringify(await load(JSON.parse(Deno.args[0] ?? "{}") as LoadOptions)));
}
