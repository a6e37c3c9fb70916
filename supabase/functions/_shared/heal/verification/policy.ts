import { z } from "zod";
import type { VerificationPolicy } from "./types.ts";

const MINUTE_MS = 60_000;

/** Bounds are wide enough for every honest use and keep a slip of the hand from switching verification off. */
export const verificationPolicySchema = z.object({
  alpha: z.number().min(0.0001).max(0.2),
  remainingShare: z.number().min(0.01).max(0.9),
  minimumErrorsBefore: z.number().int().min(2).max(10_000),
  minimumDwellMs: z.number().int().min(0).max(60 * MINUTE_MS),
  exposureLagMs: z.number().int().min(0).max(10 * MINUTE_MS),
  windowMs: z.number().int().min(1_000).max(24 * 60 * MINUTE_MS),
});

/**
 * `alpha` 0.05 is the chance of error at the border, where exactly `remainingShare` of the errors remains; for a fix that
 * changes nothing at all it is far smaller. A quarter remaining leaves room for stragglers such as cached pages.
 */
export const DEFAULT_VERIFICATION_POLICY: VerificationPolicy = {
  alpha: 0.05,
  remainingShare: 0.25,
  minimumErrorsBefore: 5,
  minimumDwellMs: 2_000,
  exposureLagMs: 500,
  windowMs: 5 * MINUTE_MS,
};
