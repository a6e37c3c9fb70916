import { describe, expect, it } from "vitest";
import { users } from "../../../../supabase/functions/_shared/deployments/blame/factors/users.ts";
import { cause, change, favour, guilty, sample, scene } from "../scene.ts";

function nats(names: readonly string[], requests?: number) {
  const given = scene();
  if (requests !== undefined) {
    for (const bin of given.state.services.shop!.bins) {
      for (const cell of Object.values(bin.cells)) cell[0] = requests;
    }
  }
  given.subject.samples = names.map((user) => sample({ user }));
  return favour(users, given, guilty(change()), cause("organic"));
}

describe("whom errors strike", () => {
  it("takes errors of one user for those of an odd input", () => {
    expect(nats(Array(10).fill("ada"))).toBeLessThan(-1);
  });

  it("takes errors of many for those of something that all share", () => {
    expect(nats(["ada", "bob", "cid", "dan", "eve", "fay"])).toBeGreaterThan(0.2);
  });

  it("does not wonder at few users where few are", () => {
    expect(nats(["ada", "bob", "ada", "bob", "ada", "bob"], 1)).toBeGreaterThan(-0.6);
    expect(nats(["ada", "ada", "ada", "ada", "ada", "ada"], 1)).toBeGreaterThan(nats(Array(6).fill("ada")));
  });

  it("says nothing of one event, or where nobody tells", () => {
    expect(nats(["ada"])).toBe(0);
    expect(nats([])).toBe(0);
  });

  it("is not led by a client in a loop beyond measure", () => {
    expect(nats(Array(20).fill("bot"))).toBe(nats(Array(12).fill("bot")));
  });
});
