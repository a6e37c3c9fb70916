import { addTo, emptyTally, Scorer } from "./blame/score.ts";
import { Random } from "./blame/random.ts";
import { makeWorld, play } from "./blame/simulator.ts";
import { advance } from "../supabase/functions/_shared/deployments/blame/observe.ts";
import { emptyState } from "../supabase/functions/_shared/deployments/blame/state.ts";

const tally = emptyTally();
const seed = Number(Deno.args[0] ?? 1);
const n = Number(Deno.args[1] ?? 1200);
const random = new Random(seed);
const t0 = performance.now();
let cpu = 0, steps = 0, worst = 0;
for (let p = 0; p * 150 < n; p++) {
  const world = makeWorld(random, 150);
  const scorer = new Scorer();
  let state = emptyState(Date.UTC(2025, 0, 6));
  play(random, world, (o, truth) => {
    const t = performance.now();
    const verdicts = advance(state, o);
    const d = performance.now() - t;
    cpu += d;
    steps++;
    worst = Math.max(worst, d);
    return verdicts.flatMap((v) => scorer.take(v, truth) ?? []);
  });
  addTo(tally, world, scorer);
  if (Deno.args[2]) {
    for (const b of scorer.blames) {
      if (!b.correct) {
        console.log(
          "WRONG",
          b.scenario,
          b.probability.toFixed(3),
          b.rollback,
          b.changeId,
          JSON.stringify(
            {
              ...b.verdict,
              hypotheses: b.verdict.hypotheses.slice(0, 3),
              factors: b.verdict.factors.map((f) => f.name + " " + f.nats.toFixed(1) + " " + f.statement),
            },
            null,
            1,
          ),
          world.faults.find((f) => f.id === b.causeId)?.changeId,
          "fault start",
          world.faults.find((f) => f.id === b.causeId)?.startAt,
        );
      }
    }
    for (const f of world.faults) {
      if (f.changeId && f.affectedAt && !scorer.blames.some((b) => b.correct && b.changeId === f.changeId)) {
        console.log(
          "MISSED",
          f.scenario,
          f.changeId,
          f.change!.kind,
          f.effects.map((e) =>
            [
              e.service.name,
              e.service.rps.toFixed(2),
              e.share.toFixed(3),
              e.issues.map((i) => i.issue.category + i.issue.id),
            ].join()
          ),
          "dur min",
          ((f.endAt - f.firstFailureAt!) / 60000).toFixed(1),
          "delay",
          ((f.startAt - f.change!.effectiveAt) / 1000).toFixed(0),
        );
      }
    }
  }
  console.error(
    p,
    world.project.services.length,
    ((performance.now() - t0) / 1000).toFixed(1),
    Object.keys(state.subjects).length,
    JSON.stringify(state).length,
  );
}
const q = (a: number[], p: number) => a.sort((x, y) => x - y)[Math.floor(a.length * p)];
console.log({
  precision: tally.correctBlames / tally.blames,
  recall: tally.found / tally.affecting,
  affecting: tally.affecting,
  blames: tally.blames,
  p50: q(tally.afterMinute, .5),
  p95: q(tally.afterMinute, .95),
  f50: q(tally.afterFailure, .5),
  f95: q(tally.afterFailure, .95),
  wrong: tally.wrongRollbacks / tally.rollbacks,
  rollbacks: tally.rollbacks,
  wrongN: tally.wrongRollbacks,
  cpuMsPerStep: cpu / steps,
  steps,
  worst,
});
console.table(tally.scenarios);
console.log("STATED " + JSON.stringify(tally.stated.map((x) => [x.probability, x.correct ? 1 : 0])));
