import { describe, expect, it } from "vitest";
import {
  fadeExperience,
  hazardsOf,
  learnTrouble,
  troubledShare,
} from "../../../supabase/functions/_shared/deployments/blame/hazard.ts";
import { PUBLIC_PRIORS } from "../../../supabase/functions/_shared/deployments/blame/priors.ts";
import { newService, newSubject } from "../../../supabase/functions/_shared/deployments/blame/state.ts";
import type { OtherCause, Verdict } from "../../../supabase/functions/_shared/deployments/blame/types.ts";
import { facts, MINUTE, NOON, scene } from "./scene.ts";

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const OLD = { firstSeenAt: NOON - 20 * DAY };

/** A project that has been watched for `days`. */
function watched(days: number, issue: Parameters<typeof scene>[0] = OLD) {
  const given = scene(issue);
  given.state.startedAt = given.now - days * DAY;
  return given;
}

/** An episode of the subject that ended with this cause, so many hours ago. */
function past(given: ReturnType<typeof scene>, other: OtherCause, hoursAgo: number, subject = given.subject) {
  const at = given.now - hoursAgo * HOUR;
  learnTrouble(given.state, subject, {
    openedAt: at,
    firstEventAt: at,
    shared: {},
    verdict: { other } as Verdict,
    settledAt: null,
    blamed: false,
    continues: false,
  });
  subject.lastBurstAt = at;
}

describe("how often things go wrong by themselves", () => {
  it("is what is known of others until a project was watched", () => {
    const hazards = hazardsOf(watched(0), false);
    const { external, traffic, leak, burst } = PUBLIC_PRIORS.hazardPerHour;
    expect(hazards.external).toBeCloseTo(external, 3);
    expect(hazards.traffic).toBeCloseTo(traffic, 3);
    expect(hazards.leak).toBeCloseTo(leak, 3);
    expect(hazards.organic).toBeCloseTo(burst, 3);
  });

  it("falls while nothing happens, and rises with what does", () => {
    const calm = hazardsOf(watched(10), false);
    expect(calm.external).toBeLessThan(PUBLIC_PRIORS.hazardPerHour.external / 4);
    const shaken = watched(10);
    for (const hours of [200, 150, 100, 50, 2]) past(shaken, "external", hours);
    expect(hazardsOf(shaken, false).external).toBeGreaterThan(calm.external * 4);
  });

  it("tells an issue that often flares up from one that never did", () => {
    const given = watched(10);
    const quiet = newSubject("issue:2", "issue", "shop", NOON);
    quiet.facts = facts({ ...OLD, id: "2" });
    given.state.subjects[quiet.key] = quiet;
    for (const hours of [200, 100, 50, 3]) past(given, "organic", hours);
    const often = hazardsOf(given, false).organic;
    const never = hazardsOf({ ...given, subject: quiet }, false).organic;
    expect(often).toBeGreaterThan(never * 3);
  });

  it("lets what one service suffers be expected of the others, though less", () => {
    const given = watched(10);
    given.state.services.mail = newService();
    given.state.services.mail.troubles.external = 10;
    const alone = hazardsOf(watched(10), false).external;
    const beside = hazardsOf(given, false).external;
    expect(beside).toBeGreaterThan(alone * 1.5);
    given.state.services.shop!.troubles.external = 10;
    expect(hazardsOf(given, false).external).toBeGreaterThan(beside * 1.5);
  });

  it("counts rises of one trouble once", () => {
    const given = watched(1);
    past(given, "external", 2);
    given.state.services.shop!.lastTroubleAt.external = given.now - 2 * HOUR;
    past(given, "external", 1.9);
    expect(given.state.services.shop!.troubles.external).toBe(1);
  });

  it("forgets within weeks", () => {
    const given = watched(1);
    past(given, "traffic", 2);
    fadeExperience(given.state, 7 * DAY);
    expect(given.state.services.shop!.troubles.traffic).toBeCloseTo(0.5, 5);
  });

  it("knows how much of the time some vendor is in trouble here", () => {
    const given = watched(10);
    const calm = troubledShare(given, "calls", 0.05);
    given.state.dependencies.mailer = { name: "mailer", state: "down", source: "calls", at: NOON };
    for (let hour = 0; hour < 48; hour++) fadeExperience(given.state, HOUR);
    expect(calm).toBeLessThan(0.02);
    expect(troubledShare(given, "calls", 0.05)).toBeGreaterThan(0.15);
    expect(troubledShare(given, "independent", 0.004)).toBeLessThan(0.004);
  });
});
