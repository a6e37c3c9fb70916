import { logMix } from "../counts.ts";
import { samplesOf } from "../samples.ts";
import { sumSince } from "../state.ts";
import type { OtherCause } from "../types.ts";
import type { FactorRule } from "./factor.ts";

/** P(nearly all of the errors are those of one user or client | ...): an odd input is mostly his who sends it. */
const ONE_USER: Record<"change" | OtherCause, number> = {
  change: 0.06,
  external: 0.03,
  traffic: 0.03,
  leak: 0.04,
  organic: 0.4,
};
/** P(an event is of a user who had one already | it strikes one user) and | it strikes anybody: people try again, and there are not so many. */
const AGAIN = { one: 0.92, anybody: 0.35 };
/** More users than were thought to be there. */
const ODD = 0.05;
/** Requests that a user makes in ten minutes, and the fewest users that there are. */
const REQUESTS_OF_USER = 30;
const FEWEST_USERS = 3;
const ACTIVE_MS = 10 * 60_000;
/** A client in a loop must not outweigh everything else. */
const EVENTS_LIMIT = 12;

/** Whether the errors are those of one user. */
export const users: FactorRule = (scene) => {
  const events = samplesOf(scene).flatMap(({ user }) => user ?? []).slice(0, EVENTS_LIMIT);
  const [requests] = sumSince(scene.state.services[scene.subject.service]?.bins ?? [], scene.now - ACTIVE_MS);
  const active = Math.max(FEWEST_USERS, requests / REQUESTS_OF_USER);
  const seen = (again: number) => {
    const known = new Set<string>();
    let sum = 0;
    for (const user of events) {
      const share = again + (1 - again) * Math.min(1, known.size / active);
      if (known.size > 0) sum += Math.log(known.has(user) ? share : Math.max(ODD, 1 - share));
      known.add(user);
    }
    return sum;
  };
  const [ofOne, ofAnybody] = [seen(AGAIN.one), seen(AGAIN.anybody)];
  const count = new Set(events).size;
  return {
    name: "users",
    logLikelihood(suspect) {
      if (events.length < 2) return 0;
      const one = ONE_USER[suspect.other ?? "change"];
      return logMix([one, ofOne], [1 - one, ofAnybody]);
    },
    statement: () =>
      events.length < 2
        ? "the events do not tell whom they strike"
        : `${events.length} events struck ${count} user(s)`,
  };
};
