import { Hono } from "hono";
import { pause } from "./configuration.ts";

/** What a payment takes, in milliseconds: it asks a bank. */
const CHARGE_MS = 100;
const RETRY_AFTER_SECONDS = 1;

export interface PaymentServiceOptions {
  /** Any free port when absent. */
  port?: number;
}

/** Properties that the surrounding world gives the service. */
export interface Conditions {
  /** Calls a second that it allows each customer; null: as many as come. */
  allowedPerSecond: number | null;
  /** Its own workers hang: it answers 503 until it is restarted. */
  stuck: boolean;
  /** It cannot deliver mails. */
  mailsFail: boolean;
  /** It is away for `downMs` of every `everyMs`. */
  flapping: { everyMs: number; downMs: number } | null;
  /** A new version answers charges in another shape. */
  newShape: boolean;
}

export interface PaymentService {
  readonly url: string;
  readonly conditions: Conditions;
  readonly calls: number;
  /** Stops listening: connections are refused. */
  down(): Promise<void>;
  /** Listens again, at the same address. */
  up(): void;
  /** What its operators do when it hangs: away for a moment, then back with fresh workers. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A payment provider: a second server, which the shop depends on. */
export function startPaymentService(options: PaymentServiceOptions = {}): PaymentService {
  const conditions: Conditions = {
    allowedPerSecond: null,
    stuck: false,
    mailsFail: false,
    flapping: null,
    newShape: false,
  };
  let calls = 0;
  let window = { second: 0, count: 0 };
  const app = new Hono();

  app.use(async (c, next) => {
    calls++;
    const { flapping, stuck, allowedPerSecond } = conditions;
    if (stuck || (flapping && Date.now() % flapping.everyMs < flapping.downMs)) {
      return c.json({ error: "no worker available" }, 503);
    }
    const second = Math.floor(Date.now() / 1000);
    window = window.second === second ? { second, count: window.count + 1 } : { second, count: 1 };
    if (allowedPerSecond !== null && window.count > allowedPerSecond) {
      return c.json({ error: "too many requests" }, 429, { "retry-after": String(RETRY_AFTER_SECONDS) });
    }
    await next();
  });
  app.post("/charges", async (c) => {
    const { reference } = await c.req.json<{ reference: string }>();
    await pause(CHARGE_MS);
    const charge = { id: `ch_${reference}`, state: "paid" };
    return conditions.newShape ? c.json({ data: [charge] }, 201) : c.json({ charge }, 201);
  });
  app.get("/settlements", (c) => c.json({ settlements: [] }));
  app.post(
    "/mails",
    (c) =>
      conditions.mailsFail ? c.json({ error: "mail relay unreachable" }, 502) : c.json({ sent: true }, 202),
  );

  const listen = (port: number) => Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, app.fetch);
  let server: Deno.HttpServer<Deno.NetAddr> | null = listen(options.port ?? 0);
  const { port } = server.addr;
  const down = async () => {
    const stopping = server;
    server = null;
    await stopping?.shutdown();
  };
  const up = () => {
    server ??= listen(port);
  };
  return {
    url: `http://127.0.0.1:${port}`,
    conditions,
    get calls() {
      return calls;
    },
    down,
    up,
    async restart() {
      await down();
      conditions.stuck = false;
      up();
    },
    stop: down,
  };
}
