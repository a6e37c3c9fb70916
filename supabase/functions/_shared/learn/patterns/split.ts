import { MIN_PROJECTS, sharedVocabulary } from "./anonymity.ts";
import type { LearntClause } from "./generalise.ts";
import { literals, type Observation } from "./shape.ts";

/** Outcomes on each side below which a difference may be chance, whatever a test says. */
const MIN_SIDE = 4;
/** On one side the fixes work, on the other they do not. */
const WORKS_ABOVE = 0.7;
const FAILS_BELOW = 0.35;
/** Chance of seeing such a difference where there is none, over all conditions that were tried. */
const FALSE_ALARM = 0.01;

export interface Split {
  /** The condition that tells the two apart, as a clause of its own. */
  clause: LearntClause;
  /** A sentence for people. */
  why: string;
  holds: Observation[];
  fails: Observation[];
}

interface Trait {
  clause: LearntClause;
  name: string;
  has(observation: Observation): boolean;
}

/**
 * Whether a pattern lumps two causes together: its fixes work where some condition holds and do not where it does not, or the other
 * way round. Only conditions that several projects have on either side are looked at, so that "one project is different" is no cause
 * and nothing of a single project gets into a pattern.
 *
 * The test is one-sided and exact for two binomials under one rate (Fisher's), with Bonferroni's correction for the number of
 * conditions.
 */
export function findSplit(observations: readonly Observation[]): Split | null {
  const traits = traitsOf(observations);
  let best: { split: Split; p: number } | null = null;
  for (const { clause, name, has } of traits) {
    const holds = observations.filter(has);
    const fails = observations.filter((each) => !has(each));
    if (holds.length < MIN_SIDE || fails.length < MIN_SIDE) continue;
    if (projectsOf(holds) < MIN_PROJECTS || projectsOf(fails) < MIN_PROJECTS) continue;
    const [here, elsewhere] = [share(holds), share(fails)];
    if (Math.max(here, elsewhere) < WORKS_ABOVE || Math.min(here, elsewhere) > FAILS_BELOW) continue;
    const p = fisher(holds, fails);
    if (p * traits.length > FALSE_ALARM || (best && best.p <= p)) continue;
    const why = `With ${name} its fixes resolve ${percent(here)}, without it ${percent(elsewhere)}.`;
    best = { p, split: { clause, why, holds, fails } };
  }
  return best?.split ?? null;
}

function traitsOf(observations: readonly Observation[]): Trait[] {
  const shared = sharedVocabulary(observations);
  const of = (
    values: ReadonlySet<string>,
    kind: "types" | "codes" | "statuses" | "platforms" | "messages",
    noun: string,
    read: (observation: Observation) => readonly string[],
  ): Trait[] =>
    [...values].sort().map((value) => ({
      clause: { [kind]: [value] },
      name: `${noun} ${value}`,
      has: (observation) => read(observation).includes(value),
    }));
  return [
    ...of(shared.codes, "codes", "the code", ({ shape }) => shape.codes),
    ...of(shared.types, "types", "the type", ({ shape }) => shape.types),
    ...of(shared.statuses, "statuses", "the status", ({ shape }) => shape.statuses),
    ...of(shared.platforms, "platforms", "the platform", ({ shape }) => [shape.platform]),
    // Shorter words are articles and prepositions, and phrases of patterns must have four letters.
    ...of(
      new Set([...shared.words].filter((word) => word.length >= 4)),
      "messages",
      "the word",
      ({ shape }) => literals(shape.words),
    ),
  ];
}

/** P(as many successes or more on the better side | both sides have one rate), hypergeometric. */
function fisher(a: readonly Observation[], b: readonly Observation[]): number {
  const [x, y] = share(a) >= share(b) ? [a, b] : [b, a];
  const successes = x.filter(({ success }) => success).length;
  const all = successes + y.filter(({ success }) => success).length;
  const total = x.length + y.length;
  let p = 0;
  for (let k = successes; k <= Math.min(x.length, all); k++) {
    p += Math.exp(logChoose(x.length, k) + logChoose(y.length, all - k) - logChoose(total, all));
  }
  return Math.min(1, p);
}

function logChoose(n: number, k: number): number {
  if (k < 0 || k > n) return -Infinity;
  let sum = 0;
  for (let i = 1; i <= k; i++) sum += Math.log((n - k + i) / i);
  return sum;
}

const share = (observations: readonly Observation[]) =>
  observations.filter(({ success }) => success).length / observations.length;
const projectsOf = (observations: readonly Observation[]) =>
  new Set(observations.map(({ projectId }) => projectId)).size;
const percent = (value: number) => `${Math.round(value * 100)} %`;
