import { namesOf } from "../../supabase/functions/_shared/deployments/blame/factors/source.ts";
import type { Sample } from "../../supabase/functions/_shared/deployments/blame/types.ts";
import type { Category } from "../../supabase/functions/_shared/diagnose/diagnosis.ts";
import { FLAGS, KEYS, shareAt, type SimChange } from "./changes.ts";
import { MINUTE, type SimFault } from "./faults/fault.ts";
import type { Mix } from "./mixes.ts";
import type { SimIssue, SimService } from "./project.ts";
import type { Random } from "./random.ts";

/** Events of one issue and version that are looked at closely in one step, at most. */
const SAMPLES_OF_STEP = 5;

/** Share of the causes whose errors nearly all strike one user or one client of a machine: odd inputs, customers with a setting of their own. */
export const ONE_USER_SHARE = { own: 0.5, change: 0.08, other: 0.02 };
/** Share of the events of such a cause that are that user's, and of all others that come from whoever failed just before, once more. */
const HIS_SHARE = 0.95;
const AGAIN_SHARE = 0.3;
/** Requests of one user come this far apart, for so long. */
const USER_PAUSE_S = 15;
const USER_STAYS_MS = 10 * MINUTE;

/** Share of the errors of a flag in whose scope its value is found, and of all other errors that happened to ask for a flag of theirs. */
export const FLAG_ASKED_SHARE = { guilty: 0.9, innocent: 0.4 };
const FLAG_LOST_SHARE = 0.05;
const FLAG_LATELY_MS = 48 * 60 * MINUTE;

/** Share of the errors that follow on a call that failed, by whether a vendor is the cause and whether they are made on the wire. */
export const FOLLOWS_SHARE = { vendor: { wire: 0.85, code: 0.5 }, other: { wire: 0.45, code: 0.05 } };
const CALL_TOLD_SHARE = 0.9;
const CALL_FAILS_ANYWAY_SHARE = 0.04;
const ON_THE_WIRE: readonly Category[] = ["dependency", "network", "rate_limit", "ai"];

/** Share of the new issues of a setting in whose source it is named, and of all other issues that name some setting or other. */
export const SOURCE_NAMES_SHARE = { configuration: 0.25, flag: 0.4, innocent: 0.012 };

/** What single events tell: who suffered, which flags he had, which calls had failed. */
export class SampleMaker {
  readonly #traits: Random;
  readonly #mix: Mix;
  readonly #lastUser = new Map<string, string>();

  constructor(traits: Random, mix: Mix) {
    this.#traits = traits;
    this.#mix = mix;
  }

  /** Of `count` events of an issue that a fault, or nothing but chance, made in one step. */
  take(
    random: Random,
    { service, issue, fault, count, live, now }: {
      service: SimService;
      issue: SimIssue;
      fault: SimFault | null;
      count: number;
      live: readonly SimChange[];
      now: number;
    },
  ): Sample[] {
    return Array.from({ length: Math.min(count, SAMPLES_OF_STEP) }, () => {
      const user = this.#userOf(random, service, issue, fault, now);
      const tells = (what: string, untold: number) => !this.#trait(`${service.name} ${what}`, untold);
      return {
        at: now,
        issue: issue.id,
        user: tells("users", this.#mix.usersUntoldShare) ? user : null,
        flags: tells("flags", this.#mix.flagsUntoldShare)
          ? this.#flagsOf(random, service, issue, fault, user, live, now)
          : null,
        call: tells("calls", this.#mix.callsUntoldShare) ? this.#callOf(random, service, issue, fault) : null,
      };
    });
  }

  /** Names in the source around the frames of an issue that is seen for the first time. */
  sourceOf(service: SimService, issue: SimIssue, fault: SimFault | null): string[] | null {
    if (this.#trait(`${service.name} source`, this.#mix.sourceUntoldShare)) return null;
    const guilty = fault?.change ?? null;
    const named = [...KEYS, ...FLAGS].filter((name) => {
      const share = name === guilty?.keyName && (guilty.kind === "configuration" || guilty.kind === "flag")
        ? SOURCE_NAMES_SHARE[guilty.kind]
        : SOURCE_NAMES_SHARE.innocent;
      return this.#trait(`${issue.id} names ${name}`, share);
    });
    return [...namesOf(named.join(" "))];
  }

  #userOf(random: Random, service: SimService, issue: SimIssue, fault: SimFault | null, now: number): string {
    const cause = causeOf(issue, fault);
    const share = fault === null
      ? 0
      : fault.change
      ? ONE_USER_SHARE.change
      : fault.scenario === "burst" || fault.scenario === "new_rare_issue"
      ? ONE_USER_SHARE.own
      : ONE_USER_SHARE.other;
    if (this.#trait(`${fault?.id} one user`, share) && random.chance(HIS_SHARE)) return `of ${fault?.id}`;
    const last = this.#lastUser.get(cause);
    if (last !== undefined && random.chance(AGAIN_SHARE)) return last;
    const active = Math.max(3, Math.round(service.rps * USER_PAUSE_S));
    const user = `${Math.floor(now / USER_STAYS_MS)}.${random.integer(1, active)}`;
    this.#lastUser.set(cause, user);
    return user;
  }

  #flagsOf(
    random: Random,
    service: SimService,
    issue: SimIssue,
    fault: SimFault | null,
    user: string,
    live: readonly SimChange[],
    now: number,
  ): Record<string, boolean> {
    const latest = new Map<string, SimChange>();
    for (const change of live) {
      if (change.kind !== "flag" || change.effectiveAt < now - FLAG_LATELY_MS) continue;
      if (change.service === null || change.service === service) latest.set(change.keyName, change);
    }
    const values: Record<string, boolean> = {};
    for (const [name, change] of latest) {
      const culprit = fault?.change?.keyName === name &&
          (fault.change.service === null || fault.change.service === service)
        ? fault.change
        : null;
      const share = FLAG_ASKED_SHARE[culprit ? "guilty" : "innocent"];
      if (!this.#trait(`${causeOf(issue, fault)} asks ${name}`, share) || random.chance(FLAG_LOST_SHARE)) {
        continue;
      }
      const confined = fault?.effects.find((effect) => effect.service === service)?.confined;
      // Who has the new value keeps it.
      const has = culprit && confined
        ? culprit.reported.value
        : this.#trait(`${user} ${change.reported.id}`, shareAt(change, now)) === change.reported.value;
      values[name] = has!;
    }
    return values;
  }

  #callOf(random: Random, service: SimService, issue: SimIssue, fault: SimFault | null): Sample["call"] {
    const where = ON_THE_WIRE.includes(issue.category) ? "wire" : "code";
    const share = FOLLOWS_SHARE[fault?.vendor ? "vendor" : "other"][where];
    const follows = this.#trait(`${causeOf(issue, fault)} follows`, share);
    const vendor = fault?.vendor ?? service.dependencies[0];
    return {
      host: vendor === undefined ? null : `api.${vendor}.com`,
      failed: vendor !== undefined && random.chance(follows ? CALL_TOLD_SHARE : CALL_FAILS_ANYWAY_SHARE),
    };
  }

  /** Whether something has a property that so large a share of its kind has: always the same answer. */
  #trait(key: string, share: number): boolean {
    let hash = 0x811c9dc5;
    for (const char of key) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
    return this.#traits.stream(hash).chance(share);
  }
}

function causeOf(issue: SimIssue, fault: SimFault | null): string {
  return `${issue.id} ${fault?.id ?? ""}`;
}
