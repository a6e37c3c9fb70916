import { describe, expect, it } from "vitest";
import type { Change } from "../../../supabase/functions/_shared/deployments/blame/types.ts";
import { MINUTE } from "./scene.ts";
import { firstBlame, Story } from "./story.ts";

const SEEDS = [1, 2, 3];
/** A fault that shows after hours and points at nothing: too little to name the change. */
const SHARE = 0.02;

/** A shop with a bad release and a harmless setting, hours after which an error comes up; `until` says when that ends. */
function lateFault(seed: number, until: () => number): { story: Story; guilty: Change } {
  const story = new Story(seed);
  story.serve("shop", [["shop@1", 10]]);
  story.fail({ id: "usual", category: "network", text: "timeout" }, "shop", () => 5e-4);
  story.live(3600);
  const guilty = story.deploy({
    id: "guilty",
    version: "shop@2",
    files: ["src/cart/total.ts", "src/cart/tax.ts"],
  });
  story.deploy({ id: "harmless", version: null, kind: "configuration", names: ["pool_size"] });
  story.serve("shop", [["shop@2", 10]]);
  story.live(3 * 3600);
  const began = story.now;
  story.fail({ id: "late" }, "shop", (now) => now >= began && now < until() ? SHARE : 0);
  return { story, guilty };
}

describe.each(SEEDS)("hindsight in story %i", (seed) => {
  it("names what was taken back when the errors ended with it", () => {
    let takenBackAt = Infinity;
    const { story, guilty } = lateFault(seed, () => takenBackAt);
    expect(firstBlame(story.live(50 * 60))).toBeNull();
    takenBackAt = story.now;
    story.deploy({ ...guilty, revertedAt: takenBackAt });
    const blame = firstBlame(story.live(5 * 60))!;
    expect(blame).toMatchObject({ changeId: "guilty", subject: "issue:late", rollback: false });
    expect(blame.factors).toMatchObject([{ name: "hindsight" }]);
    expect(blame.hypotheses.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 1);
    expect(blame.decidedAt - takenBackAt).toBeLessThanOrEqual(3 * MINUTE);
  });

  it("says it once, and does not count the rise among those that come by themselves", () => {
    let takenBackAt = Infinity;
    const { story, guilty } = lateFault(seed, () => takenBackAt);
    const troubles = () =>
      Object.values(story.state.services["shop"]!.troubles).reduce((sum, seen) => sum + seen, 0);
    const before = troubles();
    story.live(50 * 60);
    expect(troubles()).toBeGreaterThan(before + 0.9);
    takenBackAt = story.now;
    story.deploy({ ...guilty, revertedAt: takenBackAt });
    const named = story.live(20 * 60).filter(({ decision }) => decision === "blame");
    expect(named).toHaveLength(1);
    expect(troubles()).toBeLessThanOrEqual(before);
  });

  it("names what a later deployment mended, when the errors ended with it and it touches the same file", () => {
    let mendedAt = Infinity;
    const { story } = lateFault(seed, () => mendedAt);
    story.live(50 * 60);
    mendedAt = story.now;
    story.deploy({ id: "fix", version: "shop@3", files: ["src/cart/tax.ts"] });
    story.serve("shop", [["shop@3", 10]]);
    const blame = firstBlame(story.live(10 * 60))!;
    expect(blame).toMatchObject({ changeId: "guilty", subject: "issue:late", rollback: false });
    expect(blame.factors[0]!.statement).toContain("shop@3");
  });

  it("names nobody when the errors end with a deployment of other files, or go on after one of the same", () => {
    for (const [files, ends] of [[["src/mail/send.ts"], true], [["src/cart/tax.ts"], false]] as const) {
      let mendedAt = Infinity;
      const { story } = lateFault(seed, () => mendedAt);
      story.live(50 * 60);
      if (ends) mendedAt = story.now;
      story.deploy({ id: "next", version: "shop@3", files: [...files] });
      story.serve("shop", [["shop@3", 10]]);
      expect(firstBlame(story.live(20 * 60))).toBeNull();
    }
  });

  it("acquits what was taken back when the errors go on", () => {
    const { story, guilty } = lateFault(seed, () => Infinity);
    story.live(50 * 60);
    story.deploy({ ...guilty, revertedAt: story.now });
    expect(firstBlame(story.live(20 * 60))).toBeNull();
  });

  it("names nobody when the errors had ended before", () => {
    let over = Infinity;
    const { story, guilty } = lateFault(seed, () => over);
    story.live(50 * 60);
    over = story.now;
    story.live(15 * 60);
    story.deploy({ ...guilty, revertedAt: story.now });
    expect(firstBlame(story.live(20 * 60))).toBeNull();
  });

  it("names nobody when what was taken back came after the rise", () => {
    let over = Infinity;
    const { story } = lateFault(seed, () => over);
    story.live(20 * 60);
    const late = story.deploy({ id: "late", version: null, kind: "configuration" });
    story.live(30 * 60);
    over = story.now;
    story.deploy({ ...late, revertedAt: over });
    expect(firstBlame(story.live(20 * 60).filter(({ changeId }) => changeId === "late"))).toBeNull();
  });
});
