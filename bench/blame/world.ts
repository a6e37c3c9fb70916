import type { Mix } from "./mixes.ts";
import type { Random } from "./random.ts";
import { makeChange, type SimChange } from "./changes.ts";
import { type SimFault } from "./faults/fault.ts";
import { faultOfChange } from "./faults/of-change.ts";
import { leak } from "./faults/leak.ts";
import { outage } from "./faults/outage.ts";
import { burst, rareIssue } from "./faults/own.ts";
import { spike } from "./faults/spike.ts";
import { makeProject, type SimProject } from "./project.ts";

export const STEP_MS = 10_000;
const DAY = 86_400_000;
/** A Monday. */
export const START = Date.UTC(2025, 0, 6);
/** Quiet time before the first change, so that rates are known. */
const WARM_UP_MS = 4 * 3_600_000;

export interface World {
  project: SimProject;
  changes: SimChange[];
  faults: SimFault[];
  endAt: number;
}

/** Draws a project's whole future: what will change, and what will break when. */
export function makeWorld(random: Random, rollouts: number, mix: Mix): World {
  const project = makeProject(random, mix);
  const changes: SimChange[] = [];
  let at = START + WARM_UP_MS;
  while (changes.length < rollouts) {
    at += random.exponential(DAY / project.changesPerDay);
    // Few people deploy at night.
    const hour = new Date(at).getUTCHours();
    if ((hour < 7 || hour > 20) && random.chance(0.8)) continue;
    changes.push(makeChange(random, project, at, mix));
    while (changes.length < rollouts && random.chance(mix.trainShare)) {
      at += random.between(20_000, 90_000);
      changes.push(makeChange(random, project, at, mix));
    }
  }
  const endAt = at + 3 * 3_600_000;
  const faults: SimFault[] = changes.filter((change) => change.faulty).map((change) =>
    faultOfChange(random, project, change, mix)
  );
  const days = (endAt - START - WARM_UP_MS) / DAY;
  const scatter = (perDay: number, make: (startAt: number) => SimFault) => {
    for (let count = random.poisson(perDay * days); count > 0; count--) {
      faults.push(make(random.between(START + WARM_UP_MS, endAt)));
    }
  };
  scatter(mix.outagesPerDay, (startAt) => outage(random, project, startAt));
  scatter(mix.spikesPerDay, (startAt) => spike(random, project, startAt));
  scatter(mix.leaksPerDay, (startAt) => leak(random, project, startAt));
  scatter(mix.rareIssuesPerDay, (startAt) => rareIssue(random, project, startAt));
  for (const change of changes) {
    if (change.faulty) continue;
    const near = change.effectiveAt + random.between(-60_000, 120_000);
    if (random.chance(mix.outageAtChangeShare)) faults.push(outage(random, project, near));
    if (random.chance(mix.spikeAtChangeShare)) faults.push(spike(random, project, near));
    if (random.chance(mix.leakAtChangeShare)) faults.push(leak(random, project, near));
    if (random.chance(mix.rareIssueAtChangeShare)) faults.push(rareIssue(random, project, near));
  }
  for (const service of project.services) {
    for (const background of service.background) {
      for (let count = random.poisson(background.burstsPerDay * days); count > 0; count--) {
        faults.push(
          burst(
            random,
            service,
            background.issue,
            background.rate,
            random.between(START + WARM_UP_MS, endAt),
          ),
        );
      }
    }
  }
  faults.sort((a, b) => a.startAt - b.startAt);
  return { project, changes, faults, endAt };
}
