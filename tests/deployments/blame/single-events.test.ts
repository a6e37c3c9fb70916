import { describe, expect, it } from "vitest";
import { SAMPLE_LIMIT } from "../../../supabase/functions/_shared/deployments/blame/state.ts";
import { MINUTE, NOON } from "./scene.ts";
import { firstBlame, Story } from "./story.ts";

const SEEDS = [1, 2, 3];
const FLAG = { kind: "flag" as const, version: null, service: null, names: ["new-checkout"], value: true };
const SETTING = {
  kind: "configuration" as const,
  version: null,
  service: null,
  names: ["PAYMENT_TIMEOUT_MS"],
};

/** Two services without labels that have lived quietly for an hour, with errors that always happen now and then. */
function quiet(seed: number): Story {
  const story = new Story(seed);
  story.serve("shop", [[null, 10]]);
  story.serve("mail", [[null, 5]]);
  for (const id of ["usual", "seldom"]) {
    story.fail({ id, category: "runtime", text: "cannot read it" }, "shop", () => 5e-4);
  }
  story.deploy({ id: "old", version: null, at: NOON });
  story.live(3600);
  return story;
}

describe.each(SEEDS)("single events in story %i", (seed) => {
  /** A tenth of the users have each of two flags since the same moment; one of the flags breaks what a known error says. */
  function twoFlags(tell: boolean): Story {
    const story = quiet(seed);
    const at = story.now;
    const rollout = [{ at, share: 0.1 }];
    story.deploy({ ...FLAG, id: "guilty", rollout });
    story.deploy({ ...FLAG, id: "innocent", names: ["dark-mode"], rollout });
    story.fail(
      { id: "new" },
      "shop",
      (now) => now >= at ? 0.03 : 0,
      (random) => tell ? { flags: { "new-checkout": true, "dark-mode": random() < 0.1 } } : {},
    );
    return story;
  }

  it("tell which of two flags the failing users have", () => {
    const blame = firstBlame(twoFlags(true).live(120));
    expect(blame).toMatchObject({ changeId: "guilty" });
    expect(blame!.probability).toBeGreaterThan(0.95);
    expect(blame!.factors.map(({ name }) => name)).toContain("flags");
    const undecided = twoFlags(false).live(120).at(-1)!;
    expect(undecided.hypotheses[0]!.probability).toBeLessThan(0.6);
  });

  it("keep a setting from being blamed for what one user's odd input does", () => {
    const verdicts = [true, false].map((isOne) => {
      const story = quiet(seed);
      const at = story.now + 3 * MINUTE;
      story.deploy({ ...SETTING, id: "innocent" });
      story.fail(
        { id: "odd", category: "validation" },
        "shop",
        (now) => now >= at ? 0.01 : 0,
        (random) => ({ user: isOne ? "ada" : String(random()) }),
      );
      return story.live(5 * 60).at(-1)!;
    });
    const [one, many] = verdicts.map(({ hypotheses }) =>
      hypotheses.find(({ changeId }) => changeId === "innocent")?.probability ?? 0
    );
    expect(one!).toBeLessThan(many! / 2);
  });

  it("tell of a vendor that does not answer, though no message names it", () => {
    const story = quiet(seed);
    const at = story.now;
    story.deploy({ ...SETTING, id: "innocent", at: at - MINUTE });
    story.report({ name: "stripe", state: "up", source: "calls" });
    story.fail(
      { id: "new", category: "runtime", text: "undefined has no amount" },
      "shop",
      (now) => now >= at ? 0.2 : 0,
      () => ({ call: { host: "api.stripe.com", failed: true } }),
    );
    const external = (verdict: { hypotheses: { other: string | null; probability: number }[] }) =>
      verdict.hypotheses.find(({ other }) => other === "external")?.probability ?? 0;
    const seen = story.live(60).at(-1)!;
    const blind = quiet(seed);
    blind.deploy({ ...SETTING, id: "innocent", at: blind.now - MINUTE });
    blind.report({ name: "stripe", state: "up", source: "calls" });
    blind.fail({ id: "new", text: "undefined has no amount" }, "shop", (now) => now >= at ? 0.2 : 0);
    expect(external(seen)).toBeGreaterThan(3 * external(blind.live(60).at(-1)!));
  });

  it("are kept for each issue up to a bound, the latest ones, and only as long as details are", () => {
    const story = quiet(seed);
    const at = story.now;
    story.fail({ id: "storm" }, "shop", (now) => now >= at && now < at + 5 * MINUTE ? 0.9 : 0);
    story.live(5 * 60);
    const kept = () => story.state.subjects["issue:storm"]!.samples;
    expect(kept()).toHaveLength(SAMPLE_LIMIT);
    expect(kept()[0]!.at).toBeGreaterThanOrEqual(at + 4 * MINUTE);
    expect(kept().map((one) => one.at)).toEqual(kept().map((one) => one.at).sort((a, b) => a - b));
  });

  it("show a rise that comes with a later step of a rollout", () => {
    const story = quiet(seed);
    const at = story.now;
    const steps = [{ at, share: 0.01 }, { at: at + 15 * MINUTE, share: 0.5 }];
    const share = (now: number) => steps.findLast((step) => step.at <= now)?.share ?? 0;
    story.deploy({ ...FLAG, id: "guilty", rollout: steps });
    story.deploy({ ...SETTING, id: "innocent", at: at - 5 * MINUTE });
    story.fail({ id: "usual", text: "cannot read it" }, "shop", (now) => 0.1 * share(now));
    story.live(15 * 60);
    expect(firstBlame(story.live(120))).toMatchObject({ changeId: "guilty" });
  });
});
