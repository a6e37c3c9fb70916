export interface Product {
  id: number;
  name: string;
  price: number;
  /** How often it was bought; unknown for what came in today. */
  sold?: { total: number };
}

export interface Order {
  id: number;
  customer: string;
  productId: number;
  amount: number;
  payment: "paid" | "pending";
}

export type Confirmation = "sent" | "waiting" | "dead" | "unknown";

/** Where the shop keeps its data: in memory, or in Postgres. */
export interface Store {
  /** Everything that is sold, with its numbers: a heavy query. */
  catalogue(): Promise<Product[]>;
  /** Takes one off the stock; the transaction stays open until `pay` has ended, and is undone when that fails. */
  order(customer: string, product: Product, pay: () => Promise<Order["payment"]>): Promise<Order>;
  settle(orderId: number): Promise<void>;
  pending(limit: number): Promise<Order[]>;
  ordersOf(customer: string): Promise<Order[]>;
  bestsellers(): Promise<{ productId: number; sold: number }[]>;
  confirmation(orderId: number): Promise<Confirmation>;
  /** Takes one mail that is due; `send` failing puts it back, or aside after too many attempts. */
  workMail(send: (orderId: number) => Promise<void>): Promise<boolean>;
  close(): Promise<void>;
}

const ADJECTIVES = ["red", "blue", "small", "large", "old", "new", "quiet", "bright"];
const NOUNS = ["kettle", "lamp", "chair", "radio", "carpet", "mirror", "clock", "vase", "basket", "desk"];

/** The catalogue, the same at every start. The last ones came in today: nobody has bought them yet. */
export const PRODUCTS: readonly Product[] = Array.from({ length: 80 }, (_, index) => ({
  id: index + 1,
  name: `${ADJECTIVES[index % ADJECTIVES.length]} ${NOUNS[index % NOUNS.length]}`,
  price: 500 + (index * 137) % 9000,
  ...(index < 76 && { sold: { total: (index * 31) % 97 } }),
}));
