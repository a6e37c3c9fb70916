import postgres from "postgres";
import type { Confirmation, Order, Product, Store } from "./store.ts";

export interface PostgresStoreOptions {
  url: string;
  /** Where `createShopSchema` has put the tables. */
  schema: string;
  /** `application_name`, by which a database administrator knows the shop's sessions. */
  application: string;
}

const CONNECTIONS = 10;
const MAIL_ATTEMPTS = 3;
/** Statements of a shop end long before this, in milliseconds. */
const STATEMENT_TIMEOUT_MS = 250;
const LOCK_TIMEOUT_MS = 200;

/** Data in Postgres. */
export function postgresStore({ url, schema, application }: PostgresStoreOptions): Store {
  const sql = postgres(url, {
    max: CONNECTIONS,
    onnotice: () => {},
    connection: {
      application_name: application,
      search_path: schema,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
    },
  });
  const toOrder = (row: postgres.Row): Order => ({
    id: Number(row.id),
    customer: row.customer,
    productId: row.product_id,
    amount: row.amount,
    payment: row.payment,
  });
  return {
    async catalogue(): Promise<Product[]> {
      const rows = await sql`
        select p.id, p.name, p.price, s.sold from products as p join stock as s on s.product_id = p.id order by p.id`;
      return rows.map((row) => ({ id: row.id, name: row.name, price: row.price, sold: { total: row.sold } }));
    },
    async order(customer, product, pay) {
      return await sql.begin(async (tx) => {
        await tx`update stock set on_hand = on_hand - 1, sold = sold + 1 where product_id = ${product.id}`;
        const payment = await pay();
        const [row] = await tx`
          insert into orders (customer, product_id, amount, payment, note)
          values (${customer}, ${product.id}, ${product.price}, ${payment}, '')
          returning id, customer, product_id, amount, payment`;
        if (!row) throw new Error("the order was not stored");
        await tx`insert into jobs (queue, order_id) values ('mails', ${row.id})`;
        return toOrder(row);
      }) as Order;
    },
    async settle(orderId) {
      await sql`update orders set payment = 'paid' where id = ${orderId}`;
    },
    async pending(limit) {
      const rows = await sql`
        select id, customer, product_id, amount, payment from orders where payment = 'pending' order by id limit ${limit}`;
      return rows.map(toOrder);
    },
    async ordersOf(customer) {
      const rows = await sql`
        select id, customer, product_id, amount, payment from orders where customer = ${customer} order by id desc limit 10`;
      return rows.map(toOrder);
    },
    async bestsellers() {
      const rows = await sql`select product_id, sold from bestsellers order by sold desc limit 10`;
      return rows.map((row) => ({ productId: row.product_id, sold: Number(row.sold) }));
    },
    async confirmation(orderId): Promise<Confirmation> {
      const [row] = await sql`select status from jobs where order_id = ${orderId}`;
      if (!row) return "unknown";
      return row.status === "done" ? "sent" : row.status === "dead" ? "dead" : "waiting";
    },
    async workMail(send) {
      return await sql.begin(async (tx) => {
        const [job] = await tx`
          select id, order_id, attempts from jobs where status = 'ready' and run_at <= now()
          order by id limit 1 for update skip locked`;
        if (!job) return false;
        const failed = await send(Number(job.order_id)).then(() => false, () => true);
        const status = !failed ? "done" : job.attempts + 1 >= MAIL_ATTEMPTS ? "dead" : "ready";
        await tx`update jobs set status = ${status}, attempts = attempts + 1 where id = ${job.id}`;
        return true;
      }) as boolean;
    },
    close: () => sql.end({ timeout: 1 }),
  };
}
