/** Runs statements, as the owner of the database, in one session. */
export type Run = (statement: string) => Promise<unknown>;

export interface SchemaOptions {
  schema: string;
  /** The role that the shop logs in with; it is created when it does not exist. */
  role: string;
  /** Orders of former years: what makes a missing index hurt. */
  orders: number;
}

/** The shop's tables, with data. Names are the lab's own and hold letters, digits and underscores only. */
export async function createShopSchema(run: Run, { schema, role, orders }: SchemaOptions): Promise<void> {
  for (const name of [schema, role]) {
    if (!/^[a-z_][a-z0-9_]{0,50}$/.test(name)) throw new Error(`${name} is no plain name`);
  }
  const statements = [
    `do $$ begin create role ${role} login; exception when duplicate_object then null; end $$`,
    `create schema ${schema}`,
    `create table ${schema}.products (id int primary key, name text not null, price int not null)`,
    `insert into ${schema}.products select n, 'product ' || n, 500 + (n * 137) % 9000 from generate_series(1, 80) as n`,
    `create table ${schema}.stock (product_id int primary key references ${schema}.products, on_hand int not null, sold int not null)`,
    `insert into ${schema}.stock select n, 1000000, (n * 31) % 97 from generate_series(1, 80) as n`,
    `create table ${schema}.orders (
      id bigint generated always as identity primary key, customer text not null, product_id int not null, amount int not null,
      payment text not null, note text not null, created_at timestamptz not null default now()
    )`,
    `insert into ${schema}.orders (customer, product_id, amount, payment, note, created_at)
     select 'old' || n % 50000, 1 + n % 80, 500 + n % 9000, 'paid', repeat('-', 120), now() - interval '1 year'
     from generate_series(1, ${Math.round(orders)}) as n`,
    `create index orders_customer_idx on ${schema}.orders (customer)`,
    `create index orders_pending_idx on ${schema}.orders (id) where payment = 'pending'`,
    `create table ${schema}.jobs (
      id bigint generated always as identity primary key, queue text not null, order_id bigint not null,
      status text not null default 'ready', attempts int not null default 0, run_at timestamptz not null default now()
    )`,
    `create index jobs_ready_idx on ${schema}.jobs (id) where status = 'ready'`,
    `create index jobs_order_id_idx on ${schema}.jobs (order_id)`,
    `create materialized view ${schema}.bestsellers as
     select product_id, sum(sold) as sold from ${schema}.stock group by product_id`,
    `create unique index bestsellers_product_id_idx on ${schema}.bestsellers (product_id)`,
    `grant usage on schema ${schema} to ${role}`,
    `grant select, insert, update, delete on all tables in schema ${schema} to ${role}`,
    `grant usage on all sequences in schema ${schema} to ${role}`,
    // What was just written is counted first, or the statistics would look outdated.
    "select pg_stat_force_next_flush()",
    `analyze ${schema}.orders, ${schema}.stock, ${schema}.products, ${schema}.jobs`,
  ];
  for (const statement of statements) await run(statement);
}
