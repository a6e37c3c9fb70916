import { HOUR, MINUTE, newFault, type Scenario, type SimEffect, type SimFault } from "./fault.ts";
import { CODE, framesFor, issuesOf, SETTING, wordFor } from "./issues.ts";
import { newIssue, type SimProject, type SimService } from "../project.ts";
import type { SimChange } from "../changes.ts";
import type { Mix } from "../mixes.ts";
import type { Random } from "../random.ts";
import type { Category } from "../../../supabase/functions/_shared/diagnose/diagnosis.ts";
import {
  type DependencyHealth,
  isCode,
} from "../../../supabase/functions/_shared/deployments/blame/types.ts";

export function faultOfChange(random: Random, project: SimProject, change: SimChange, mix: Mix): SimFault {
  const service = change.service ?? random.pick(project.services);
  const ofCode = isCode(change.kind);
  const onset = random.weighted(mix.onset);
  const pickUp = ofCode ? 0 : random.between(0, 45_000);
  const delay = {
    at_once: pickUp,
    minutes: random.logBetween(40_000, 12 * MINUTE),
    hours: random.logBetween(1 * HOUR, 10 * HOUR),
    slow_leak: random.between(2 * MINUTE, 30 * MINUTE),
  }[onset];

  const dependency = service.dependencies.length > 0 && random.chance(0.04)
    ? random.pick(service.dependencies)
    : null;
  const make = (where: SimService, own: boolean) => {
    const category: Category = onset === "slow_leak"
      ? "resource"
      : dependency
      ? random.pick(["dependency", "authentication", "network"] as const)
      : random.weighted(ofCode ? CODE : SETTING);
    const names = change.keyName !== "" && random.chance(0.25) ? ` ${change.keyName}` : "";
    // Callers that fail often say whom they called.
    const callee = !own && random.chance(0.5) ? ` calling ${service.name}` : "";
    const text = `${category} failure${
      wordFor(random, own && ofCode ? change : null, where)
    }${names}${callee}${dependency ? ` calling ${dependency}` : ""}`;
    return newIssue(where.name, category, framesFor(random, own ? change : null, where), text);
  };
  const newShare = ofCode ? 0.9 : 0.68;
  const effect = (where: SimService, own: boolean, delayMs: number): SimEffect => ({
    service: where,
    share: random.logBetween(0.015, 1),
    rampMs: onset === "slow_leak" ? random.between(0.5, 2) * HOUR : 0,
    delayMs,
    confined: !random.chance(0.04),
    issues: issuesOf(random, where, newShare, ofCode ? CODE : SETTING, () => make(where, own)),
  });

  const others = project.services.filter((other) => other !== service);
  const elsewhere = others.length > 0 && random.chance(mix.elsewhereShare);
  const effects = elsewhere
    ? [effect(random.pick(others), false, random.between(0, 20_000))]
    : [effect(service, true, 0)];
  if (!elsewhere && others.length > 0 && random.chance(0.1)) {
    const caller = effect(random.pick(others), false, random.between(0, 20_000));
    caller.share *= 0.5;
    effects.push(caller);
  }
  if (change.service === null) {
    for (const other of others) {
      if (random.chance(0.35)) effects.push(effect(other, true, random.between(0, 30_000)));
    }
  }
  const silent = random.chance(mix.silentShare);
  if (silent) { for (const one of effects) one.issues = []; }

  const startAt = change.effectiveAt + delay;
  let scenario: Scenario = "change";
  if (onset === "hours") scenario = "change_hours_later";
  else if (onset === "slow_leak") scenario = "change_slow_leak";
  else if (silent) scenario = "change_without_events";
  else if (elsewhere) scenario = "change_elsewhere";
  else if (dependency) scenario = "change_breaks_dependency_calls";
  else if (ofCode && !service.labelled) scenario = "change_without_labels";
  else if (change.steps.length > 1) scenario = "change_gradual";
  else if (onset === "minutes") scenario = "change_minutes_later";

  const health: DependencyHealth[] = dependency && random.chance(0.8)
    ? [{ name: dependency, state: "down", source: "calls", at: startAt + random.between(10_000, 60_000) }]
    : [];
  return newFault({
    scenario,
    changeId: change.reported.id,
    change,
    startAt,
    // Without a rollback somebody notices in the end.
    endAt: startAt + 20 * MINUTE + random.exponential(40 * MINUTE),
    effects,
    load: random.chance(0.04)
      ? { services: [service.name], ratio: random.between(1.2, 2), rampMs: 60_000 }
      : null,
    vendor: dependency,
    health,
  });
}
