import { describe, expect, it } from "vitest";
import {
  companions,
  failsSince,
} from "../../../../supabase/functions/_shared/deployments/blame/factors/companions.ts";
import { addTraffic, cause, change, favour, guilty, MINUTE, NOON, scene } from "../scene.ts";

function withOthers(failures: number) {
  const given = scene();
  for (const name of ["mail", "search"]) {
    addTraffic(given.state, name, { from: NOON - 30 * MINUTE, to: NOON, requests: 100 });
    addTraffic(given.state, name, { from: NOON, to: NOON + MINUTE, requests: 100, failures });
  }
  return given;
}

describe("companions", () => {
  it("favours what reaches everything when other services begin to fail as well", () => {
    const given = withOthers(20);
    expect(favour(companions, given, cause("external"), guilty(change()))).toBeGreaterThan(2);
    const everywhere = change({ id: "c2", service: null, version: null, kind: "configuration" });
    expect(favour(companions, given, guilty(everywhere), guilty(change()))).toBeGreaterThan(2);
  });

  it("favours the service's own change when all others stay calm", () => {
    expect(favour(companions, withOthers(0), guilty(change()), cause("external"))).toBeGreaterThan(0.5);
  });

  it("takes a service's silence for nothing when it has hardly any traffic", () => {
    const given = scene();
    addTraffic(given.state, "mail", { from: NOON, to: NOON + MINUTE, requests: 1 });
    expect(failsSince(given.state.services.mail!, NOON)).toBeNull();
    expect(favour(companions, given, guilty(change()), cause("external"))).toBe(0);
  });

  it("expects a change to hurt its own service first when another one is looked at", () => {
    const given = withOthers(20);
    const ofMail = change({ id: "c2", service: "mail", version: "mail@2" });
    expect(favour(companions, given, guilty(ofMail), guilty(change()))).toBeGreaterThan(1);
  });
});
