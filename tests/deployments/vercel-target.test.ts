import { afterEach, expect, test } from "vitest";
import { isActionError } from "../../supabase/functions/_shared/actions/action-error.ts";
import { createVercelTarget } from "../../supabase/functions/_shared/deployments/vercel/target.ts";
import { type FakeVercel, fakeVercel } from "./fakes/vercel.ts";

let fake: FakeVercel | undefined;
afterEach(() => fake?.close());

function start(plan: "hobby" | "pro" = "pro", token = "secret") {
  fake = fakeVercel({ token: "secret", projectId: "prj_shop", plan });
  fake.deploy("dpl_1", "c1", "one");
  fake.deploy("dpl_2", "c2", "two");
  fake.deploy("dpl_3", "c3", "three");
  return createVercelTarget({ fetch, token, baseUrl: fake.url, projectId: "prj_shop" });
}
const site = async (visitor = 99) => await (await fetch(`${fake!.site}?visitor=${visitor}`)).text();
const code = (promise: Promise<unknown>) =>
  promise.then(() => "none", (error) => isActionError(error) ? error.code : String(error));

test("a rollback changes what production serves, and a promote brings it back", async () => {
  const vercel = start();
  expect(await site()).toBe("three");
  await vercel.rollback("dpl_2");
  expect([await site(), await vercel.serving()]).toEqual(["two", "dpl_2"]);
  await vercel.promote("dpl_3");
  expect(await site()).toBe("three");
});

test.each([
  ["what was built last", { id: "dpl_3", createdAt: 100, readyAt: 160 }, null, "dpl_3"],
  ["what the platform says, however old it is", { id: "dpl_2" }, null, "dpl_2"],
  ["nothing", null, null, null],
  [
    "what it was rolled back to, though a later build is named",
    { id: "dpl_3", createdAt: 100, readyAt: 160 },
    { type: "rollback", jobStatus: "succeeded", toDeploymentId: "dpl_2", requestedAt: 200 },
    "dpl_2",
  ],
  [
    "what was built after the last promotion",
    { id: "dpl_4", createdAt: 190, readyAt: 260, readySubstate: "PROMOTED" },
    { type: "promote", jobStatus: "succeeded", toDeploymentId: "dpl_3", requestedAt: 200 },
    "dpl_4",
  ],
  [
    "what it was rolled back to, while later builds are only staged",
    { id: "dpl_4", createdAt: 190, readyAt: 260, readySubstate: "STAGED" },
    { type: "rollback", jobStatus: "succeeded", toDeploymentId: "dpl_2", requestedAt: 200 },
    "dpl_2",
  ],
  [
    "what it did before, until a rollback has succeeded",
    { id: "dpl_3", createdAt: 100, readyAt: 160 },
    { type: "rollback", jobStatus: "in-progress", toDeploymentId: "dpl_2", requestedAt: 200 },
    "dpl_3",
  ],
  ["nothing, when all that was built is staged", { id: "dpl_3", readySubstate: "STAGED" }, null, null],
])("production serves %s", async (_, production, lastAliasRequest, serving) => {
  const vercel = start();
  fake!.failNext(Response.json({ id: "prj_shop", targets: { production }, lastAliasRequest }));
  expect(await vercel.serving()).toBe(serving);
});

test("production deployments are listed newest first with their commits", async () => {
  const list = await start().list(2);
  expect(list.map(({ id, commit, author }) => [id, commit, author])).toEqual([
    ["dpl_3", "c3", "ada"],
    ["dpl_2", "c2", "ada"],
  ]);
  expect((await start().get("dpl_1")).commit).toBe("c1");
});

test("on the Hobby plan the platform refuses to go back two deployments, and production stays", async () => {
  const vercel = start("hobby");
  expect(await code(vercel.rollback("dpl_1"))).toBe("rejected");
  expect(await site()).toBe("three");
});

test("aborting a rolling release gives every visitor the old deployment again", async () => {
  const vercel = start();
  fake!.startRollingRelease("dpl_4", "c4", "four", 10);
  expect([await site(5), await site(50)]).toEqual(["four", "three"]);
  expect(await vercel.rollingRelease()).toMatchObject({ state: "ACTIVE", canaryPercentage: 10 });
  expect(await vercel.abortRollingRelease("dpl_4")).toBe("dpl_3");
  expect([await site(5), await site(50)]).toEqual(["three", "three"]);
  expect((await vercel.rollingRelease())?.state).toBe("ABORTED");
});

test("a rolling release of another deployment is not aborted", async () => {
  const vercel = start();
  fake!.startRollingRelease("dpl_4", "c4", "four", 10);
  expect(await code(vercel.abortRollingRelease("dpl_9"))).toBe("not_applicable");
  expect(await site(5)).toBe("four");
});

test("failures tell whether something may have happened", async () => {
  const vercel = start();
  fake!.failNext(new Response(null, { status: 502 }));
  expect(await code(vercel.rollback("dpl_2"))).toBe("uncertain");
  fake!.failNext(new Response(null, { status: 502 }));
  expect(await code(vercel.list())).toBe("unreachable");
  fake!.failNext(new Response(null, { status: 429, headers: { "retry-after": "7" } }));
  const error: unknown = await vercel.rollback("dpl_2").catch((thrown: unknown) => thrown);
  expect(isActionError(error, "unreachable") && error.retryAfterSeconds).toBe(7);
  expect(await code(vercel.rollback("dpl_77"))).toBe("not_applicable");
  expect(await site()).toBe("three");
});

test("a wrong token is refused, and no message carries it", async () => {
  const vercel = start("pro", "wrong-token-value");
  const error: unknown = await vercel.rollback("dpl_2").catch((thrown: unknown) => thrown);
  expect(isActionError(error, "refused")).toBe(true);
  expect(String(error)).not.toContain("wrong-token-value");
});

test("without a token nothing is sent", async () => {
  const vercel = start("pro", "");
  expect(await code(vercel.rollback("dpl_2"))).toBe("unconfigured");
  expect(fake!.requests).toEqual([]);
});
