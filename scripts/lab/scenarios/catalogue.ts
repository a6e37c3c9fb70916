import type { Scenario } from "../scenario.ts";
import { badConfiguration } from "./bad-configuration.ts";
import { badFlag } from "./bad-flag.ts";
import { blockedSessions } from "./blocked-sessions.ts";
import { deadJobs } from "./dead-jobs.ts";
import { dependencyDown } from "./dependency-down.ts";
import { errorStorm } from "./error-storm.ts";
import { firstFixFails } from "./first-fix-fails.ts";
import { flapping } from "./flapping.ts";
import { killSwitch } from "./kill-switch.ts";
import { missingIndex } from "./missing-index.ts";
import { rateLimit } from "./rate-limit.ts";
import { runawayQuery } from "./runaway-query.ts";
import { twoProjects } from "./two-projects.ts";
import { unfilledView } from "./unfilled-view.ts";
import { unhealable } from "./unhealable.ts";
import { wrongAddress } from "./wrong-address.ts";

/** All scenarios; those that wait for pg_cron come first, so that others fill their time. */
export const SCENARIOS: readonly Scenario[] = [
  missingIndex,
  unfilledView,
  badConfiguration,
  wrongAddress,
  badFlag,
  runawayQuery,
  blockedSessions,
  dependencyDown,
  rateLimit,
  deadJobs,
  errorStorm,
  flapping,
  firstFixFails,
  unhealable,
  twoProjects,
  killSwitch,
];
