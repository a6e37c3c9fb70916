import { pause } from "./configuration.ts";
import { type Confirmation, type Order, type Product, PRODUCTS, type Store } from "./store.ts";

/** What the queries take, in milliseconds. */
export interface QueryTimes {
  catalogue: number;
  stock: number;
  lookup: number;
}

const QUERY_TIMES: QueryTimes = { catalogue: 60, stock: 15, lookup: 20 };
const KEPT_ORDERS = 10_000;

/** Data in memory behind queries that take their time, for where there is no database to spare. */
export function memoryStore(times: QueryTimes = QUERY_TIMES): Store {
  const orders = new Map<number, Order>();
  let lastId = 0;
  return {
    async catalogue(): Promise<Product[]> {
      await pause(times.catalogue);
      return [...PRODUCTS];
    },
    async order(customer, product, pay) {
      await pause(times.stock);
      const payment = await pay();
      const order: Order = { id: ++lastId, customer, productId: product.id, amount: product.price, payment };
      orders.set(order.id, order);
      orders.delete(order.id - KEPT_ORDERS);
      return order;
    },
    settle(orderId) {
      const order = orders.get(orderId);
      if (order) order.payment = "paid";
      return Promise.resolve();
    },
    pending: (limit) =>
      Promise.resolve([...orders.values()].filter(({ payment }) => payment === "pending").slice(0, limit)),
    async ordersOf(customer) {
      await pause(times.lookup);
      return [...orders.values()].filter((order) => order.customer === customer).slice(-10);
    },
    async bestsellers() {
      await pause(times.lookup);
      return PRODUCTS.flatMap(({ id, sold }) => sold ? [{ productId: id, sold: sold.total }] : []).slice(
        0,
        10,
      );
    },
    confirmation: (orderId): Promise<Confirmation> =>
      Promise.resolve(orders.has(orderId) ? "sent" : "unknown"),
    workMail: () => Promise.resolve(false),
    close: () => Promise.resolve(),
  };
}
