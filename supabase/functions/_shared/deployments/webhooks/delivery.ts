/** Vercel repeats failed deliveries for up to 24 hours; anything much older is a replay. */
export const MAX_AGE_MS = 25 * 3_600_000;
/** Clocks differ; more than this ahead of ours is made up. */
export const MAX_AHEAD_MS = 5 * 60_000;

export type DeliveryVerdict = "accept" | "duplicate" | "stale" | "from_the_future";

/**
 * Whether a signed delivery is to be taken in. Signatures never expire, so a recorded request stays valid for ever: the id catches it
 * while ids are kept, its age afterwards. Keep ids for at least MAX_AGE_MS.
 *
 * @param at when the event happened by the sender's own, signed word; null where the platform signs no time (GitHub)
 * @param seen whether this delivery id was taken in before
 */
export function judgeDelivery(at: number | null, seen: boolean, now: number): DeliveryVerdict {
  if (seen) return "duplicate";
  if (at === null) return "accept";
  if (at < now - MAX_AGE_MS) return "stale";
  if (at > now + MAX_AHEAD_MS) return "from_the_future";
  return "accept";
}
