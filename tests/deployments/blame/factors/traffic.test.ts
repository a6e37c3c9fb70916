import { describe, expect, it } from "vitest";
import {
  traffic,
  trafficRatio,
} from "../../../../supabase/functions/_shared/deployments/blame/factors/traffic.ts";
import { addTraffic, cause, change, favour, guilty, MINUTE, NOON, scene } from "../scene.ts";

describe("level of traffic", () => {
  it("favours load when traffic is several times its level before", () => {
    const given = scene();
    addTraffic(given.state, "shop", { from: NOON - MINUTE, to: NOON + MINUTE, requests: 250 });
    expect(trafficRatio(given.state.services.shop, given.firstEventAt)).toBeCloseTo(3.5, 1);
    expect(favour(traffic, given, cause("traffic"), guilty(change()))).toBeGreaterThan(4);
  });

  it("favours the change when traffic is as ever", () => {
    expect(favour(traffic, scene(), guilty(change()), cause("traffic"))).toBeGreaterThan(3);
  });

  it("says nothing when there is too little traffic to have a level", () => {
    const given = scene();
    given.state.services.shop!.bins = [];
    expect(trafficRatio(given.state.services.shop, given.firstEventAt)).toBeNull();
    expect(favour(traffic, given, guilty(change()), cause("traffic"))).toBe(0);
  });
});
