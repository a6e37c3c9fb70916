import { Hono } from "hono";
import { pause } from "./configuration.ts";
import { PaymentError, Payments } from "./payments.ts";
import { Pool, PoolExhaustedError } from "./pool.ts";
import { rankedSearch, search } from "./search.ts";
import type { Settings } from "./settings.ts";
import type { Order, Product, Store } from "./store.ts";

export interface ShopOptions {
  settings: () => Settings;
  store: Store;
  /** Told of every request that failed, with what is known about it. */
  report: (error: unknown, about: Record<string, unknown>) => void;
  /** Told when a feature flag decides what happens. */
  onFlag?: (name: string, value: boolean) => void;
  /** What a release adds to the answer of a checkout. */
  receipt?: (order: Order) => Record<string, unknown>;
  /** Whether polling and the mail worker run; yes unless switched off. */
  background?: boolean;
}

/** Mails and parked payments are looked at this often, in milliseconds. */
const WORK_MS = 100;
const MAILS_AT_ONCE = 5;
const PARKED_AT_ONCE = 5;

export interface Shop {
  fetch: (request: Request) => Response | Promise<Response>;
  stop(): Promise<void>;
}

/** A small shop. Nothing in it knows how it will be broken: it fails the way any application fails. */
export function createShop(
  { settings, store, report, onFlag, receipt, background = true }: ShopOptions,
): Shop {
  const pool = new Pool(() => ({ size: settings().poolSize, waitMs: settings().poolWaitMs }));
  const payments = new Payments(settings);
  const carts = new Map<string, Product[]>();
  let cached: { at: number; products: Product[] } | null = null;

  const catalogue = async (): Promise<Product[]> => {
    if (cached && Date.now() - cached.at < settings().cacheTtlMs) return cached.products;
    const products = await pool.use(() => store.catalogue());
    cached = { at: Date.now(), products };
    return products;
  };

  const app = new Hono();
  app.onError((error, c) => {
    report(error, detailsOf(error));
    return c.json({ error: error.message }, statusOf(error));
  });
  app.get("/health", (c) => c.json({ ok: true, pool: { used: pool.used, size: settings().poolSize } }));
  app.get("/products", async (c) => c.json((await catalogue()).slice(0, 20)));
  app.get("/products/:id", async (c) => {
    const product = (await catalogue()).find(({ id }) => id === Number(c.req.param("id")));
    return product ? c.json(product) : c.json({ error: "no such product" }, 404);
  });
  app.get("/search", async (c) => {
    const words = c.req.query("q") ?? "";
    const products = await catalogue();
    const ranked = settings().rankedSearch;
    onFlag?.("ranked_search", ranked);
    return c.json((ranked ? rankedSearch(products, words) : search(products, words)).slice(0, 20));
  });
  app.get("/bestsellers", async (c) => c.json(await pool.use(() => store.bestsellers())));
  app.post("/cart", async (c) => {
    const { customer, productId } = await c.req.json<{ customer: string; productId: number }>();
    const product = (await catalogue()).find(({ id }) => id === productId);
    if (!product) return c.json({ error: "no such product" }, 404);
    carts.set(customer, [...carts.get(customer) ?? [], product].slice(-20));
    return c.json({ items: carts.get(customer)?.length });
  });
  app.post("/checkout", async (c) => {
    const { customer } = await c.req.json<{ customer: string }>();
    const [product] = carts.get(customer) ?? [];
    if (!product) return c.json({ error: "the cart is empty" }, 409);
    // The transaction is held over the call of another service: common, and the reason why a small pool runs dry.
    const order = await pool.use(() =>
      store.order(customer, product, () => payments.charge(crypto.randomUUID(), product.price))
    );
    carts.delete(customer);
    return c.json({ ...order, ...receipt?.(order) }, 201);
  });
  app.get(
    "/orders",
    async (c) => c.json(await pool.use(() => store.ordersOf(c.req.query("customer") ?? ""))),
  );
  app.get("/orders/:id/confirmation", async (c) => {
    const id = Number(c.req.param("id"));
    const confirmation = await pool.use(() => store.confirmation(id));
    if (confirmation === "dead") {
      throw new Error(`order ${id} is not confirmed: its job in queue "mails" is dead after 3 attempts`);
    }
    return c.json({ confirmation }, confirmation === "unknown" ? 404 : 200);
  });

  const ended = new AbortController();
  const { signal } = ended;
  const loops = background
    ? [
      everySoOften(signal, () => 1000 / Math.max(0.1, settings().pollsPerSecond), () => payments.poll()),
      everySoOften(signal, () => WORK_MS, () => pool.use(() => workMails(store, payments))),
      everySoOften(signal, () => WORK_MS, () => settleParked(store, payments, settings())),
    ]
    : [];
  return {
    fetch: (request) => app.fetch(request),
    async stop() {
      ended.abort();
      await Promise.all(loops);
      await store.close();
    },
  };
}

async function workMails(store: Store, payments: Payments): Promise<void> {
  for (let sent = 0; sent < MAILS_AT_ONCE; sent++) {
    if (!await store.workMail((orderId) => payments.sendMail(orderId))) return;
  }
}

/** What was ordered while the breaker was open is paid for afterwards. */
async function settleParked(store: Store, payments: Payments, settings: Settings): Promise<void> {
  if (settings.paymentsBreakerOpen) return;
  for (const order of await store.pending(PARKED_AT_ONCE)) {
    if (await payments.charge(`parked-${order.id}`, order.amount) === "paid") await store.settle(order.id);
  }
}

/** Background work goes on whatever happens: its failures are those of the services that requests call as well. */
async function everySoOften(
  signal: AbortSignal,
  intervalMs: () => number,
  work: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    await pause(intervalMs(), signal);
    if (!signal.aborted) await work().catch(() => {});
  }
}

function statusOf(error: unknown): 500 | 502 | 503 {
  if (error instanceof PaymentError) return 502;
  return error instanceof PoolExhaustedError ? 503 : 500;
}

/** What drivers and clients put on their errors; the SDK sends only what it is given. */
function detailsOf(error: unknown): Record<string, unknown> {
  if (typeof error !== "object" || error === null) return {};
  const known = ["code", "status", "query", "table_name", "schema_name", "constraint_name"] as const;
  return Object.fromEntries(
    known.flatMap((name) => {
      const value = (error as Record<string, unknown>)[name];
      return typeof value === "string" || typeof value === "number" ? [[name, value]] : [];
    }),
  );
}
