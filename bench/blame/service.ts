import type { TrafficCount } from "../../supabase/functions/_shared/deployments/blame/types.ts";
import type { Random } from "./random.ts";
import { shareAt, type SimChange } from "./changes.ts";
import { AFFECTED_FAILURES, MINUTE, type SimEffect, type SimFault } from "./faults/fault.ts";
import { expectedRps, type SimIssue, type SimService } from "./project.ts";
import { STEP_MS } from "./world.ts";

/** Lets one service live through one step: its requests, what fails of them, and what it reports. */
export function playService(
  random: Random,
  service: SimService,
  live: readonly SimChange[],
  faults: readonly SimFault[],
  now: number,
  emit: (issue: SimIssue, version: string | null, count: number, fault: SimFault | null) => void,
  report: (row: TrafficCount) => void,
  blameRate: (fault: SimFault) => void,
): void {
  let rps = expectedRps(service, now);
  for (const { load, startAt } of faults) {
    if (load?.services.includes(service.name)) {
      rps *= 1 + (load.ratio - 1) * Math.min(1, (now - startAt) / load.rampMs);
    }
  }
  const effects = faults.flatMap((fault) =>
    fault.effects.filter((effect) => effect.service === service).map((effect) => ({ fault, effect }))
  );
  for (const { version, share } of versionsOf(service, live, now)) {
    const requests = random.poisson(rps * share * (STEP_MS / 1000));
    if (requests === 0) continue;
    let failures = 0;
    for (const { issue, rate } of service.background) {
      const count = random.poisson(requests * rate);
      failures += count;
      emit(issue, version, count, null);
    }
    for (const { fault, effect } of effects) {
      const count = random.poisson(requests * strength(fault, effect, service, version, live, now));
      if (count === 0) continue;
      failures += count;
      countFailures(fault, count, now);
      blameRate(fault);
      let left = count;
      for (const [index, { issue, weight }] of effect.issues.entries()) {
        const part = index === effect.issues.length - 1
          ? left
          : Math.min(left, random.poisson(count * weight));
        left -= part;
        emit(issue, version, part, fault);
      }
    }
    report({ at: now, service: service.name, version, requests, failures: Math.min(failures, requests) });
  }
}

/** Share of the service's traffic per version, and which changes each share runs. */
function versionsOf(
  service: SimService,
  live: readonly SimChange[],
  now: number,
): { version: string | null; share: number }[] {
  const versions: { version: string | null; share: number }[] = [];
  let left = 1;
  for (let i = live.length - 1; i >= 0 && left > 0; i--) {
    const change = live[i]!;
    if (change.service !== service || change.kind === "configuration" || change.kind === "flag") continue;
    const share = left * shareAt(change, now);
    if (share > 0) versions.push({ version: change.reported.version, share });
    left -= share;
  }
  if (left > 1e-9) versions.push({ version: service.labelled ? `${service.name}@0` : null, share: left });
  return versions;
}

/** Share of one version's requests that run a change. Later versions are built on top of the earlier ones. */
function affectedShare(
  change: SimChange,
  service: SimService,
  version: string | null,
  live: readonly SimChange[],
  now: number,
): number {
  const share = shareAt(change, now);
  if (share === 0) return 0;
  if (change.service !== service || change.kind === "configuration" || change.kind === "flag") return share;
  if (change.reported.version === null) return share;
  if (change.reported.version === version) return 1;
  const later = live.find((other) => other.service === service && other.reported.version === version);
  return later && later.effectiveAt > change.effectiveAt ? 1 : 0;
}

function countFailures(fault: SimFault, count: number, now: number): void {
  const at = Math.floor(now / MINUTE) * MINUTE;
  fault.firstFailureAt ??= now;
  if (fault.minute.at !== at) fault.minute = { at, failures: 0 };
  fault.minute.failures += count;
  if (fault.minute.failures >= AFFECTED_FAILURES) fault.affectedAt ??= at;
}

/** Failing share of the requests of one version at `now`. */
function strength(
  fault: SimFault,
  effect: SimEffect,
  service: SimService,
  version: string | null,
  live: readonly SimChange[],
  now: number,
): number {
  const age = now + STEP_MS / 2 - fault.startAt - effect.delayMs;
  if (age < 0) return 0;
  const developed = effect.rampMs > 0 ? Math.min(1, age / effect.rampMs) : 1;
  if (!fault.change) return effect.share * developed;
  const reach = effect.confined
    ? affectedShare(fault.change, service, version, live, now)
    : shareAt(fault.change, now) > 0
    ? 1
    : 0;
  return effect.share * developed * reach;
}
