import { describe, expect, it } from "vitest";
import { place } from "../../../../supabase/functions/_shared/deployments/blame/factors/place.ts";
import { addTraffic, change, favour, guilty, MINUTE, NOON, scene } from "../scene.ts";

const OWN = change();
const OTHER = change({ id: "c2", service: "billing", version: "billing@7" });

function withServices(text = "") {
  const given = scene({ text }, [OWN, OTHER]);
  for (const name of ["billing", "mail"]) {
    addTraffic(given.state, name, { from: NOON - MINUTE, to: NOON, requests: 100 });
  }
  return given;
}

describe("place", () => {
  it("favours the change of the service that fails", () => {
    expect(favour(place, withServices(), guilty(OWN), guilty(OTHER))).toBeGreaterThan(2);
  });

  it("comes round to the called service when the errors name it", () => {
    const silent = favour(place, withServices("timeout"), guilty(OTHER), guilty(OWN));
    const spoken = favour(place, withServices("timeout calling billing"), guilty(OTHER), guilty(OWN));
    expect(spoken).toBeGreaterThan(silent + 2);
  });

  it("holds a change that concerns every service between the two", () => {
    const everywhere = change({ id: "c3", service: null, version: null });
    const given = withServices();
    expect(favour(place, given, guilty(OWN), guilty(everywhere))).toBeGreaterThan(0);
    expect(favour(place, given, guilty(everywhere), guilty(OTHER))).toBeGreaterThan(0);
  });
});
