import { observe } from "../../../supabase/functions/_shared/deployments/blame/observe.ts";
import {
  BIN_MS,
  type BlameState,
  emptyState,
} from "../../../supabase/functions/_shared/deployments/blame/state.ts";
import type {
  Change,
  DependencyHealth,
  IssueFacts,
  Observation,
  Sample,
  Verdict,
} from "../../../supabase/functions/_shared/deployments/blame/types.ts";
import { poissonSample } from "../../../supabase/functions/_shared/statistics/poisson-sample.ts";
import { seededRandom } from "../../../supabase/functions/_shared/statistics/random.ts";
import { change, facts, NOON } from "./scene.ts";

interface Failure {
  facts: Omit<IssueFacts, "firstSeenAt"> | null;
  service: string;
  /** Failing share of the requests, by time (ms) and version. */
  share: (now: number, version: string | null) => number;
  /** What its events tell; `random` is in [0, 1). */
  tell: (random: () => number) => Partial<Sample>;
}

const SAMPLES_OF_STEP = 5;

/** A project that is told step by step, with chance but no surprise: the seed is part of the story. */
export class Story {
  now = NOON;
  state: BlameState = emptyState(NOON);
  /** Requests per second by service and version. */
  readonly traffic = new Map<string, Map<string | null, number>>();
  readonly failures: Failure[] = [];
  readonly verdicts: Verdict[] = [];
  /** What happens to the state between two steps. */
  between: (state: BlameState) => BlameState = (state) => state;
  readonly #random: () => number;
  /** What single events tell draws from its own, so that it does not change what happens. */
  readonly #chance: () => number;
  readonly #seen = new Map<string, number>();
  #changes: Change[] = [];
  #health: DependencyHealth[] = [];

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#chance = seededRandom(seed + 1_000);
  }

  serve(service: string, versions: [string | null, number][]): void {
    this.traffic.set(service, new Map(versions));
  }

  deploy(parts: Partial<Change>): Change {
    const one = change({ at: this.now, ...parts });
    this.#changes.push(one);
    return one;
  }

  report(health: Partial<DependencyHealth> & { name: string }): void {
    this.#health.push({ state: "down", source: "probe", at: this.now, ...health });
  }

  fail(
    issue: (Partial<IssueFacts> & { id: string }) | null,
    service: string,
    share: Failure["share"],
    tell: Failure["tell"] = () => ({}),
  ): void {
    this.failures.push({ facts: issue && facts({ service, ...issue }), service, share, tell });
  }

  /** Lives through `seconds` in steps of ten; returns the verdicts of that time. */
  live(seconds: number): Verdict[] {
    const before = this.verdicts.length;
    for (let passed = 0; passed < seconds; passed += BIN_MS / 1000) this.#step();
    return this.verdicts.slice(before);
  }

  #step(): void {
    const observation: Observation = {
      at: this.now + BIN_MS,
      changes: this.#changes,
      issues: [],
      traffic: [],
      events: [],
      samples: [],
      dependencies: this.#health,
    };
    for (const [service, versions] of this.traffic) {
      for (const [version, rps] of versions) {
        const requests = poissonSample(rps * 10, this.#random);
        const failed = this.failures.filter((one) => one.service === service).map((one) => ({
          one,
          count: poissonSample(requests * one.share(this.now, version), this.#random),
        }));
        for (const { one, count } of failed) {
          if (count === 0 || !one.facts) continue;
          if (!this.#seen.has(one.facts.id)) {
            this.#seen.set(one.facts.id, this.now);
            observation.issues.push({ ...one.facts, firstSeenAt: this.now });
          }
          observation.events.push({ at: this.now, issue: one.facts.id, version, count });
          for (let left = Math.min(count, SAMPLES_OF_STEP); left > 0; left--) {
            const told = one.tell(this.#chance);
            observation.samples.push({
              at: this.now,
              issue: one.facts.id,
              user: null,
              flags: null,
              call: null,
              ...told,
            });
          }
        }
        const failures = Math.min(requests, failed.reduce((sum, { count }) => sum + count, 0));
        observation.traffic.push({ at: this.now, service, version, requests, failures });
      }
    }
    this.#changes = [];
    this.#health = [];
    this.now += BIN_MS;
    const { state, verdicts } = observe(this.between(this.state), observation);
    this.state = state;
    this.verdicts.push(...verdicts);
  }
}

/** The change that was named first in these verdicts, or null. */
export function firstBlame(verdicts: readonly Verdict[]): Verdict | null {
  return verdicts.find(({ decision }) => decision === "blame") ?? null;
}
