import { MINUTE, newFault, type SimFault } from "./fault.ts";
import { framesFor, issuesOf, OUTAGE, wordFor } from "./issues.ts";
import { newIssue, type SimProject, type SimService } from "../project.ts";
import type { Random } from "../random.ts";
import type { DependencyHealth } from "../../../supabase/functions/_shared/deployments/blame/types.ts";

export function outage(random: Random, project: SimProject, startAt: number): SimFault {
  const dependency = random.pick(project.dependencies);
  const users = project.services.filter((service) => service.dependencies.includes(dependency));
  const endAt = startAt + random.logBetween(3, 60) * MINUTE;
  const make = (service: SimService) => {
    const category = random.weighted(OUTAGE);
    const text = `${category} failure${wordFor(random, null, service)}${
      random.chance(0.7) ? ` from api.${dependency}.com` : ""
    }`;
    return newIssue(service.name, category, framesFor(random, null, service), text);
  };
  const health: DependencyHealth[] = [];
  const see = (chance: number, source: DependencyHealth["source"], from: number, to: number) => {
    if (!random.chance(chance)) return;
    const at = startAt + random.between(from, to);
    if (at < endAt) {
      health.push({ name: dependency, state: random.chance(0.5) ? "down" : "degraded", source, at });
    }
    health.push({ name: dependency, state: "up", source, at: endAt + random.between(10_000, 120_000) });
  };
  see(0.8, "calls", 10_000, 60_000);
  see(0.35, "probe", 20_000, 90_000);
  see(0.5, "status_page", 3 * MINUTE, 20 * MINUTE);
  return newFault({
    scenario: "external_outage",
    changeId: null,
    change: null,
    startAt,
    endAt,
    effects: users.map((service) => ({
      service,
      share: random.logBetween(0.03, 0.8),
      rampMs: random.chance(0.3) ? random.between(30_000, 180_000) : 0,
      delayMs: random.between(0, 15_000),
      confined: false,
      issues: issuesOf(random, service, 0.45, OUTAGE, () => make(service)),
    })),
    load: null,
    vendor: dependency,
    health,
  });
}
