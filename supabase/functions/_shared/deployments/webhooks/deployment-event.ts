/** What happened to a deployment, whoever reported it. */
export const EVENT_KINDS = [
  "building",
  "deployed",
  "failed",
  "canceled",
  "promoted",
  "rolled_back",
  "rollout_started",
  "rollout_advanced",
  "rollout_completed",
  "rollout_aborted",
  "checks_failed",
  "anomaly",
  "flag_changed",
  "pushed",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** A webhook of any platform in our words. What the sender did not tell is null. */
export interface DeploymentEvent {
  source: "vercel" | "github";
  /** The delivery's own id: a second one with it is a duplicate. */
  deliveryId: string;
  kind: EventKind;
  /** When it happened, ms since 1970. */
  at: number;
  /** The platform's id of the project, or `owner/repository`. */
  project: string | null;
  service: string | null;
  deploymentId: string | null;
  environment: string | null;
  commit: string | null;
  branch: string | null;
  author: string | null;
  url: string | null;
  /** Paths that were added, changed or removed, when the event lists them. */
  files: string[] | null;
}

/**
 * - `event`: understood
 * - `ignored`: well-formed, but of no concern to us; to be accepted all the same, so that the sender does not repeat it
 * - `malformed`: not what the platform documents; `reason` names the first wrong field
 */
export type ParsedWebhook =
  | { outcome: "event"; event: DeploymentEvent }
  | { outcome: "ignored"; deliveryId: string | null; type: string }
  | { outcome: "malformed"; reason: string };
