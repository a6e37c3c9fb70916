import { advance } from "../supabase/functions/_shared/deployments/blame/observe.ts";
import { emptyState } from "../supabase/functions/_shared/deployments/blame/state.ts";
import { BASE, HARD, type Mix } from "./blame/mixes.ts";
import { Random } from "./blame/random.ts";
import { addTo, emptyTally, expectedCalibration, quantile, Scorer, type Tally } from "./blame/score.ts";
import { FAULTY_RATE } from "./blame/changes.ts";
import { play } from "./blame/play.ts";
import { makeWorld, START } from "./blame/world.ts";

// Read as plain text by `--help` of all benches, so its numbers are written out.
export const describe =
  `Which change broke it: a seeded simulator of deployments, faults and confounders, played against the blame model.
--seed <n>      seed of the worlds (default 1)
--rollouts <n>  changes that go out (default 2000; the hard mix plays a third of them)
--mix <name>    base, hard or both (default both)
Keys of the first row of each mix: precision (blames that named the change that made the errors, of all blames; one per change
and true cause), recall (faulty changes named, of all with an affected minute: one with 3 failing requests or more),
recall_any (the same over all that made any request fail), time_to_blame_p50_s and _p95_s (from the end of the first affected
minute, 0 when named before), since_first_failure_p95_s, wrong_rollback_rate (automatic rollbacks of an innocent change, of all
automatic rollbacks), calibration_error. Rows with a scenario tell incidents, those found, and those blamed on a wrong change.
What blame is sure of is taken back at once; what it only names, people take back 5 to 20 minutes later in 9 of 10 cases, right or
wrong. What nobody blamed ends after 20 minutes or more because its change is taken back or mended by a later one, and may be
named in hindsight: that counts, as late as it is. In one of ten faults that last, somebody takes back an innocent change as well.`;

/** Changes of one project before the next one is drawn: teams, services and traffic differ. */
const ROLLOUTS_PER_PROJECT = 150;

export function run(args: string[]): Promise<{ results: Record<string, unknown>[] }> {
  const option = (name: string) => args.includes(name) ? args[args.indexOf(name) + 1] : undefined;
  const seed = Number(option("--seed") ?? 1);
  const rollouts = Number(option("--rollouts") ?? 2000);
  const wanted = option("--mix") ?? "both";
  const mixes = [BASE, HARD].filter((mix) => wanted === "both" || wanted === mix.name);
  if (!Number.isInteger(seed) || !(rollouts > 0) || mixes.length === 0) {
    return Promise.reject(new Error(`arguments are wrong. ${describe}`));
  }
  const results = mixes.flatMap((mix) => {
    const count = mix === BASE ? rollouts : Math.ceil(rollouts / 3);
    const started = performance.now();
    const tally = playMix(seed, count, mix);
    return rows(mix, seed, tally, (performance.now() - started) / 1000);
  });
  return Promise.resolve({ results });
}

/** Plays projects until enough changes went out. Rollbacks that the model asks for happen, right or wrong. */
function playMix(seed: number, rollouts: number, mix: Mix): Tally {
  const seeds = new Random(seed);
  const tally = emptyTally();
  for (let project = 0; tally.rollouts < rollouts; project++) {
    // The world and its play have streams of their own: whatever the model does, the next project is the same.
    const random = seeds.stream(project);
    const world = makeWorld(random.stream(0), Math.min(ROLLOUTS_PER_PROJECT, rollouts - tally.rollouts), mix);
    const scorer = new Scorer();
    const state = emptyState(START);
    play(random.stream(1), world, mix, (observation, truth) => {
      tally.observations++;
      return scorer.take(advance(state, observation), truth);
    });
    addTo(tally, world, scorer);
  }
  return tally;
}

function rows(mix: Mix, seed: number, tally: Tally, seconds: number): Record<string, unknown>[] {
  const share = (part: number, whole: number) => whole === 0 ? null : round(part / whole);
  const { name, onset, ...shares } = mix;
  const total = {
    mix: name,
    scenario: "all",
    seed,
    rollouts: tally.rollouts,
    precision: share(tally.correctBlames, tally.blames),
    recall: share(tally.found, tally.affecting),
    time_to_blame_p50_s: quantile(tally.afterMinute, 0.5),
    time_to_blame_p95_s: quantile(tally.afterMinute, 0.95),
    wrong_rollback_rate: share(tally.wrongRollbacks, tally.rollbacks),
    recall_any: share(tally.foundFailing, tally.failing),
    since_first_failure_p95_s: quantile(tally.afterFailure, 0.95),
    calibration_error: round(expectedCalibration(tally.stated)),
    blames: tally.blames,
    rollbacks: tally.rollbacks,
    faulty: tally.faulty,
    affecting: tally.affecting,
    base_rates: { faulty: FAULTY_RATE, onset, ...shares },
    observations_per_s: Math.round(tally.observations / seconds),
  };
  const scenarios = Object.entries(tally.scenarios).sort(([a], [b]) => a < b ? -1 : 1).map((
    [scenario, row],
  ) => ({
    mix: name,
    scenario,
    incidents: row.incidents,
    found: row.found,
    blamed_wrongly: row.wrong,
  }));
  return [total, ...scenarios];
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
