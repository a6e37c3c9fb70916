import { describe, expect, it } from "vitest";
import { frame, MINUTE, NOON } from "./scene.ts";
import { firstBlame, Story } from "./story.ts";

const SEEDS = [1, 2, 3];
const HOUR = 60 * MINUTE;

/** A shop that has lived quietly for an hour, with an error that always happens now and then. */
function quietShop(seed: number, versions: [string | null, number][] = [["shop@1", 10]]): Story {
  const story = new Story(seed);
  story.serve("shop", versions);
  story.serve("mail", [["mail@1", 5]]);
  story.fail({ id: "usual", category: "network", text: "timeout" }, "shop", () => 5e-4);
  story.deploy({ id: "old", version: "shop@1", at: NOON });
  story.live(3600);
  return story;
}

describe.each(SEEDS)("blame in story %i", (seed) => {
  it("names a bad deployment within a minute, and is sure enough to take it back", () => {
    const story = quietShop(seed);
    const bad = story.deploy({ id: "bad", version: "shop@2", files: ["src/cart/total.ts"] });
    story.serve("shop", [["shop@2", 10]]);
    story.fail({ id: "new", frames: [frame("src/cart/total.ts")] }, "shop", (now) => now >= bad.at ? 0.2 : 0);
    const verdicts = story.live(90);
    expect(firstBlame(verdicts)).toMatchObject({ changeId: "bad" });
    expect(firstBlame(verdicts)!.decidedAt - bad.at).toBeLessThanOrEqual(60_000);
    expect(verdicts.some(({ rollback }) => rollback)).toBe(true);
  });

  it("tells two deployments a minute apart by the labels of the traffic that fails", () => {
    const story = quietShop(seed, [["shop@1", 10]]);
    const first = story.deploy({ id: "first", version: "shop@2" });
    // Half of the traffic goes to each: the first one is a gradual rollout.
    story.serve("shop", [["shop@1", 5], ["shop@2", 5]]);
    story.live(60);
    story.deploy({ id: "second", version: "mail@2", service: "mail" });
    story.serve("mail", [["mail@2", 5]]);
    story.fail({ id: "new" }, "shop", (now, version) => now >= first.at && version === "shop@2" ? 0.05 : 0);
    expect(firstBlame(story.live(180))).toMatchObject({ changeId: "first" });
  });

  it("tells two deployments a minute apart by their files when nothing bears a label", () => {
    const story = quietShop(seed, [[null, 10]]);
    story.deploy({ id: "first", version: null, files: ["src/mailing/send.ts"] });
    story.live(60);
    const second = story.deploy({ id: "second", version: null, files: ["src/cart/total.ts"] });
    story.fail(
      { id: "new", frames: [frame("/var/task/src/cart/total.ts")] },
      "shop",
      (now) => now >= second.at ? 0.2 : 0,
    );
    expect(firstBlame(story.live(180))).toMatchObject({ changeId: "second" });
  });

  it("does not blame the deployment at whose moment a vendor fails", () => {
    const story = quietShop(seed);
    const at = story.now;
    story.deploy({ id: "innocent", version: "shop@2" });
    story.serve("shop", [["shop@2", 10]]);
    story.report({ name: "stripe", state: "down", source: "probe" });
    for (const service of ["shop", "mail"]) {
      story.fail(
        { id: `outage-${service}`, category: "dependency", text: "503 from api.stripe.com" },
        service,
        (now) => now >= at ? 0.3 : 0,
      );
    }
    expect(firstBlame(story.live(300))).toBeNull();
  });

  it("does not blame a deployment for what a traffic spike does", () => {
    const story = quietShop(seed);
    story.deploy({ id: "innocent", version: "shop@2" });
    story.serve("shop", [["shop@2", 10]]);
    story.live(5 * 60);
    const at = story.now;
    story.serve("shop", [["shop@2", 40]]);
    story.serve("mail", [["mail@1", 20]]);
    for (const service of ["shop", "mail"]) {
      story.fail(
        { id: `load-${service}`, category: "resource", text: "pool exhausted" },
        service,
        (now) => now >= at + 30_000 ? 0.05 : 0,
      );
    }
    expect(firstBlame(story.live(300))).toBeNull();
  });

  it("does not blame a deployment of hours ago for a slow leak that begins now", () => {
    const story = quietShop(seed);
    story.deploy({ id: "innocent", version: "shop@2" });
    story.serve("shop", [["shop@2", 10]]);
    story.live(2 * 3600);
    const at = story.now;
    story.fail(
      { id: "leak", category: "resource", text: "out of memory" },
      "shop",
      (now) => now < at ? 0 : 0.1 * Math.min(1, (now - at) / (2 * HOUR)),
    );
    expect(firstBlame(story.live(3600))).toBeNull();
  });

  it("names a deployment whose fault shows after hours, when the stack points at what it touched", () => {
    const story = quietShop(seed);
    story.deploy({ id: "other", version: "mail@2", service: "mail", files: ["src/mail/send.ts"] });
    story.deploy({ id: "late", version: "shop@2", files: ["src/jobs/nightly.ts"] });
    story.serve("shop", [["shop@2", 10]]);
    story.serve("mail", [["mail@2", 5]]);
    story.live(4 * 3600);
    const at = story.now;
    story.fail({ id: "new", frames: [frame("src/jobs/nightly.ts")] }, "shop", (now) => now >= at ? 0.4 : 0);
    expect(firstBlame(story.live(600))).toMatchObject({ changeId: "late" });
  });

  it("names a deployment whose requests fail without an error event", () => {
    const story = quietShop(seed);
    const bad = story.deploy({ id: "bad", version: "shop@2" });
    story.serve("shop", [["shop@2", 10]]);
    story.fail(null, "shop", (now) => now >= bad.at ? 0.1 : 0);
    const blame = firstBlame(story.live(180));
    expect(blame).toMatchObject({ changeId: "bad", subject: "rate:shop" });
  });

  it("turns to the other suspect when the one that was named is taken back and the errors go on", () => {
    const story = quietShop(seed, [[null, 10]]);
    const parts = { version: null, kind: "configuration" as const };
    story.deploy({ ...parts, id: "guilty", names: ["first_setting"] });
    story.live(30);
    const innocent = story.deploy({ ...parts, id: "innocent", names: ["second_setting"] });
    story.fail(
      { id: "new", text: "bad value of second_setting" },
      "shop",
      (now) => now >= innocent.at ? 0.3 : 0,
    );
    expect(firstBlame(story.live(180))).toMatchObject({ changeId: "innocent" });
    story.deploy({ ...innocent, revertedAt: story.now });
    expect(firstBlame(story.live(600).filter(({ changeId }) => changeId !== "innocent"))).toMatchObject({
      changeId: "guilty",
    });
  });

  it.each(["with an error that always happens", "without an error event"])(
    "names a release that fails on the twentieth of the traffic that it has, among the errors of all the rest, %s",
    (how) => {
      const story = new Story(seed);
      const issue = how.startsWith("with ") ? { id: "usual" } : null;
      story.serve("shop", [["shop@1", 20]]);
      story.fail(issue, "shop", (_, version) => version === "shop@2" ? 0.15 : 0.01);
      story.deploy({ id: "old", version: "shop@1", at: NOON });
      story.live(3600);
      const canary = story.deploy({
        id: "canary",
        version: "shop@2",
        rollout: [{ at: story.now, share: 0.05 }, { at: story.now + HOUR, share: 1 }],
      });
      story.serve("shop", [["shop@1", 19], ["shop@2", 1]]);
      const blame = firstBlame(story.live(300));
      expect(blame).toMatchObject({ changeId: "canary" });
      expect(blame!.decidedAt - canary.at).toBeLessThanOrEqual(100_000);
    },
  );

  it("names a release that has reached one request in a hundred and spoils what all share", () => {
    const story = quietShop(seed, [[null, 10]]);
    const canary = story.deploy({
      id: "canary",
      version: null,
      rollout: [{ at: story.now, share: 0.01 }, { at: story.now + HOUR, share: 1 }],
      files: ["src/cart/total.ts"],
    });
    story.fail(
      { id: "new", frames: [frame("src/cart/total.ts")] },
      "shop",
      (now) => now >= canary.at ? 0.9 : 0,
    );
    expect(firstBlame(story.live(120))).toMatchObject({ changeId: "canary" });
  });

  it("names a release that is reported after errors that bear its version", () => {
    const story = quietShop(seed);
    story.fail(
      { id: "old-friend", text: "bad total" },
      "shop",
      (_, version) => version === "shop@2" ? 0.3 : 1e-3,
    );
    story.live(3600);
    story.serve("shop", [["shop@2", 10]]);
    story.live(20);
    story.deploy({ id: "bad", version: "shop@2", at: story.now - 5_000 });
    expect(firstBlame(story.live(120))).toMatchObject({ changeId: "bad" });
  });

  it("names nobody on a day on which many things change and nothing breaks", () => {
    const story = quietShop(seed);
    for (let hour = 0; hour < 4; hour++) {
      for (const [index, service] of ["shop", "mail"].entries()) {
        const version = `${service}@${hour + 2}`;
        story.deploy({ id: version, service, version });
        story.serve(service, [[version, index === 0 ? 10 : 5]]);
        story.live(30 * 60);
      }
    }
    expect(firstBlame(story.verdicts)).toBeNull();
  });
});
