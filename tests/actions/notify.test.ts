import { afterEach, describe, expect, it } from "vitest";
import { message } from "../../supabase/functions/_shared/actions/notify/message.ts";
import { contextsOf } from "./support/context.ts";
import { configurationChange, diagnosis } from "./support/diagnoses.ts";
import { type Receiver, receiver } from "./support/receivers.ts";
import { testTargets } from "./support/targets.ts";

const servers: Receiver[] = [];
const opened = (...given: Parameters<typeof receiver>) => {
  const server = receiver(...given);
  servers.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

const MESSAGE = {
  channel: "default",
  subject: "Pool exhausted",
  text: "<!channel> a & b <https://evil|click>",
};

function slack(url: string) {
  const targets = testTargets({
    integrations: [{ kind: "slack", name: "default", configuration: {} }],
    secrets: { "slack default": url },
  });
  return contextsOf(targets);
}

function email(url: string, secrets: Record<string, string> = {}) {
  const configuration = { url, from: "Prunella <p@example.com>", to: ["ops@example.com"] };
  return contextsOf(
    testTargets({ integrations: [{ kind: "email", name: "default", configuration }], secrets }),
    "5",
  );
}

describe("a Slack-compatible channel", () => {
  it("gets the message as text and block, with nothing in it that could mention or link", async () => {
    const server = opened(() => new Response("ok"));
    expect(await message.apply(slack(`${server.url}/services/T/B/X`).applying, MESSAGE, {})).toEqual({
      kind: "slack",
      status: 200,
    });
    const sent = JSON.parse(server.received[0]?.body ?? "");
    expect(server.received[0]?.path).toBe("/services/T/B/X");
    expect(sent.text).toBe("Pool exhausted\n&lt;!channel&gt; a &amp; b &lt;https://evil|click&gt;\nIssue 77");
    expect(sent.blocks).toEqual([{ type: "section", text: { type: "mrkdwn", text: sent.text } }]);
  });

  it("never shows its URL, which is the secret", async () => {
    const server = opened(() => new Response("invalid_token", { status: 403 }));
    for (const url of [`${server.url}/services/SECRET`, "https://10.0.0.1/SECRET", "not a url SECRET"]) {
      const error = await message.apply(slack(url).applying, MESSAGE, {}).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: "ActionError", effect: "none" });
      expect(Deno.inspect(error, { depth: 10 })).not.toContain("SECRET");
    }
  });

  it("cannot tell after a crash whether the message arrived", async () => {
    const { applying, rollingBack } = slack("https://example.com");
    expect(await message.observe(applying, MESSAGE, {})).toBe("unknown");
    expect(await message.observe(rollingBack, MESSAGE, {})).toBe("applied");
    expect(await message.rollback(rollingBack, MESSAGE, {})).toEqual({ undone: "nothing" });
  });
});

describe("an e-mail channel", () => {
  it("gets sender, recipients, subject and text, once by its key", async () => {
    const server = opened(() => Response.json({ id: "x" }));
    const { applying } = email(server.url, { "email default": "re_token" });
    await message.apply(applying, { ...MESSAGE, subject: "a\r\nBcc: b" }, {});
    const [request] = server.received;
    expect(request?.headers.get("authorization")).toBe("Bearer re_token");
    expect(request?.headers.get("idempotency-key")).toBe("prunella-example-com:fix:5:apply");
    expect(JSON.parse(request?.body ?? "")).toEqual({
      from: "Prunella <p@example.com>",
      to: ["ops@example.com"],
      subject: "a Bcc: b",
      text: `${MESSAGE.text}\nIssue 77`,
    });
  });

  it("needs no token where the service wants none", async () => {
    const server = opened(() => new Response());
    await message.apply(email(server.url).applying, MESSAGE, {});
    expect(server.received[0]?.headers.has("authorization")).toBe(false);
  });
});

describe("notify.message", () => {
  it("is proposed for every diagnosis, and tells what is known", () => {
    const proposed = message.propose(diagnosis({}, {
      severity: "critical",
      category: "dependency",
      culprit: { function: "charge", filename: "src/pay.ts", line: 12 },
      patterns: [{ patternId: "1", slug: "upstream-timeout", strength: 1, why: "The host never answered." }],
      changes: [configurationChange("app.timeout_ms")],
      evidence: [{ kind: "traffic", statement: "4 of 5 requests fail." }],
    }));
    expect(proposed?.subject).toBe("[critical] The payment provider answers too late");
    for (
      const part of [
        "dependency",
        "charge (src/pay.ts:12)",
        "upstream-timeout",
        "app.timeout_ms, version 7",
        "4 of 5",
      ]
    ) {
      expect(proposed?.text).toContain(part);
    }
  });

  it("fits its own schema however long the diagnosis is", () => {
    const statement = "x".repeat(9_000);
    const proposed = message.propose(diagnosis({}, {
      probableCause: statement,
      evidence: Array.from({ length: 500 }, () => ({ kind: "history" as const, statement })),
    }));
    expect(message.parameters.safeParse(proposed).success).toBe(true);
  });

  it("needs a channel of that name", async () => {
    const { applying } = slack("https://example.com");
    const capture = async () => await message.capture(applying, { ...MESSAGE, channel: "constructor" });
    await expect(capture()).rejects.toMatchObject({ code: "unconfigured" });
    await expect(message.apply(applying, { ...MESSAGE, channel: "other" }, {})).rejects.toMatchObject({
      code: "unconfigured",
    });
    expect(await message.capture(applying, MESSAGE)).toEqual({ channel: "default" });
  });

  it("changes nothing and says so", () => {
    expect(message).toMatchObject({ informational: true, risk: "safe", reversible: true });
  });
});
