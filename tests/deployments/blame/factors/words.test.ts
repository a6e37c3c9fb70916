import { describe, expect, it } from "vitest";
import {
  identifiersOf,
  words,
} from "../../../../supabase/functions/_shared/deployments/blame/factors/words.ts";
import { newSubject } from "../../../../supabase/functions/_shared/deployments/blame/state.ts";
import { cause, change, facts, favour, guilty, NOON, scene } from "../scene.ts";

const speaking = (id: string, names: string[]) => change({ id, touched: { functions: {}, words: names } });

describe("words of the diff", () => {
  it.each([
    ["Cannot read properties of undefined (reading 'taxRate')", ["taxrate"]],
    ['column "orders.tax_rate" does not exist', ["orders", "tax_rate"]],
    ["ReferenceError: getTax is not defined", ["gettax"]],
    ["total is not a function", ["total"]],
    ["column orders.tax_rate does not exist", ["tax_rate"]],
    ["Ungültiger Wert für `größe_cm`", ["größe_cm"]],
    ["failed to fetch", []],
    ["", []],
  ])("are told from the words of the language in %s", (text, found) => {
    expect([...identifiersOf(text)].sort()).toEqual(found);
  });

  it("favour the change whose lines speak of what the message speaks of", () => {
    const [touched, other, unknown] = [
      speaking("c1", ["taxrate"]),
      speaking("c2", ["cart"]),
      change({ id: "c3" }),
    ];
    const given = scene({ text: "Cannot read properties of undefined (reading 'taxRate')" }, [
      touched,
      other,
      unknown,
    ]);
    expect(favour(words, given, guilty(touched), cause("organic"))).toBeGreaterThan(2);
    expect(favour(words, given, guilty(other), guilty(unknown))).toBeLessThan(0);
    expect(favour(words, given, guilty(unknown), cause("external"))).toBe(0);
  });

  it("say little where many messages of the service speak of them anyway", () => {
    const touched = speaking("c1", ["userid"]);
    const given = scene({ text: "userId missing" }, [touched]);
    const before = favour(words, given, guilty(touched), cause("organic"));
    for (let index = 0; index < 40; index++) {
      const subject = newSubject(`issue:o${index}`, "issue", "shop", NOON);
      subject.facts = facts({ id: `o${index}`, text: `no userId in request ${index}` });
      given.state.subjects[subject.key] = subject;
    }
    expect(favour(words, given, guilty(touched), cause("organic"))).toBeLessThan(before / 2);
  });

  it("are found in a hostile message in time that grows with its length", () => {
    const cost = (length: number) => {
      const texts = [
        "a".repeat(length),
        "aA".repeat(length / 2),
        "a_".repeat(length / 2),
        `'${"a.".repeat(length / 2)}`,
      ];
      const from = performance.now();
      for (let round = 0; round < 20; round++) for (const text of texts) identifiersOf(text);
      return performance.now() - from;
    };
    cost(2_000);
    expect(cost(16_000)).toBeLessThan(60 * Math.max(1, cost(2_000)));
  });
});
