/** Customers: sends requests at a steady rate and tells four times a second how they went, one JSON object a line. */
import { seededRandom } from "../../supabase/functions/_shared/statistics/random.ts";
import { endWithParent } from "./with-parent.ts";
import { pause } from "./configuration.ts";

/** What one slot of time saw. */
export interface LoadReport {
  /** End of the slot, ISO 8601. */
  at: string;
  ok: number;
  failed: number;
  /** Failures by route. */
  failures: Record<string, number>;
  /** When the first failure was known to the customer, ISO 8601; null without one. */
  firstFailureAt: string | null;
}

export interface LoadOptions {
  url: string;
  perSecond: number;
  seed: number;
  /** How often a customer tries again before giving up, waiting 200 ms, then 400 ms, ... */
  retries: number;
  /** Share of each route among the requests. */
  mix: Record<string, number>;
  report: (report: LoadReport) => void;
  signal: AbortSignal;
}

export const SLOT_MS = 250;
const TIMEOUT_MS = 3_000;
const RETRY_MS = 200;
const CUSTOMERS = 500;

export const MIX: Record<string, number> = { products: 0.3, search: 0.25, checkout: 0.3, orders: 0.15 };

type Call = (url: string, customer: string, random: () => number) => Promise<boolean>;

const get = (path: (customer: string, random: () => number) => string): Call => (url, customer, random) =>
  succeeded(fetch(`${url}${path(customer, random)}`, { signal: AbortSignal.timeout(TIMEOUT_MS) }));

/** The first orders: whose confirmation is asked for again and again, until the customer has it. */
const ordered: number[] = [];
const KEPT_ORDERS = 100;

const ROUTES: Record<string, Call> = {
  products: get((_customer, random) =>
    random() < 0.5 ? "/products" : `/products/${1 + Math.floor(random() * 80)}`
  ),
  search: get((_customer, random) =>
    `/search?q=${["lamp", "chair", "red", "old"][Math.floor(random() * 4)]}`
  ),
  orders: get((customer) => `/orders?customer=${customer}`),
  bestsellers: get(() => "/bestsellers"),
  confirmation: async (url, customer, random) => {
    const id = ordered[Math.floor(random() * ordered.length)];
    if (id === undefined) return await ROUTES.orders!(url, customer, random);
    return await succeeded(
      fetch(`${url}/orders/${id}/confirmation`, { signal: AbortSignal.timeout(TIMEOUT_MS) }),
    );
  },
  checkout: async (url, customer, random) => {
    const post = (path: string, body: unknown) =>
      fetch(`${url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    if (!await succeeded(post("/cart", { customer, productId: 1 + Math.floor(random() * 80) }))) return false;
    const paid = post("/checkout", { customer });
    return await succeeded(paid, (order) => {
      if (typeof order.id === "number" && ordered.length < KEPT_ORDERS) ordered.push(order.id);
    });
  },
};

async function succeeded(
  asked: Promise<Response>,
  read?: (body: Record<string, unknown>) => void,
): Promise<boolean> {
  try {
    const response = await asked;
    if (read && response.ok) read(await response.json());
    else await response.body?.cancel();
    return response.status < 500;
  } catch {
    return false;
  }
}

/** Runs until the signal comes. The rate does not depend on the answers: customers do not wait for each other. */
export async function runLoad(options: LoadOptions): Promise<void> {
  const random = seededRandom(options.seed);
  const open = new Set<Promise<void>>();
  const empty = (): Omit<LoadReport, "at"> => ({ ok: 0, failed: 0, failures: {}, firstFailureAt: null });
  let slot = empty();
  const timer = setInterval(() => {
    const finished = slot;
    slot = empty();
    options.report({ at: new Date().toISOString(), ...finished });
  }, SLOT_MS);

  const once = async (route: string, customer: string) => {
    const call = ROUTES[route];
    if (!call) throw new Error(`The load knows no route ${route}`);
    let ok = await call(options.url, customer, random);
    for (let attempt = 0; !ok && attempt < options.retries && !options.signal.aborted; attempt++) {
      await pause(RETRY_MS * 2 ** attempt, options.signal);
      ok = await call(options.url, customer, random);
    }
    if (ok) slot.ok++;
    else {
      slot.failed++;
      slot.firstFailureAt ??= new Date().toISOString();
      slot.failures[route] = (slot.failures[route] ?? 0) + 1;
    }
  };
  const startedAt = Date.now();
  for (let sent = 0; !options.signal.aborted; sent++) {
    const request = once(routeAt(options.mix, random()), `c${Math.floor(random() * CUSTOMERS)}`)
      .finally(() => open.delete(request));
    open.add(request);
    await pause(startedAt + (sent + 1) * 1000 / options.perSecond - Date.now(), options.signal);
  }
  await Promise.all(open);
  clearInterval(timer);
}

/** The route that a random number in [0, 1) falls on. */
export function routeAt(mix: Record<string, number>, position: number): string {
  const total = Object.values(mix).reduce((sum, share) => sum + share, 0);
  let passed = 0;
  for (const [route, share] of Object.entries(mix)) {
    passed += share / total;
    if (position < passed) return route;
  }
  return Object.keys(mix).at(-1) ?? "products";
}

if (import.meta.main) {
  const ended = new AbortController();
  const options = JSON.parse(Deno.args[0] ?? "{}") as Partial<LoadOptions>;
  if (!options.url) throw new Error('The load wants one argument: {"url":"http://...","perSecond":20}');
  const running = runLoad({
    perSecond: 20,
    seed: 1,
    retries: 0,
    mix: MIX,
    ...options,
    url: options.url,
    report: (report) => console.log(JSON.stringify(report)),
    signal: ended.signal,
  });
  await endWithParent();
  ended.abort();
  await running;
}
