import { MINUTE, newFault, type SimFault } from "./fault.ts";
import { framesFor, issuesOf, OVERLOAD } from "./issues.ts";
import { newIssue, type SimProject, type SimService } from "../project.ts";
import type { Random } from "../random.ts";

export function spike(random: Random, project: SimProject, startAt: number): SimFault {
  const hit = random.chance(0.6) ? project.services : [random.pick(project.services)];
  const ratio = random.logBetween(1.8, 6);
  const make = (service: SimService) => {
    const category = random.weighted(OVERLOAD);
    return newIssue(service.name, category, framesFor(random, null, service), `${category} exhausted`);
  };
  const suffering = hit.filter(() => random.chance(0.45));
  return newFault({
    scenario: "traffic_spike",
    changeId: null,
    change: null,
    startAt,
    endAt: startAt + random.between(5, 30) * MINUTE,
    effects: suffering.map((service) => ({
      service,
      share: Math.min(0.5, (ratio - 1.5) * random.between(0.01, 0.15)),
      rampMs: random.between(30_000, 120_000),
      delayMs: random.between(20_000, 90_000),
      confined: false,
      issues: issuesOf(random, service, 0.45, OVERLOAD, () => make(service)),
    })),
    load: { services: hit.map((service) => service.name), ratio, rampMs: random.between(20_000, 120_000) },
    vendor: null,
    health: [],
  });
}
