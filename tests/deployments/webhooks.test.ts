import fc from "fast-check";
import { expect, test } from "vitest";
import { parseGithubWebhook } from "../../supabase/functions/_shared/deployments/github/webhook.ts";
import { parseVercelWebhook } from "../../supabase/functions/_shared/deployments/vercel/webhook.ts";
import { judgeDelivery, MAX_AGE_MS } from "../../supabase/functions/_shared/deployments/webhooks/delivery.ts";
import {
  isHmacOf,
  isSignedByGithub,
  isSignedByVercel,
} from "../../supabase/functions/_shared/deployments/webhooks/signature.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
// The pair that GitHub documents, and the classic HMAC-SHA1 pair.
const HELLO = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
const FOX = "de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9";

test("GitHub's documented signature is accepted", async () => {
  const headers = new Headers({ "x-hub-signature-256": `sha256=${HELLO}` });
  expect(await isSignedByGithub(bytes("Hello, World!"), headers, "It's a Secret to Everybody")).toBe(true);
});

test("a known HMAC-SHA1 is accepted as Vercel's", async () => {
  const body = bytes("The quick brown fox jumps over the lazy dog");
  expect(await isSignedByVercel(body, new Headers({ "x-vercel-signature": FOX }), "key")).toBe(true);
});

test("any other body, secret or signature is refused", async () => {
  const secret = "It's a Secret to Everybody";
  expect(await isHmacOf(bytes("Hello, World! "), HELLO, secret, "SHA-256")).toBe(false);
  expect(await isHmacOf(bytes("Hello, World!"), HELLO, "other", "SHA-256")).toBe(false);
  for (const signature of [null, "", "zz", HELLO.slice(2), HELLO + "00", `sha256=${HELLO}`, FOX]) {
    expect(await isHmacOf(bytes("Hello, World!"), signature, secret, "SHA-256")).toBe(false);
  }
  expect(await isHmacOf(bytes("Hello, World!"), HELLO, "", "SHA-256")).toBe(false);
});

test("GitHub's older SHA-1 header alone is no signature", async () => {
  const headers = new Headers({ "x-hub-signature": "sha1=de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9" });
  expect(await isSignedByGithub(bytes("x"), headers, "key")).toBe(false);
});

const vercelEvent = {
  id: "uev_1",
  type: "deployment.succeeded",
  createdAt: 1_700_000_000_000,
  region: "sfo1",
  payload: {
    team: { id: "team_1" },
    user: { id: "user_1" },
    deployment: {
      id: "dpl_1",
      name: "shop",
      url: "shop-abc.vercel.app",
      meta: { githubCommitSha: "abc", githubCommitRef: "main", githubCommitAuthorLogin: "ada" },
    },
    links: { deployment: "https://vercel.com/acme/shop/1", project: "https://vercel.com/acme/shop" },
    target: "production",
    project: { id: "prj_1" },
    plan: "pro",
    regions: ["sfo1"],
  },
};

test("a Vercel deployment becomes an event with commit, author and environment", () => {
  expect(parseVercelWebhook(vercelEvent)).toEqual({
    outcome: "event",
    event: {
      source: "vercel",
      deliveryId: "uev_1",
      kind: "deployed",
      at: 1_700_000_000_000,
      project: "prj_1",
      service: "shop",
      deploymentId: "dpl_1",
      environment: "production",
      commit: "abc",
      branch: "main",
      author: "ada",
      url: "https://vercel.com/acme/shop/1",
      files: null,
    },
  });
});

test.each([
  ["deployment.created", "building"],
  ["deployment.ready", "deployed"],
  ["deployment.error", "failed"],
  ["deployment.canceled", "canceled"],
  ["deployment.promoted", "promoted"],
  ["deployment.rollback", "rolled_back"],
  ["deployment.checks.failed", "checks_failed"],
  ["project.rolling-release.started", "rollout_started"],
  ["project.rolling-release.aborted", "rollout_aborted"],
  ["observability.error-anomaly", "anomaly"],
  ["flag.updated", "flag_changed"],
])("Vercel's %s is %s", (type, kind) => {
  expect(parseVercelWebhook({ ...vercelEvent, type })).toMatchObject({ outcome: "event", event: { kind } });
});

test("unknown Vercel events are accepted and ignored, malformed ones say what is wrong", () => {
  expect(parseVercelWebhook({ ...vercelEvent, type: "domain.created" }).outcome).toBe("ignored");
  expect(parseVercelWebhook({ ...vercelEvent, payload: { unheard: "of" } }).outcome).toBe("event");
  expect(parseVercelWebhook({ ...vercelEvent, createdAt: "yesterday" }))
    .toMatchObject({ outcome: "malformed", reason: expect.stringContaining("createdAt") });
});

const github = (event: string) => new Headers({ "x-github-event": event, "x-github-delivery": "d-1" });
const repository = { full_name: "acme/shop", name: "shop" };
const deployment = {
  id: 42,
  sha: "abc",
  ref: "main",
  environment: "production",
  created_at: "2025-01-06T10:00:00Z",
  creator: { login: "ada" },
};

test("a successful GitHub deployment status is a deployment at the time of the status", () => {
  const body = {
    repository,
    deployment,
    deployment_status: {
      state: "success",
      created_at: "2025-01-06T10:05:00Z",
      environment_url: "https://shop.test",
    },
  };
  expect(parseGithubWebhook(github("deployment_status"), body)).toMatchObject({
    outcome: "event",
    event: {
      kind: "deployed",
      at: Date.UTC(2025, 0, 6, 10, 5),
      project: "acme/shop",
      deploymentId: "42",
      commit: "abc",
      author: "ada",
      url: "https://shop.test",
    },
  });
});

test("a push lists the files of all its commits once; deleted branches and tags are ignored", () => {
  const push = {
    repository,
    ref: "refs/heads/feature/a",
    after: "def",
    deleted: false,
    commits: [{ added: ["a.ts"], modified: ["b.ts"], removed: [] }, {
      added: [],
      modified: ["b.ts"],
      removed: ["c.ts"],
    }],
    head_commit: { timestamp: "2025-01-06T11:00:00+01:00", author: { username: "ada" } },
  };
  expect(parseGithubWebhook(github("push"), push)).toMatchObject({
    event: {
      kind: "pushed",
      branch: "feature/a",
      files: ["a.ts", "b.ts", "c.ts"],
      at: Date.UTC(2025, 0, 6, 10),
    },
  });
  expect(parseGithubWebhook(github("push"), { ...push, deleted: true }).outcome).toBe("ignored");
  expect(parseGithubWebhook(github("push"), { ...push, ref: "refs/tags/v1" }).outcome).toBe("ignored");
});

test("only failed check runs are events", () => {
  const run = (conclusion: string | null) => ({
    repository,
    action: "completed",
    check_run: { head_sha: "abc", conclusion, completed_at: "2025-01-06T10:00:00Z", name: "test" },
  });
  expect(parseGithubWebhook(github("check_run"), run("failure"))).toMatchObject({
    event: { kind: "checks_failed" },
  });
  expect(parseGithubWebhook(github("check_run"), run("success")).outcome).toBe("ignored");
  expect(parseGithubWebhook(github("check_run"), run(null)).outcome).toBe("ignored");
});

test("GitHub events without their headers are malformed, unknown ones ignored", () => {
  expect(parseGithubWebhook(new Headers(), {}).outcome).toBe("malformed");
  expect(parseGithubWebhook(github("star"), { anything: 1 }).outcome).toBe("ignored");
  expect(parseGithubWebhook(github("deployment"), { repository })).toMatchObject({ outcome: "malformed" });
});

test("no JSON makes a parser throw", () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom("push", "deployment_status", "check_run", "x"),
      (body, event) => {
        expect(parseVercelWebhook(body).outcome).toBeTypeOf("string");
        expect(parseGithubWebhook(github(event), body).outcome).toBeTypeOf("string");
      },
    ),
  );
});

test("a repeated delivery is a duplicate, an old one a replay, however well it is signed", () => {
  const now = 1_700_000_000_000;
  expect(judgeDelivery(now - 1000, false, now)).toBe("accept");
  expect(judgeDelivery(now - 1000, true, now)).toBe("duplicate");
  expect(judgeDelivery(now - MAX_AGE_MS - 1, false, now)).toBe("stale");
  expect(judgeDelivery(now + 3_600_000, false, now)).toBe("from_the_future");
  expect(judgeDelivery(null, false, now)).toBe("accept");
});
