import { HOUR, newFault, type SimFault } from "./fault.ts";
import { framesFor, issuesOf, OVERLOAD } from "./issues.ts";
import { newIssue, type SimProject } from "../project.ts";
import type { Random } from "../random.ts";
import type { Category } from "../../../supabase/functions/_shared/diagnose/diagnosis.ts";

export function leak(random: Random, project: SimProject, startAt: number): SimFault {
  const service = random.pick(project.services);
  const make = () => {
    const category = random.weighted<Category>({ resource: 70, database: 20, network: 10 });
    return newIssue(service.name, category, framesFor(random, null, service), `${category} limit reached`);
  };
  const rampMs = random.between(1, 4) * HOUR;
  return newFault({
    scenario: "slow_leak",
    changeId: null,
    change: null,
    startAt,
    endAt: startAt + rampMs + random.between(0, 1) * HOUR,
    effects: [{
      service,
      share: random.logBetween(0.02, 0.3),
      rampMs,
      delayMs: 0,
      confined: false,
      issues: issuesOf(random, service, 0.6, OVERLOAD, make),
    }],
    load: null,
    vendor: null,
    health: [],
  });
}
