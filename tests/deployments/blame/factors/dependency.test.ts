import { describe, expect, it } from "vitest";
import { dependency } from "../../../../supabase/functions/_shared/deployments/blame/factors/dependency.ts";
import type { Category } from "../../../../supabase/functions/_shared/diagnose/diagnosis.ts";
import type { DependencyHealth } from "../../../../supabase/functions/_shared/deployments/blame/types.ts";
import { cause, change, favour, guilty, MINUTE, NOON, sample, scene } from "../scene.ts";

function withHealth(text: string, health: Partial<DependencyHealth>, category: Category = "runtime") {
  const given = scene({ text, category });
  given.state.dependencies.stripe = { name: "stripe", state: "down", source: "probe", at: NOON, ...health };
  return given;
}

describe("health of dependencies", () => {
  it("favours the outage when a witness that does not run our code reports it", () => {
    const given = withHealth("fetch failed", { source: "status_page" });
    expect(favour(dependency, given, cause("external"), guilty(change()))).toBeGreaterThan(3);
  });

  it("makes less of our own calls failing, which a bad change can cause too", () => {
    const probe = favour(
      dependency,
      withHealth("", { source: "probe" }),
      cause("external"),
      guilty(change()),
    );
    const calls = favour(
      dependency,
      withHealth("", { source: "calls" }),
      cause("external"),
      guilty(change()),
    );
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThan(probe - 1);
  });

  it("does not count failing calls and errors that name the vendor as two coincidences for a change", () => {
    const text = "authentication failure calling stripe";
    const given = withHealth(text, { source: "calls" }, "authentication");
    // A change can break our calls to a vendor; an error of its own only happens beside an outage.
    expect(favour(dependency, given, guilty(change()), cause("organic"))).toBeGreaterThan(1.5);
  });

  it("expects the categories of an outage from a change that breaks such calls", () => {
    const seen = (category: Category) =>
      favour(
        dependency,
        withHealth("failure calling stripe", { source: "calls" }, category),
        guilty(change()),
        cause("organic"),
      );
    expect(seen("network")).toBeGreaterThan(seen("runtime") + 1);
  });

  it("favours the change when dependencies are known, none is in trouble and none is named", () => {
    const given = withHealth("undefined is not a function", { state: "up" });
    given.now = NOON + 3 * MINUTE;
    expect(favour(dependency, given, guilty(change()), cause("external"))).toBeGreaterThan(1);
  });

  it("does not count trouble that is older than the rise by a quarter of an hour", () => {
    const old = withHealth("", { at: NOON - 20 * MINUTE });
    const calm = withHealth("", { state: "up" });
    expect(favour(dependency, old, cause("external"), guilty(change())))
      .toBeCloseTo(favour(dependency, calm, cause("external"), guilty(change())), 10);
  });

  it("says nothing where no dependency is known", () => {
    expect(favour(dependency, scene({ text: "stripe" }), cause("external"), guilty(change()))).toBeCloseTo(
      0,
      10,
    );
  });

  describe("calls before the events", () => {
    function seen(failed: readonly boolean[], category: Category = "network") {
      const given = scene({ text: "fetch failed", category });
      given.subject.samples = failed.map((one) => sample({ call: { host: "api.stripe.com", failed: one } }));
      return given;
    }
    const external = (failed: readonly boolean[], category?: Category) =>
      favour(dependency, seen(failed, category), cause("external"), guilty(change()));

    it("favours the outage when they failed, most where the error itself does not say so", () => {
      expect(external([true, true, true, true])).toBeGreaterThan(0.3);
      expect(external([true, true, true, true], "runtime")).toBeGreaterThan(1.5);
    });

    it("favours the change when they went well", () => {
      expect(external([false, false, false, false])).toBeLessThan(-0.8);
    });

    it("makes nothing of one call in many that failed", () => {
      expect(external([true, ...Array<boolean>(15).fill(false)])).toBeLessThan(-0.5);
    });

    it("expects failed calls of a change that breaks them", () => {
      const given = (failed: boolean) => {
        const told = withHealth("failure calling stripe", { source: "calls" }, "authentication");
        told.subject.samples = [1, 2, 3].map(() => sample({ call: { host: "api.stripe.com", failed } }));
        return favour(dependency, told, guilty(change()), cause("organic"));
      };
      expect(given(true)).toBeGreaterThan(given(false) + 0.5);
    });

    it("names the host", () => {
      const given = withHealth("", { state: "up" });
      given.subject.samples = [true, true, false].map((failed) =>
        sample({ call: { host: failed ? "api.stripe.com" : null, failed } })
      );
      expect(dependency(given).statement(cause("external"))).toContain(
        "follow on calls to api.stripe.com that failed",
      );
    });
  });
});
