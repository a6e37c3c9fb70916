import { afterEach, beforeEach, expect, test } from "vitest";
import { isActionError } from "../../supabase/functions/_shared/actions/action-error.ts";
import {
  createGithubRevertTarget,
  type GithubRevertTarget,
} from "../../supabase/functions/_shared/deployments/github/target.ts";
import { type FakeGithub, fakeGithub } from "./fakes/github.ts";

let fake: FakeGithub;
let github: GithubRevertTarget;
beforeEach(() => {
  fake = fakeGithub({ token: "ghp_secret", owner: "acme", repository: "shop" });
  github = createGithubRevertTarget({
    fetch,
    token: "ghp_secret",
    baseUrl: fake.url,
    owner: "acme",
    repository: "shop",
    base: "main",
  });
});
afterEach(() => fake.close());
const text = { title: "Revert the checkout change", body: "It broke checkout." };
const code = (promise: Promise<unknown>) =>
  promise.then(() => "none", (error) => isActionError(error) ? error.code : String(error));

test("the merged revert undoes the bad commit and keeps what came after it", async () => {
  fake.commit("main", { "a.ts": "old", "gone.ts": "kept", "same.ts": "1" });
  const bad = fake.commit("main", { "a.ts": "broken", "new.ts": "added", "same.ts": "1" });
  fake.commit("main", { "a.ts": "broken", "new.ts": "added", "same.ts": "2" });
  const pull = await github.openRevert(bad, text);
  expect(fake.files("main")["a.ts"]).toBe("broken");
  fake.merge(pull.number);
  expect(fake.files("main")).toEqual({ "a.ts": "old", "gone.ts": "kept", "same.ts": "2" });
});

test("asking twice opens one pull request", async () => {
  fake.commit("main", { "a.ts": "1" });
  const bad = fake.commit("main", { "a.ts": "2" });
  const first = await github.openRevert(bad, text);
  expect(await github.openRevert(bad, text)).toEqual(first);
  expect(fake.pulls).toHaveLength(1);
  expect(await github.findRevert(bad)).toEqual(first);
});

test("a file that was changed again is a conflict, and nothing is pushed", async () => {
  fake.commit("main", { "a.ts": "1" });
  const bad = fake.commit("main", { "a.ts": "2" });
  fake.commit("main", { "a.ts": "3" });
  expect(await code(github.openRevert(bad, text))).toBe("conflict");
  expect(fake.requests.some((request) => request.startsWith("POST"))).toBe(false);
});

test("merge commits and first commits are left to people", async () => {
  const first = fake.commit("main", { "a.ts": "1" });
  const side = fake.commit("side", { "a.ts": "2" }, { parents: [first] });
  const merge = fake.commit("main", { "a.ts": "2" }, { parents: [first, side] });
  expect(await code(github.openRevert(merge, text))).toBe("refused");
  expect(await code(github.openRevert(first, text))).toBe("refused");
});

test("a commit whose changes are gone already needs no revert", async () => {
  fake.commit("main", { "a.ts": "1" });
  const bad = fake.commit("main", { "a.ts": "2" });
  fake.commit("main", { "a.ts": "1" });
  expect(await code(github.openRevert(bad, text))).toBe("not_applicable");
});

test("an attempt that stopped after pushing its branch is finished by the next one", async () => {
  fake.commit("main", { "a.ts": "1" });
  const bad = fake.commit("main", { "a.ts": "2" });
  const branch = `prunella/revert-${bad.slice(0, 12)}`;
  fake.commit(branch, { "a.ts": "stale" });
  const pull = await github.openRevert(bad, text);
  expect(fake.files(pull.branch)).toEqual({ "a.ts": "1" });
});

test("closing the pull request takes the revert back", async () => {
  fake.commit("main", { "a.ts": "1" });
  const bad = fake.commit("main", { "a.ts": "2" });
  await github.openRevert(bad, text);
  await github.closeRevert(bad);
  expect((await github.findRevert(bad))?.open).toBe(false);
  expect(await code(github.closeRevert(bad))).toBe("not_applicable");
});
