import { describe, type Scene } from "./factors/factor.ts";
import type { Factor } from "./types.ts";
import type { Weighed, Weighing } from "./weigh.ts";

/** Factors that matter for the choice, as sentences. Smaller ones would only hide them. */
const LEAST_NATS = 0.1;

/** Why the leader leads: each factor in nats against the best rival, the strongest first. */
export function explain(
  scene: Scene,
  leader: Weighed,
  rival: Weighed | null,
  views: Weighing["views"],
): Factor[] {
  const against = (name: string) => rival?.factors.find((factor) => factor.name === name)?.value ?? 0;
  const rate: Factor = {
    name: "time_and_rate",
    nats: leader.rateNats - (rival?.rateNats ?? 0),
    statement: timing(scene, leader, rival),
  };
  const others = leader.factors.map((factor, index): Factor => ({
    name: factor.name,
    nats: factor.value - against(factor.name),
    statement: views[index]!.statement(leader.suspect),
  }));
  return [rate, ...others]
    .filter((factor) => factor === rate || Math.abs(factor.nats) >= LEAST_NATS)
    .sort((a, b) => Math.abs(b.nats) - Math.abs(a.nats));
}

function timing(scene: Scene, leader: Weighed, rival: Weighed | null): string {
  const change = leader.suspect.change;
  const than = rival ? `, compared with ${describe(rival.suspect)}` : "";
  if (!change) return `the start and size of the rise fit ${describe(leader.suspect)}${than}`;
  const seconds = Math.round((scene.firstEventAt - change.at) / 1000);
  const moment = seconds < 0 ? `${-seconds} s before it was reported` : `${seconds} s after it`;
  return `the first event came ${moment}, on the traffic that it reached${than}`;
}
