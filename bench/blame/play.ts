import {
  type Change,
  type EventCount,
  isCode,
  type IssueFacts,
  type Observation,
  type Sample,
  type TrafficCount,
} from "../../supabase/functions/_shared/deployments/blame/types.ts";
import type { Random } from "./random.ts";
import { makeFix, type SimChange } from "./changes.ts";
import type { Mix } from "./mixes.ts";
import { MINUTE, type SimFault } from "./faults/fault.ts";
import { type SimIssue } from "./project.ts";
import { playService } from "./service.ts";
import { SampleMaker } from "./samples.ts";
import { START, STEP_MS, type World } from "./world.ts";

/** What is missing: rows that come late (by up to a minute), rows that never come. */
export const LATE_SHARE = 0.08;
export const LOST_SHARE = 0.003;

/** What the monitor answers to an observation: ids of changes that it takes back now, and of those that it only names to people. */
export interface Answer {
  takenBack: string[];
  named: string[];
}
export type Monitor = (observation: Observation, truth: Truth) => Answer;

/** People take back what was named to them, right or wrong, after this long, or not at all. */
export const PERSON_ACTS_SHARE = 0.9;
export const PERSON_DELAY_MS: readonly [number, number] = [5 * MINUTE, 20 * MINUTE];

/** Share of faults that last during which somebody takes back the latest change of the service although it is innocent, and from when on. */
export const WRONG_GUESS_SHARE = 0.1;
const GUESS_AFTER_MS = 10 * MINUTE;

/** Who really makes an issue, or a service's failures, at this moment. For scoring only. */
export interface Truth {
  now: number;
  /** Faults that made events of the subject since then, the latest last. Empty means background noise. */
  causesOf(subject: string, since: number): SimFault[];
}

interface Pending {
  dueAt: number;
  traffic: TrafficCount | null;
  event: EventCount | null;
  samples: Sample[];
}

/** Streams of chance within a step after those of the services: what is lost or late, and what people do. */
const TRANSPORT = 100;
const PEOPLE = 101;
const CLOSELY = 200;

/**
 * Plays a world in steps of 10 s and shows the monitor what a monitored project would send it. Every service of every step has a
 * stream of chance of its own, so that what a monitor does changes what it touched and nothing else: two monitors can be compared
 * on the same worlds.
 */
export function play(chance: Random, world: World, mix: Mix, monitor: Monitor): void {
  const { project, changes, faults, endAt } = world;
  const live: SimChange[] = [];
  const liveFaults: SimFault[] = [];
  const announced: { at: number; change: Change }[] = [];
  let pending: Pending[] = [];
  let nextChange = 0;
  let nextFault = 0;
  const known = new Set<string>();
  const closely = new SampleMaker(chance.stream(-1), mix);
  const byPeople = new Map<string, number>();
  let guesses: { at: number; id: string; fault: SimFault }[] = [];
  const recent = new Map<string, Map<SimFault, number>>();
  const truth: Truth = {
    now: START,
    causesOf(subject, since) {
      const found = [...(recent.get(subject) ?? [])].filter(([, at]) => at >= since - MINUTE);
      return found.map(([fault]) => fault);
    },
  };

  for (let now = START; now < endAt; now += STEP_MS) {
    const until = now + STEP_MS;
    const step = chance.stream((now - START) / STEP_MS);
    const transport = step.stream(TRANSPORT);
    const people = step.stream(PEOPLE);
    while (nextChange < changes.length && changes[nextChange]!.effectiveAt < until) {
      const change = changes[nextChange++]!;
      live.push(change);
      announced.push({ at: change.reported.at, change: change.reported });
    }
    while (nextFault < faults.length && faults[nextFault]!.startAt < until) {
      const fault = faults[nextFault++]!;
      liveFaults.push(fault);
      const guess = guessOf(people, fault, live);
      if (guess) {
        guesses.push({
          at: people.between(fault.startAt + GUESS_AFTER_MS, fault.endAt),
          id: guess.reported.id,
          fault,
        });
      }
    }
    for (let i = liveFaults.length - 1; i >= 0; i--) {
      if (liveFaults[i]!.endAt > now) continue;
      const fix = endFault(people, liveFaults.splice(i, 1)[0]!, announced, now, mix);
      if (fix) live.push(fix);
    }

    const rows: Pending[] = [];
    const issues: IssueFacts[] = [];
    const emit = (issue: SimIssue, version: string | null, count: number, fault: SimFault | null) => {
      if (count === 0) return;
      const service = project.services.find(({ name }) => name === issue.service)!;
      if (!known.has(issue.id)) {
        known.add(issue.id);
        issue.firstSeenAt = now;
        issues.push({
          id: issue.id,
          service: issue.service,
          firstSeenAt: now + transport.between(0, STEP_MS),
          category: issue.category,
          frames: issue.frames,
          text: issue.text,
          source: closely.sourceOf(service, issue, fault),
        });
      }
      rows.push({
        dueAt: until,
        traffic: null,
        event: { at: now, issue: issue.id, version, count },
        samples: closely.take(step.stream(CLOSELY + rows.length), {
          service,
          issue,
          fault,
          count,
          live,
          now,
        }),
      });
      if (fault) note(recent, `issue:${issue.id}`, fault, now);
    };
    for (const [index, service] of project.services.entries()) {
      playService(
        step.stream(index),
        service,
        live,
        liveFaults,
        now,
        emit,
        (row) => rows.push({ dueAt: until, traffic: row, event: null, samples: [] }),
        (fault) => note(recent, `rate:${service.name}`, fault, now),
      );
    }
    for (const row of rows) {
      if (row.traffic && transport.chance(LOST_SHARE)) continue;
      if (transport.chance(LATE_SHARE)) row.dueAt += transport.integer(1, 6) * STEP_MS;
      pending.push(row);
    }
    const due = pending.filter((row) => row.dueAt <= until);
    pending = pending.filter((row) => row.dueAt > until);
    truth.now = until;
    const reported = announced.filter((one) => one.at <= until);
    for (const one of reported) announced.splice(announced.indexOf(one), 1);
    const taken = monitor({
      at: until,
      changes: reported.map((one) => structuredClone(one.change)),
      issues,
      traffic: due.flatMap((row) => row.traffic ?? []),
      events: due.flatMap((row) => row.event ?? []),
      samples: due.flatMap((row) => row.samples),
      dependencies: liveFaults.concat(
        faults.slice(0, nextFault).filter((fault) => fault.endAt > now - 3 * MINUTE && fault.endAt <= now),
      )
        .flatMap((fault) => fault.health.filter((health) => health.at >= now && health.at < until)),
    }, truth);
    for (const id of taken.named) {
      if (byPeople.has(id)) continue;
      const acts = people.chance(PERSON_ACTS_SHARE);
      byPeople.set(id, acts ? until + people.logBetween(...PERSON_DELAY_MS) : Infinity);
    }
    for (const id of taken.takenBack) takeBack(people, id, live, liveFaults, announced, until);
    for (const [id, at] of byPeople) {
      if (at > until) continue;
      byPeople.set(id, Infinity);
      takeBack(people, id, live, liveFaults, announced, until);
    }
    // What is over by then leads nobody to guess.
    guesses = guesses.filter(({ fault }) => liveFaults.includes(fault));
    for (const { id } of guesses.filter(({ at }) => at <= until)) {
      takeBack(people, id, live, liveFaults, announced, until);
    }
    guesses = guesses.filter(({ at }) => at > until);
  }
}

/** An innocent change that somebody takes back because of the fault: the latest one of a service that suffers. */
function guessOf(people: Random, fault: SimFault, live: readonly SimChange[]): SimChange | null {
  if (fault.endAt - fault.startAt < GUESS_AFTER_MS || !people.chance(WRONG_GUESS_SHARE)) return null;
  const suffering = new Set(fault.effects.map(({ service }) => service));
  return live.findLast((change) =>
    change !== fault.change && change.revertedAt === null &&
    (change.service === null || suffering.has(change.service))
  ) ?? null;
}

function note(
  recent: Map<string, Map<SimFault, number>>,
  subject: string,
  fault: SimFault,
  at: number,
): void {
  let causes = recent.get(subject);
  if (!causes) recent.set(subject, causes = new Map());
  causes.set(fault, at);
}

/** Share of faults of code that people end by deploying a fix instead of taking the change back. */
export const FIXED_FORWARD_SHARE = 0.4;

/** A fault that nobody blamed ends when a person takes its change back, or deploys a fix, which is returned. */
function endFault(
  people: Random,
  fault: SimFault,
  announced: { at: number; change: Change }[],
  now: number,
  mix: Mix,
): SimChange | null {
  const { change } = fault;
  if (!change || change.revertedAt !== null) return null;
  if (isCode(change.kind) && people.chance(FIXED_FORWARD_SHARE)) {
    const fix = makeFix(people, change, now, mix);
    announced.push({ at: fix.reported.at, change: fix.reported });
    return fix;
  }
  change.revertedAt = now;
  change.reported.revertedAt = now;
  announced.push({ at: now, change: change.reported });
  return null;
}

function takeBack(
  random: Random,
  id: string,
  live: SimChange[],
  liveFaults: SimFault[],
  announced: { at: number; change: Change }[],
  now: number,
): void {
  const change = live.find((one) => one.reported.id === id);
  if (!change || change.revertedAt !== null) return;
  const at = now + random.between(10_000, 40_000);
  change.revertedAt = at;
  change.reported.revertedAt = at;
  announced.push({ at, change: change.reported });
  for (const fault of liveFaults) if (fault.change === change) fault.endAt = Math.min(fault.endAt, at);
}
