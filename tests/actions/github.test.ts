import { afterEach, describe, expect, it } from "vitest";
import { openIssue } from "../../supabase/functions/_shared/actions/github/open-issue.ts";
import { contextsOf } from "./support/context.ts";
import { diagnosis } from "./support/diagnoses.ts";
import { fakeGithub, type Receiver, receiver } from "./support/receivers.ts";
import { testTargets } from "./support/targets.ts";

const TOKEN = "ghp_SECRET";
const servers: Receiver[] = [];
const opened = <R extends Receiver>(server: R): R => (servers.push(server), server);
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

function setUp(url: string, token = TOKEN) {
  const configuration = { owner: "acme", repository: "shop", labels: ["prunella"], api_url: `${url}/` };
  const targets = testTargets({
    integrations: [{ kind: "github", name: "default", configuration }],
    secrets: { "github default": token },
  });
  return { targets, ...contextsOf(targets, "9") };
}

const PARAMETERS = { title: "Pool exhausted", text: "```\n@acme/everyone #1\n```" };

describe("github.open-issue", () => {
  it("opens an issue with labels and an invisible marker, in which nobody is mentioned", async () => {
    const github = opened(fakeGithub(TOKEN));
    const { applying } = setUp(github.url);
    const before = await openIssue.capture(applying, PARAMETERS);
    expect(await openIssue.apply(applying, PARAMETERS, before)).toEqual({
      number: 1,
      url: "https://github.com/acme/shop/issues/1",
      open: true,
    });
    const [issue] = github.issues;
    expect(issue).toMatchObject({ title: "Pool exhausted", labels: ["prunella"] });
    expect(issue?.body).toContain("````text\n```\n@acme/everyone #1\n```\n````");
    expect(issue?.body).toMatch(/<!-- prunella:prunella-example-com:fix:9:apply -->$/);
    expect(github.received.at(-1)?.headers.get("x-github-api-version")).toBe("2022-11-28");
  });

  it("finds its issue after the answer was lost, and opens no second one", async () => {
    const github = opened(fakeGithub(TOKEN));
    const { applying } = setUp(github.url);
    const before = await openIssue.capture(applying, PARAMETERS);
    expect(await openIssue.observe(applying, PARAMETERS, before)).toBe("not_applied");
    github.loseNextAnswer();
    await expect(openIssue.apply(applying, PARAMETERS, before)).rejects.toMatchObject({
      code: "uncertain",
      effect: "unknown",
    });
    expect(await openIssue.observe(applying, PARAMETERS, before)).toBe("applied");
    expect(github.issues).toHaveLength(1);
  });

  it("finds it among others, on a later page", async () => {
    const github = opened(fakeGithub(TOKEN));
    const { applying, targets } = setUp(github.url);
    const before = await openIssue.capture(applying, PARAMETERS);
    await openIssue.apply(applying, PARAMETERS, before);
    const other = contextsOf(targets, "10").applying;
    for (let n = 0; n < 70; n++) {
      await openIssue.apply({ ...other, idempotencyKey: `fix:${n + 100}:apply` }, PARAMETERS, before);
    }
    expect(await openIssue.observe(applying, PARAMETERS, before)).toBe("applied");
    expect(await openIssue.observe(other, PARAMETERS, before)).toBe("not_applied");
  });

  it("says that it does not know when there are too many issues to look through", async () => {
    const full = Array.from(
      { length: 30 },
      (_, n) => ({ number: n + 1, html_url: "x", state: "open", body: null }),
    );
    const server = opened(receiver(() => Response.json(full)));
    const { applying } = setUp(server.url);
    const before = await openIssue.capture(applying, PARAMETERS);
    expect(await openIssue.observe(applying, PARAMETERS, before)).toBe("unknown");
    expect(server.received).toHaveLength(10);
  });

  it("closes its issue with a comment, once, when it is taken back", async () => {
    const github = opened(fakeGithub(TOKEN));
    const { applying, rollingBack } = setUp(github.url);
    const before = await openIssue.capture(applying, PARAMETERS);
    await openIssue.apply(applying, PARAMETERS, before);
    expect(await openIssue.observe(rollingBack, PARAMETERS, before)).toBe("not_applied");
    github.loseNextAnswer();
    await expect(openIssue.rollback(rollingBack, PARAMETERS, before)).rejects.toMatchObject({
      code: "uncertain",
    });
    await openIssue.rollback(rollingBack, PARAMETERS, before);
    expect(github.issues[0]).toMatchObject({ state: "closed", state_reason: "not_planned" });
    expect(github.issues[0]?.comments).toHaveLength(1);
    expect(await openIssue.observe(rollingBack, PARAMETERS, before)).toBe("applied");
  });

  it("takes nothing back when it opened none", async () => {
    const github = opened(fakeGithub(TOKEN));
    const { applying, rollingBack } = setUp(github.url);
    const before = await openIssue.capture(applying, PARAMETERS);
    expect(await openIssue.rollback(rollingBack, PARAMETERS, before)).toEqual({ undone: "nothing" });
  });

  it("tells of a wrong token without showing it", async () => {
    const github = opened(fakeGithub("another"));
    const { applying } = setUp(github.url);
    const error = await openIssue.apply(applying, PARAMETERS, {}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "rejected", status: 401 });
    expect(Deno.inspect(error, { depth: 10 })).not.toContain("SECRET");
  });

  it("treats GitHub's rate limit as a reason to wait, and a plain 403 as a refusal", async () => {
    const limited = opened(
      receiver(() => Response.json({}, { status: 403, headers: { "x-ratelimit-remaining": "0" } })),
    );
    await expect(openIssue.apply(setUp(limited.url).applying, PARAMETERS, {})).rejects.toMatchObject({
      code: "unreachable",
      retry: true,
    });
    const refused = opened(receiver(() => Response.json({}, { status: 403 })));
    await expect(openIssue.apply(setUp(refused.url).applying, PARAMETERS, {})).rejects.toMatchObject({
      code: "rejected",
    });
    expect(refused.received).toHaveLength(1);
  });

  it("does not take a page that is not GitHub's for success", async () => {
    const server = opened(receiver(() => new Response("<html>", { status: 200 })));
    await expect(openIssue.apply(setUp(server.url).applying, PARAMETERS, {})).rejects.toMatchObject({
      code: "uncertain",
    });
  });

  it("is proposed for every diagnosis, and needs GitHub to be set up", async () => {
    expect(openIssue.propose(diagnosis())).toMatchObject({
      title: "[high] The payment provider answers too late",
    });
    const { applying } = contextsOf(testTargets());
    await expect((async () => await openIssue.capture(applying, PARAMETERS))()).rejects.toMatchObject({
      code: "unconfigured",
    });
    await expect(openIssue.apply(applying, PARAMETERS, {})).rejects.toMatchObject({ code: "unconfigured" });
  });
});
