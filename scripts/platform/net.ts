import type { Database, Row } from "./database.ts";

/** Requests taken from the queue at once. */
const BATCH = 64;
/** Looks at the queue without being told, ms: for requests that were committed while nobody listened. */
const POLL_MS = 1000;
/** Answers are kept as long as pg_net keeps them. */
const RESPONSE_TTL = "6 hours";
const CLEAN_EVERY_MS = 10 * 60_000;
/** Longest answer that is kept, in characters. */
const MAX_CONTENT = 1024 * 1024;

interface Answer {
  status: number | null;
  contentType: string | null;
  headers: Record<string, string> | null;
  content: string | null;
  timedOut: boolean;
  error: string | null;
}

/** Sends the requests of the `net` stand-in, each at most once, as soon as its transaction has committed. */
export class Net {
  #stopped = true;
  #draining: Promise<void> | undefined;
  #again = false;
  #cleaned = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #unlisten: (() => Promise<void>) | undefined;
  readonly #sending = new Set<Promise<void>>();

  constructor(private readonly database: Database, private readonly onError: (error: unknown) => void) {}

  async start(): Promise<void> {
    this.#stopped = false;
    this.#unlisten = await this.database.listen("net_http_request", () => this.#wake());
    this.#timer = setInterval(() => this.#wake(), POLL_MS);
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#unlisten?.();
    await this.#draining;
    await Promise.all(this.#sending);
  }

  #wake(): void {
    if (this.#stopped) return;
    if (this.#draining) {
      this.#again = true;
      return;
    }
    this.#draining = this.#drain().catch(this.onError).finally(() => {
      this.#draining = undefined;
      if (this.#again) {
        this.#again = false;
        this.#wake();
      }
    });
  }

  async #drain(): Promise<void> {
    while (!this.#stopped) {
      const requests = await this.database.query(
        `delete from net.http_request_queue where id = any (array(
          select id from net.http_request_queue order by id limit ${BATCH} for update skip locked
        )) returning id, method, url, headers, body, timeout_milliseconds`,
      );
      for (const request of requests) {
        const sending: Promise<void> = this.#send(request).catch(this.onError)
          .finally(() => this.#sending.delete(sending));
        this.#sending.add(sending);
      }
      if (requests.length < BATCH) break;
      await Promise.race(this.#sending);
    }
    if (Date.now() - this.#cleaned > CLEAN_EVERY_MS) {
      this.#cleaned = Date.now();
      await this.database.query(
        `delete from net._http_response where created < now() - interval '${RESPONSE_TTL}'`,
      );
    }
  }

  async #send(request: Row): Promise<void> {
    const answer = await ask(request);
    await this.database.query(
      `insert into net._http_response (id, status_code, content_type, headers, content, timed_out, error_msg)
      values ($1, $2, $3, $4, $5, $6, $7)`,
      [
        request.id,
        answer.status,
        answer.contentType,
        answer.headers,
        answer.content,
        answer.timedOut,
        answer.error,
      ],
    );
  }
}

async function ask(request: Row): Promise<Answer> {
  const timeout = Number(request.timeout_milliseconds);
  try {
    const response = await fetch(String(request.url), {
      method: String(request.method),
      headers: request.headers as Record<string, string> | null ?? {},
      body: request.body instanceof Uint8Array ? Uint8Array.from(request.body) : null,
      signal: AbortSignal.timeout(timeout),
    });
    return {
      status: response.status,
      contentType: response.headers.get("content-type"),
      headers: Object.fromEntries(response.headers),
      // Postgres text holds no NUL.
      content: (await response.text()).slice(0, MAX_CONTENT).replaceAll("\0", "\uFFFD"),
      timedOut: false,
      error: null,
    };
  } catch (error) {
    const timedOut = error instanceof DOMException && error.name === "TimeoutError";
    const reason = error instanceof Error ? error.message : String(error);
    return {
      status: null,
      contentType: null,
      headers: null,
      content: null,
      timedOut,
      error: timedOut ? `Timeout of ${timeout} ms reached` : reason,
    };
  }
}
