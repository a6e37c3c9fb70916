import { z } from "zod";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A shift of the threshold within certain hours; `from` 22 and `to` 6 is a night. Hours are local to `time_zone`. */
const hourShiftSchema = z.object({
  name: z.string().min(1).max(60),
  from_hour: z.number().int().min(0).max(23),
  to_hour: z.number().int().min(0).max(24),
  /** Days of the week, 0 = Sunday; every day when absent. The day is that on which the moment falls. */
  weekdays: z.array(z.number().int().min(0).max(6)).optional(),
  shift: z.number().min(-0.2).max(0.2),
});

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * Every limit of the healing loop that a project may change, with its bounds and default. Keys are those of `system_config`.
 * Bounds are part of the safety: no configuration can allow more than they do.
 */
export const limitsSchema = z.object({
  /** Probability at which a fix is applied without a human. */
  auto_apply_threshold: z.number().min(0.5).max(0.999).default(0.85),
  /** What the shifts below may make of it. */
  minimum_threshold: z.number().min(0.5).max(0.999).default(0.75),
  maximum_threshold: z.number().min(0.5).max(0.999).default(0.99),
  /** Below this probability a fix is not even proposed: reviewers stop reading queues full of guesses. */
  minimum_proposal_probability: z.number().min(0).max(0.9).default(0.2),
  automatic_fixes_per_target_and_hour: z.number().int().min(0).max(20).default(3),
  /** Messages that one informational action sends in a project: a channel that gets more is one that nobody reads. */
  messages_per_action_and_hour: z.number().int().min(0).max(1000).default(20),
  /** How long a target is left alone after a fix on it, so that its effect can be told from the next one's. */
  cool_down_ms: z.number().int().min(MINUTE_MS).max(24 * HOUR_MS).default(5 * MINUTE_MS),
  /** After so many failures in a row on a target, it is reviewed by a human for `failure_block_ms`. */
  failures_before_block: z.number().int().min(1).max(10).default(3),
  failure_block_ms: z.number().int().min(10 * MINUTE_MS).max(7 * 24 * HOUR_MS).default(HOUR_MS),
  proposals_per_issue: z.number().int().min(1).max(10).default(3),
  /** A fix that succeeded this often within `recurrence_window_ms` on an issue that is back treats a symptom: a human looks. */
  recurrences_before_review: z.number().int().min(1).max(20).default(3),
  recurrence_window_ms: z.number().int().min(10 * MINUTE_MS).max(7 * 24 * HOUR_MS).default(4 * HOUR_MS),
  /** IANA name. */
  time_zone: z.string().max(60).refine(isTimeZone, "not a time zone; use an IANA name such as Europe/Vienna")
    .default("UTC"),
  /** Shifts by hour and weekday, e.g. a night mode; none by default. */
  threshold_hours: z.array(hourShiftSchema).max(24).default([]),
  /** Added while traffic is above `high_load_ratio` times the usual; none by default. */
  threshold_shift_high_load: z.number().min(-0.2).max(0.2).default(0),
  high_load_ratio: z.number().min(1).max(100).default(2),
  /** Added while a resource is used beyond `high_resource_use` (share); none by default. */
  threshold_shift_high_resource_use: z.number().min(-0.2).max(0.2).default(0),
  high_resource_use: z.number().min(0.1).max(1).default(0.9),
  /**
   * Added for each automatic fix in the project that failed or was rolled back within the last hour: after mistakes Prunella is more
   * careful. The only shift that is on by default, and small: three failures ask for 0.06 more.
   */
  threshold_shift_per_failure: z.number().min(0).max(0.2).default(0.02),
  /** What the failures may add at most. */
  threshold_shift_failures_max: z.number().min(0).max(0.4).default(0.06),
}).refine((limits) => limits.minimum_threshold <= limits.maximum_threshold, {
  message: "minimum_threshold must not be above maximum_threshold",
  path: ["minimum_threshold"],
});

export type Limits = z.infer<typeof limitsSchema>;

export const DEFAULT_LIMITS: Limits = limitsSchema.parse({});

/** How far back `recentFailures` looks. */
export const RECENT_TROUBLE_MS = HOUR_MS;

/**
 * Reads limits from configuration. Missing keys take their defaults, unknown keys are ignored.
 *
 * @throws ZodError that names the key, when a value is out of bounds
 */
export function parseLimits(configuration: unknown): Limits {
  return limitsSchema.parse(configuration ?? {});
}
