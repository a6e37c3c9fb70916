import { HOUR, MINUTE, newFault, type SimFault } from "./fault.ts";
import { framesFor, wordFor } from "./issues.ts";
import { newIssue, type SimIssue, type SimProject, type SimService } from "../project.ts";
import type { Random } from "../random.ts";
import type { Category } from "../../../supabase/functions/_shared/diagnose/diagnosis.ts";

/** A rare error of its own: an odd input, a strange browser. One in ten comes as a burst. */
export function rareIssue(random: Random, project: SimProject, startAt: number): SimFault {
  const service = random.pick(project.services);
  const category = random.weighted<Category>({
    runtime: 40,
    validation: 25,
    frontend: 15,
    network: 10,
    database: 5,
    authentication: 5,
  });
  const issue = newIssue(
    service.name,
    category,
    framesFor(random, null, service),
    `${category} error, odd input${wordFor(random, null, service)}`,
  );
  const burst = random.chance(0.1);
  return newFault({
    scenario: "new_rare_issue",
    changeId: null,
    change: null,
    startAt,
    endAt: startAt + (burst ? random.between(1, 8) * MINUTE : random.between(2, 48) * HOUR),
    effects: [{
      service,
      share: burst ? random.logBetween(1e-3, 5e-2) : random.logBetween(1e-6, 3e-4),
      rampMs: 0,
      delayMs: 0,
      confined: false,
      issues: [{ issue, weight: 1 }],
    }],
    load: null,
    vendor: null,
    health: [],
  });
}

/** A known issue flares up for some minutes. */
export function burst(
  random: Random,
  service: SimService,
  issue: SimIssue,
  rate: number,
  startAt: number,
): SimFault {
  return newFault({
    scenario: "burst",
    changeId: null,
    change: null,
    startAt,
    endAt: startAt + random.logBetween(0.5, 10) * MINUTE,
    effects: [{
      service,
      share: Math.min(0.5, rate * random.logBetween(4, 60)),
      rampMs: 0,
      delayMs: 0,
      confined: false,
      issues: [{ issue, weight: 1 }],
    }],
    load: null,
    vendor: null,
    health: [],
  });
}
