import { logMix } from "../counts.ts";
import { samplesOf } from "../samples.ts";
import type { Category } from "../../../diagnose/diagnosis.ts";
import type { Scene } from "./factor.ts";

/** Errors that are made on the way to somebody else. */
const ON_THE_WIRE: ReadonlySet<Category> = new Set(["dependency", "network", "rate_limit", "ai"]);
/** P(the events of an issue follow on a call that failed | ...), on the wire and elsewhere: code may trip over a missing answer. */
const FOLLOWS = { outage: { wire: 0.85, elsewhere: 0.5 }, otherwise: { wire: 0.45, elsewhere: 0.05 } };
/** Share of the events of such an issue whose failed call is told, and of all others in which some call had failed by chance. */
const TOLD = { follows: 0.85, chance: 0.05 };

/** ln P(calls that failed before the events | somebody outside does not answer, or our calls to him are broken) and | anything else. */
export interface Calls {
  outage: number;
  otherwise: number;
  /** Host that most of the failed calls were for; null where few failed. */
  host: string | null;
}

/** Whether the errors follow on calls that failed, as the events tell. */
export function callsOf(scene: Scene): Calls {
  const told = samplesOf(scene).flatMap(({ call }) => call ?? []);
  const failed = told.filter((call) => call.failed);
  const where = ON_THE_WIRE.has(scene.subject.facts?.category ?? "unknown") ? "wire" : "elsewhere";
  const seen = (share: number) =>
    failed.length * Math.log(share) + (told.length - failed.length) * Math.log(1 - share);
  const given = (follows: number) => logMix([follows, seen(TOLD.follows)], [1 - follows, seen(TOLD.chance)]);
  return {
    outage: given(FOLLOWS.outage[where]),
    otherwise: given(FOLLOWS.otherwise[where]),
    host: failed.length * 2 > told.length ? mostFrequent(failed.map(({ host }) => host)) : null,
  };
}

function mostFrequent(hosts: readonly (string | null)[]): string | null {
  const counts = new Map<string, number>();
  for (const host of hosts) if (host !== null) counts.set(host, (counts.get(host) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}
