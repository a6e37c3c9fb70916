import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAmongFirst } from "../../supabase/functions/_shared/deployments/canary/assign.ts";
import { type Tenants, tenants } from "./support/tenants.ts";

let given: Tenants;
let key: string;
beforeAll(async () => {
  given = await tenants();
  key = await given.addKey(given.project, { purpose: "configuration" });
}, 60_000);
afterAll(() => given.platform.stop());

const entries = () => `configuration/${given.project}/entries`;
const start = (name: string, body: object, who: Parameters<Tenants["call"]>[0] = "operator") =>
  given.call(who, "POST", `${entries()}/${name}/rollout`, body);
const set = async (name: string, value: unknown) => {
  const answer = await given.call("operator", "PUT", `${entries()}/${name}`, {
    value,
    expected_version: 0,
    reason: "as before",
  });
  expect(answer.status).toBe(200);
};
const read = async (unit?: string) => {
  const query = unit === undefined ? "" : `?unit=${unit}`;
  return (await given.call({ key }, "GET", `configuration/${given.project}${query}`)).json;
};
const units = Array.from({ length: 60 }, (_, index) => `web-${index}`);
const first = async (name: string) => {
  const answers = await Promise.all(units.map(read));
  return units.filter((_, index) => name in answers[index].rollouts);
};

describe("a gradual change of configuration", () => {
  it(
    "is in force for a share of the units, who say so in their release, and for the same ones when the share grows",
    async () => {
      await set("app.page_size", 20);
      const started = await start("app.page_size", {
        value: 50,
        expected_version: 1,
        reason: "faster",
        stages: [0.2, 0.5],
      });
      expect(started).toMatchObject({ status: 200, json: { version: 2, share: 0.2, status: "active" } });
      const fifth = await first("app.page_size");
      expect(fifth.length).toBeGreaterThan(2);
      expect(fifth.length).toBeLessThan(25);
      expect(await read(fifth[0])).toMatchObject({
        values: { "app.page_size": 50 },
        versions: { "app.page_size": 2 },
        release_suffix: `+rollout.${started.json.id}`,
      });
      const other = units.find((unit) => !fifth.includes(unit));
      for (const unit of [other, undefined]) {
        expect(await read(unit)).toMatchObject({
          values: { "app.page_size": 20 },
          versions: { "app.page_size": 1 },
          rollouts: {},
          release_suffix: "",
        });
      }
      const advance = (share: number) =>
        given.call("operator", "POST", `${entries()}/app.page_size/rollout/advance`, { version: 2, share });
      expect((await advance(0.5)).status).toBe(409);
      expect(await advance(0.2)).toMatchObject({ status: 200, json: { share: 0.5, status: "active" } });
      const half = await first("app.page_size");
      expect(half.length).toBeGreaterThan(15);
      expect(half.length).toBeLessThan(45);
      for (const unit of fifth) expect(half).toContain(unit);
      expect(await advance(0.5)).toMatchObject({ json: { share: 1, status: "completed" } });
      expect(await read(other)).toMatchObject({ values: { "app.page_size": 50 }, rollouts: {} });
      expect((await advance(0.5)).status).toBe(409);
    },
    60_000,
  );

  it("is taken back by a revert, at once and for everybody", async () => {
    await set("app.flags.new_cart", false);
    await start("app.flags.new_cart", { value: true, expected_version: 1, reason: "try it", stages: [0.5] });
    const [early] = await first("app.flags.new_cart");
    expect((await read(early)).values["app.flags.new_cart"]).toBe(true);
    const reverted = await given.call("operator", "POST", `${entries()}/app.flags.new_cart/revert`, {
      to_version: 1,
      expected_version: 2,
      reason: "it does harm",
    });
    expect(reverted.status).toBe(200);
    expect(await read(early)).toMatchObject({ values: { "app.flags.new_cart": false }, rollouts: {} });
    const { json } = await given.call("viewer", "GET", `configuration/${given.project}/rollouts`);
    expect(json.rollouts[0]).toMatchObject({ key: "app.flags.new_cart", status: "ended", share: 0.5 });
  }, 60_000);

  it("of a key that is new leaves it unset for the others", async () => {
    await start("app.brand_new", { value: 1, expected_version: 0, reason: "new", stages: [0.5] });
    const [early] = await first("app.brand_new");
    expect((await read(early)).values["app.brand_new"]).toBe(1);
    expect("app.brand_new" in (await read()).values).toBe(false);
  });

  it("is one at a time, of what was seen, by operators, and of applications alone", async () => {
    const body = { value: 2, expected_version: 1, reason: "again" };
    expect((await start("app.brand_new", body)).status).toBe(409);
    expect((await start("app.page_size", { ...body, expected_version: 9 })).status).toBe(409);
    expect((await start("app.other", { ...body, expected_version: 0, stages: [0.5, 0.1] })).status).toBe(400);
    expect((await start("app.other", { ...body, expected_version: 0, stages: [1] })).status).toBe(400);
    for (const who of ["viewer", "stranger"] as const) {
      expect((await start("app.other", { ...body, expected_version: 0 }, who)).status).toBe(403);
    }
    expect((await start("app.other", { ...body, expected_version: 0 }, "nobody")).status).toBe(401);
    expect((await start("healing.limits", { ...body, expected_version: 0 }, "admin")).status)
      .toBeGreaterThanOrEqual(400);
    const strangers = await given.call("stranger", "GET", `configuration/${given.project}/rollouts`);
    expect(strangers.json).toEqual({ rollouts: [] });
  });
});

it("units are drawn evenly, and anew for each change", async () => {
  const units = Array.from({ length: 200 }, (_, index) => `web-${index}`);
  const among = async (id: number) => {
    const drawn = await Promise.all(units.map((unit) => isAmongFirst(id, unit, 0.5)));
    return units.filter((_, index) => drawn[index]);
  };
  const [one, other] = [await among(1), await among(2)];
  expect(one.length).toBeGreaterThan(75);
  expect(one.length).toBeLessThan(125);
  const both = one.filter((unit) => other.includes(unit)).length;
  expect(both).toBeGreaterThan(25);
  expect(both).toBeLessThan(75);
  expect(await isAmongFirst(1, "web-1", 1)).toBe(true);
});
