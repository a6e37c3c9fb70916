import { afterAll, beforeAll, expect, test } from "vitest";
import { type Tenants, tenants } from "./support/tenants.ts";

let t: Tenants;
beforeAll(async () => {
  t = await tenants();
});
afterAll(() => t.stop());

let keys = 0;
const newKey = () => `app.test_${++keys}`;
const entry = (key: string, project = t.project) => `configuration/${project}/entries/${key}`;
const change = (value: unknown, expected_version: number) => ({
  value,
  expected_version,
  reason: "for the test",
});

test("an application reads its own app keys and nothing else", async () => {
  const key = newKey();
  await t.call("operator", "PUT", entry(key), change({ size: 5 }, 0));
  await t.call("admin", "PUT", entry("healing.test"), change("ours", 0));
  await t.platform.sql("insert into system_config (project_id, key, value) values ($1, 'app.theirs', '1')", [
    t.otherProject,
  ]);
  const answer = await t.call({ key: await t.addKey(t.project) }, "GET", `configuration/${t.project}`);
  expect(answer.status).toBe(200);
  expect(answer.json.values[key]).toEqual({ size: 5 });
  expect(answer.json.versions[key]).toBe(1);
  expect(answer.text).not.toMatch(/healing\.test|app\.theirs/);
  expect(answer.headers.get("cache-control")).toBe("private, no-cache");
});

test("an unchanged configuration is 304, and a change gives another ETag", async () => {
  const apiKey = await t.addKey(t.project);
  const key = newKey();
  await t.call("operator", "PUT", entry(key), change(1, 0));
  const read = (etag?: string) =>
    fetch(`${t.platform.functionsUrl}/configuration/${t.project}`, {
      headers: { authorization: `Bearer ${apiKey}`, ...(etag ? { "if-none-match": etag } : {}) },
    });
  const first = await read();
  await first.body?.cancel();
  const etag = first.headers.get("etag")!;
  const again = await read(etag);
  expect(again.status).toBe(304);
  expect(await again.text()).toBe("");
  await t.call("operator", "PUT", entry(key), change(2, 1));
  const changed = await read(etag);
  expect(changed.status).toBe(200);
  expect((await changed.json()).values[key]).toBe(2);
  expect(changed.headers.get("etag")).not.toBe(etag);
});

test("only a living configuration key of this very project opens it", async () => {
  const path = `configuration/${t.project}`;
  const refused = await Promise.all([
    t.call({ key: await t.addKey(t.otherProject) }, "GET", path),
    t.call({ key: await t.addKey(t.project, { revoked: true }) }, "GET", path),
    t.call({ key: await t.addKey(t.project, { purpose: "sdk" }) }, "GET", path),
    t.call({ key: "pk_unknown_00000000000000" }, "GET", path),
    t.call({ key: "pk_'or'1'='1" }, "GET", path),
    t.call("nobody", "GET", path),
    t.call("stranger", "GET", path),
  ]);
  expect(refused.map((answer) => answer.status)).toEqual(refused.map(() => 401));
  expect(refused.every((answer) => !answer.text.includes("values"))).toBe(true);
});

test("a change needs the version that was seen", async () => {
  const key = newKey();
  expect((await t.call("operator", "PUT", entry(key), change("a", 0))).json).toMatchObject({
    key,
    version: 1,
    value: "a",
  });
  const stale = await t.call("operator", "PUT", entry(key), change("b", 0));
  expect(stale.status).toBe(409);
  expect(stale.json.error).toMatchObject({ code: "conflict", retry: false });
  const [one, two] = await Promise.all(
    ["x", "y"].map((v) => t.call("operator", "PUT", entry(key), change(v, 1))),
  );
  expect([one!.status, two!.status].sort()).toEqual([200, 409]);
});

test("every version is kept with its author and reason, and a revert is a new one", async () => {
  const key = newKey();
  for (const [i, value] of ["first", "second", "third"].entries()) {
    await t.call("operator", "PUT", entry(key), change(value, i));
  }
  const reverted = await t.call("operator", "POST", `${entry(key)}/revert`, {
    to_version: 1,
    expected_version: 3,
    reason: "it broke checkout",
  });
  expect(reverted.json).toMatchObject({ version: 4, value: "first" });
  const { json } = await t.call("viewer", "GET", `${entry(key)}/versions?limit=2`);
  expect(json.versions.map((v: { version: number }) => v.version)).toEqual([4, 3]);
  expect(json.versions[0]).toMatchObject({
    reason: "it broke checkout",
    changed_by: `user:${t.ids.operator}`,
  });
  const older = await t.call("viewer", "GET", `${entry(key)}/versions?before=3`);
  expect(older.json.versions.map((v: { value: string }) => v.value)).toEqual(["second", "first"]);
  const missing = await t.call("operator", "POST", `${entry(key)}/revert`, {
    to_version: 9,
    expected_version: 4,
    reason: "typing error",
  });
  expect(missing.status).toBe(404);
});

test("null unsets a key for the application and keeps its history", async () => {
  const key = newKey();
  await t.call("operator", "PUT", entry(key), change(true, 0));
  await t.call("operator", "PUT", entry(key), change(null, 1));
  const answer = await t.call({ key: await t.addKey(t.project) }, "GET", `configuration/${t.project}`);
  expect(answer.json.values).not.toHaveProperty([key]);
  expect((await t.call("viewer", "GET", `${entry(key)}/versions`)).json.versions).toHaveLength(2);
});

test("viewers and strangers change nothing, operators only applications, admins and machines everything", async () => {
  const put = async (who: Parameters<Tenants["call"]>[0], key: string) =>
    (await t.call(who, "PUT", entry(key), change(1, 0))).status;
  expect(await put("viewer", newKey())).toBe(403);
  expect(await put("stranger", newKey())).toBe(403);
  expect(await put("nobody", newKey())).toBe(401);
  expect(await put({ key: await t.addKey(t.project) }, newKey())).toBe(401);
  expect(await put("operator", "healing.threshold_test")).toBe(403);
  expect(await put("admin", "healing.threshold_test")).toBe(200);
  expect(await put("machine", newKey())).toBe(200);
});

test("a stranger sees no entry of the project, and a member none of another's", async () => {
  const key = newKey();
  await t.call("operator", "PUT", entry(key), change("secret plan", 0));
  const seen = await t.call("stranger", "GET", `configuration/${t.project}/entries`);
  expect(seen.json.entries).toEqual([]);
  expect((await t.call("stranger", "GET", `${entry(key)}/versions`)).json.versions).toEqual([]);
  expect((await t.call("admin", "PUT", entry(newKey(), t.otherProject), change(1, 0))).status).toBe(403);
  expect((await t.call("viewer", "GET", `configuration/${t.project}/entries?prefix=app.`)).text).toContain(
    "secret plan",
  );
});

test("an underscore in a prefix is an underscore", async () => {
  await t.call("operator", "PUT", entry("app.pre_fix"), change(1, 0));
  await t.call("operator", "PUT", entry("app.preXfix"), change(1, 0));
  const { json } = await t.call("viewer", "GET", `configuration/${t.project}/entries?prefix=app.pre_`);
  expect(json.entries.map((e: { key: string }) => e.key)).toEqual(["app.pre_fix"]);
});

test.each([
  ["a project that is no number", "configuration/abc/entries", "GET", undefined],
  ["SQL for a project", "configuration/1%20or%201=1/entries", "GET", undefined],
  ["a filter for a prefix", "configuration/1/entries?prefix=app.)%2Cor(1", "GET", undefined],
  ["a key with a quote", "configuration/1/entries/app.a'b", "PUT", {
    value: 1,
    expected_version: 0,
    reason: "test",
  }],
  ["no reason", "configuration/1/entries/app.a", "PUT", { value: 1, expected_version: 0 }],
  ["no expected version", "configuration/1/entries/app.a", "PUT", { value: 1, reason: "test" }],
  ["a field too many", "configuration/1/entries/app.a", "PUT", {
    value: 1,
    expected_version: 0,
    reason: "test",
    project_id: 2,
  }],
  ["broken JSON", "configuration/1/entries/app.a", "PUT", "{"],
])("%s is refused as invalid", async (_what, path, method, body) => {
  const answer = await t.call("operator", method, path, body);
  expect(answer.status).toBe(400);
  expect(answer.json.error.code).toBe("invalid_request");
});

test("a body that is too large is refused before it is read, a value that is too large by the database's law", async () => {
  const huge = await t.call("operator", "PUT", entry(newKey()), change("x".repeat(300_000), 0));
  expect(huge.status).toBe(413);
  const random = Array.from(crypto.getRandomValues(new Uint8Array(60_000)), (b) => b.toString(16)).join("");
  const large = await t.call("operator", "PUT", entry(newKey()), change(random, 0));
  expect(large.status).toBe(422);
  expect(large.json.error.message).toContain("system config value is small");
});
