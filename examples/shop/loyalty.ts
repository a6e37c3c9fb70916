import type { Order } from "./store.ts";

/** Points for each coin that is spent, by the amount of the order. */
const TIERS = [
  { from: 6000, factor: 3 },
  { from: 3000, factor: 2 },
];

/** New in release 1.1: the receipt tells how many points the order has earned. */
export function loyaltyReceipt(order: Order): { points: number } {
  const tier = TIERS.find(({ from }) => order.amount >= from)!;
  return { points: Math.floor(order.amount / 100) * tier.factor };
}
