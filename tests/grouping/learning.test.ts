import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprintEvent } from "../../supabase/functions/_shared/signals/fingerprint/fingerprint-event.ts";
import {
  canonicalFingerprint,
  EMPTY_LEARNING,
  type GroupingLearning,
  learnMerge,
  learnRefinement,
  learnSplit,
  resolveGrouping,
} from "../../supabase/functions/_shared/signals/fingerprint/learning.ts";
import { suggestRefinement } from "../../supabase/functions/_shared/signals/fingerprint/refinement.ts";
import { event, thrown } from "./events.ts";

const message = (text: string) => event({ message: text });
const group = (text: string) => fingerprintEvent(message(text));
const resolve = (learning: GroupingLearning, text: string) =>
  resolveGrouping(learning, group(text), message(text));

describe("what the grouping learns from merges", () => {
  it("sends events of the merged issue to the other one", () => {
    const learning = learnMerge(EMPTY_LEARNING, group("cart is gone"), group("no cart"));
    expect(resolve(learning, "cart is gone")).toMatchObject({
      fingerprint: group("no cart").fingerprint,
      via: "alias",
    });
    expect(resolve(learning, "no cart").via).toBe("itself");
    expect(resolve(learning, "something else").via).toBe("itself");
    expect(EMPTY_LEARNING.aliases).toEqual({});
  });

  it("ignores the differing words for the next of their kind, and only for those", () => {
    const learning = learnMerge(
      EMPTY_LEARNING,
      group("could not load plugin alpha today"),
      group("could not load plugin beta today"),
    );
    const found = resolve(learning, "could not load plugin gamma today");
    expect(found).toMatchObject({
      fingerprint: group("could not load plugin beta today").fingerprint,
      via: "generalisation",
    });
    expect(found.why).toContain("one part");
    expect(resolve(learning, "could not load theme gamma today").via).toBe("itself");
    expect(resolve(learning, "could not load plugin gamma").via).toBe("itself");
  });

  it("ignores differing frames next time", () => {
    const by = (name: string) =>
      thrown(
        `Error: x\n    at read (/srv/store.ts:1:1)\n    at ${name} (/srv/job.ts:1:1)\n    at work (/srv/queue.ts:1:1)`,
      );
    const learning = learnMerge(
      EMPTY_LEARNING,
      fingerprintEvent(by("nightly")),
      fingerprintEvent(by("hourly")),
    );
    expect(resolveGrouping(learning, fingerprintEvent(by("weekly")), by("weekly"))).toMatchObject({
      fingerprint: fingerprintEvent(by("hourly")).fingerprint,
      via: "generalisation",
    });
  });

  it("learns nothing but the alias when the two have little in common", () => {
    const learning = learnMerge(EMPTY_LEARNING, group("disk full"), group("quota exceeded for tenant"));
    expect(learning.generalisations).toEqual([]);
    expect(Object.keys(learning.aliases)).toHaveLength(1);
  });

  it("widens with further merges", () => {
    let learning = learnMerge(
      EMPTY_LEARNING,
      group("job alpha failed in queue red"),
      group("job beta failed in queue red"),
    );
    learning = learnMerge(
      learning,
      group("job gamma failed in queue blue"),
      group("job beta failed in queue red"),
    );
    expect(learning.generalisations).toHaveLength(1);
    expect(learning.generalisations[0]).toMatchObject({ mergeCount: 2 });
    expect(resolve(learning, "job delta failed in queue green").via).toBe("generalisation");
  });

  it("follows merges of merged issues, whatever the order, without circles", () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 20 }), (merges) => {
      const groupings = "alpha beta gamma delta epsilon zeta eta".split(" ").map((word) =>
        group(`${word} ${word}ly`)
      );
      let learning = EMPTY_LEARNING;
      const parent = groupings.map((_, index) => index);
      const root = (index: number): number => parent[index] === index ? index : root(parent[index]!);
      for (const [from, into] of merges) {
        learning = learnMerge(learning, groupings[from]!, groupings[into]!);
        parent[root(from)] = root(into);
      }
      return groupings.every((one, index) =>
        groupings.every((other, at) =>
          (canonicalFingerprint(learning, one.fingerprint) ===
            canonicalFingerprint(learning, other.fingerprint)) ===
            (root(index) === root(at))
        )
      );
    }));
  });
});

describe("what the grouping learns from splits", () => {
  it("undoes a merge and drops the rule that it taught", () => {
    const [alpha, beta] = [
      group("could not load plugin alpha today"),
      group("could not load plugin beta today"),
    ];
    const learning = learnSplit(learnMerge(EMPTY_LEARNING, alpha, beta), alpha);
    expect(resolve(learning, "could not load plugin alpha today").via).toBe("itself");
    expect(resolve(learning, "could not load plugin gamma today").via).toBe("itself");
  });

  it("does not let a later rule take back what was split", () => {
    const [alpha, beta, gamma] = ["alpha", "beta", "gamma"].map((word) =>
      group(`could not load plugin ${word} today`)
    ) as [
      ReturnType<typeof group>,
      ReturnType<typeof group>,
      ReturnType<typeof group>,
    ];
    let learning = learnSplit(learnMerge(EMPTY_LEARNING, alpha, beta), alpha);
    learning = learnMerge(learning, gamma, beta);
    expect(resolve(learning, "could not load plugin alpha today").via).toBe("itself");
    expect(resolve(learning, "could not load plugin delta today").via).toBe("generalisation");
  });

  it("finds what tells events of one fingerprint apart and keeps them apart from then on", () => {
    const from = (text: string, region: string) =>
      thrown(
        `Error: ${text}\n    at send (/srv/mailer.ts:3:1)\n    at flush (/srv/outbox.ts:3:1)`,
        "Error",
        null,
        { tags: { region } },
      );
    const staying = [from("mailbox 7 is full", "eu"), from("mailbox 9 is full", "us")];
    const leaving = [from("relay refused", "eu")];
    const fingerprint = fingerprintEvent(staying[0]!).fingerprint;
    expect(fingerprintEvent(leaving[0]!).fingerprint).toBe(fingerprint);
    expect(suggestRefinement(staying, leaving)).toBe("value");
    const learning = learnRefinement(EMPTY_LEARNING, fingerprint, "value", staying[0]!);
    const goes = (one: ReturnType<typeof from>) => resolveGrouping(learning, fingerprintEvent(one), one);
    expect(goes(staying[1]!)).toMatchObject({ fingerprint, via: "itself" });
    expect(goes(leaving[0]!).via).toBe("refinement");
    expect(goes(from("relay refused", "us")).fingerprint).toBe(goes(leaving[0]!).fingerprint);
    expect(suggestRefinement([from("same", "eu")], [from("same", "us")])).toBe("tags.region");
    expect(suggestRefinement([from("same", "eu")], [from("same", "eu")])).toBeNull();
  });

  it("survives storage as JSON", () => {
    const learning = learnMerge(
      EMPTY_LEARNING,
      group("could not load plugin alpha today"),
      group("could not load plugin beta today"),
    );
    const stored: GroupingLearning = JSON.parse(JSON.stringify(learning));
    expect(resolve(stored, "could not load plugin gamma today")).toEqual(
      resolve(learning, "could not load plugin gamma today"),
    );
  });
});
