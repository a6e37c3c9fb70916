import { createHmac } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { call } from "../../supabase/functions/_shared/actions/webhook/call.ts";
import { runbookAction } from "../../supabase/functions/_shared/actions/webhook/runbook.ts";
import { signedHeaders } from "../../supabase/functions/_shared/actions/targets/signature.ts";
import type { PolicyOf } from "../../supabase/functions/_shared/actions/targets/policy.ts";
import { contextsOf, NOW } from "./support/context.ts";
import { diagnosis } from "./support/diagnoses.ts";
import { policiesInMemory } from "./support/policies.ts";
import { type Receiver, receiver, runbookReceiver } from "./support/receivers.ts";
import { parsed, testTargets } from "./support/targets.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const servers: Receiver[] = [];
const opened = <R extends Receiver>(server: R): R => (servers.push(server), server);
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

function row(configuration: Record<string, unknown>) {
  return {
    kind: "webhook",
    name: "restart-worker",
    configuration: { title: "Restart the worker", ...configuration },
  };
}

function setUp(configuration: Record<string, unknown>, more: { policyOf?: PolicyOf; secret?: string } = {}) {
  const waits: number[] = [];
  const rows = [row(configuration)];
  const targets = testTargets({
    integrations: rows,
    secrets: { "webhook restart-worker": more.secret ?? SECRET },
    waits,
    policyOf: more.policyOf,
  });
  const [runbook] = parsed(rows).runbooks;
  if (!runbook) throw new Error("no runbook");
  return { ...contextsOf(targets, "12"), waits, action: runbookAction(runbook) };
}

const PARAMETERS = { runbook: "restart-worker", arguments: { queue: "emails" } };

describe("signedHeaders", () => {
  it("signs as the Standard Webhooks specification's example", async () => {
    const headers = await signedHeaders(
      SECRET,
      "msg_p5jXN8AQM9LWM0D4loKWxJek",
      new Date(1614265330_000),
      '{"test": 2432232314}',
    );
    expect(headers).toEqual({
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  it("takes a secret without the prefix as it is", async () => {
    const headers = await signedHeaders("plain text", "id", new Date(5000), "body");
    const expected = createHmac("sha256", "plain text").update("id.5.body").digest("base64");
    expect(headers["webhook-signature"]).toBe(`v1,${expected}`);
  });
});

describe("calling a runbook", () => {
  it("posts a signed request that says what is wanted and for which fix", async () => {
    const server = opened(receiver(() => new Response(null, { status: 202 })));
    const { applying, action } = setUp({ url: `${server.url}/hook` });
    expect(await action.apply(applying, PARAMETERS, {})).toEqual({ status: 202 });
    const [request] = server.received;
    const id = request?.headers.get("webhook-id") ?? "";
    expect(id).toBe("prunella-example-com:fix:12:apply");
    expect(request?.headers.get("idempotency-key")).toBe(id);
    expect(JSON.parse(request?.body ?? "")).toEqual({
      type: "runbook.apply",
      runbook: "restart-worker",
      project_id: 1,
      issue_id: 77,
      fix_id: "12",
      requested_at: NOW.toISOString(),
      arguments: { queue: "emails" },
    });
    const key = atob(SECRET.slice(6));
    const content = `${id}.${request?.headers.get("webhook-timestamp")}.${request?.body}`;
    const expected = createHmac("sha256", Uint8Array.from(key, (c) => c.charCodeAt(0))).update(content)
      .digest("base64");
    expect(request?.headers.get("webhook-signature")).toBe(`v1,${expected}`);
  });

  it.each([429, 503])("is sent again, with the same id, after HTTP %i", async (status) => {
    const server = opened(
      receiver((_request, count) => new Response(null, { status: count < 3 ? status : 200 })),
    );
    const { applying, action, waits } = setUp({ url: server.url });
    await action.apply(applying, PARAMETERS, {});
    expect(new Set(server.received.map((one) => one.headers.get("webhook-id"))).size).toBe(1);
    expect(server.received).toHaveLength(3);
    expect(waits).toEqual([500, 2000]);
  });

  it("gives up after three attempts and says that nothing happened", async () => {
    const server = opened(receiver(() => new Response(null, { status: 503 })));
    const { applying, action } = setUp({ url: server.url });
    await expect(action.apply(applying, PARAMETERS, {})).rejects.toMatchObject({
      code: "unreachable",
      effect: "none",
      retry: true,
    });
    expect(server.received).toHaveLength(3);
  });

  it("waits as long as it is asked to, but not for long", async () => {
    const short = opened(
      receiver((_request, count) =>
        count === 1 ? new Response(null, { status: 429, headers: { "retry-after": "3" } }) : new Response()
      ),
    );
    const first = setUp({ url: short.url });
    await first.action.apply(first.applying, PARAMETERS, {});
    expect(first.waits).toEqual([3000]);
    const long = opened(
      receiver(() => new Response(null, { status: 429, headers: { "retry-after": "600" } })),
    );
    const second = setUp({ url: long.url });
    await expect(second.action.apply(second.applying, PARAMETERS, {})).rejects.toMatchObject({
      retryAfterSeconds: 600,
    });
    expect(long.received).toHaveLength(1);
  });

  it.each([
    [500, "uncertain"],
    [502, "uncertain"],
    [504, "uncertain"],
    [409, "uncertain"],
    [400, "rejected"],
    [401, "rejected"],
    [404, "rejected"],
    [302, "rejected"],
  ])(
    "is not sent again after HTTP %i: %s",
    async (status, code) => {
      const server = opened(receiver(() => new Response("x", { status })));
      const { applying, action } = setUp({ url: server.url });
      await expect(action.apply(applying, PARAMETERS, {})).rejects.toMatchObject({ code, status });
      expect(server.received).toHaveLength(1);
    },
  );

  it("is tried again when nobody listens", async () => {
    const { applying, action, waits } = setUp({ url: "http://127.0.0.1:49151/" });
    await expect(action.apply(applying, PARAMETERS, {})).rejects.toMatchObject({
      code: "unreachable",
      effect: "none",
    });
    expect(waits).toHaveLength(2);
  });

  it("never reaches a private address, whatever the team configured", async () => {
    const { applying, action } = setUp({ url: "http://169.254.169.254/latest" });
    await expect(action.apply(applying, PARAMETERS, {})).rejects.toMatchObject({
      code: "blocked",
      effect: "none",
    });
  });

  it("never shows secret, path or answer in an error", async () => {
    const server = opened(
      receiver(({ headers }) => new Response(`SECRET ${headers.get("webhook-signature")}`, { status: 400 })),
    );
    const { applying, action } = setUp({ url: `${server.url}/SECRET?token=SECRET` }, {
      secret: "SECRET-key",
    });
    const error = await action.apply(applying, PARAMETERS, {}).catch((thrown: unknown) => thrown);
    expect(Deno.inspect(error, { depth: 10 })).not.toContain("SECRET");
  });

  it("needs its secret", async () => {
    const { applying, action } = setUp({ url: "https://example.com" }, { secret: "" });
    await expect(action.apply(applying, PARAMETERS, {})).rejects.toMatchObject({ code: "unconfigured" });
  });
});

describe("after a crash", () => {
  it("the status URL tells that a call which got no answer was worked on", async () => {
    const server = opened(runbookReceiver({ crashAfterWork: true }));
    const { applying, action } = setUp({ url: server.url, status_url: `${server.url}/status` });
    expect(await action.observe(applying, PARAMETERS, {})).toBe("not_applied");
    await expect(action.apply(applying, PARAMETERS, {})).rejects.toMatchObject({ effect: "unknown" });
    expect(await action.observe(applying, PARAMETERS, {})).toBe("applied");
    expect(server.worked).toHaveLength(1);
  });

  it("nothing is known without a status URL", async () => {
    const { applying, action } = setUp({ url: "https://example.com" });
    expect(await action.observe(applying, PARAMETERS, {})).toBe("unknown");
  });

  it.each([
    [200, '{"state":"running"}', "applied"],
    [200, '{"state":"failed"}', "not_applied"],
    [200, '{"state":"constructor"}', "unknown"],
    [200, '{"state":1}', "unknown"],
    [200, "<html>", "unknown"],
    [403, "", "unknown"],
  ])("the answer %i %s means %s", async (status, body, expected) => {
    const server = opened(receiver(() => new Response(body, { status })));
    const { applying, action } = setUp({ url: server.url, status_url: server.url });
    expect(await action.observe(applying, PARAMETERS, {})).toBe(expected);
  });

  it("asks again later when the status cannot be had now", async () => {
    const server = opened(receiver(() => new Response(null, { status: 500 })));
    const { applying, action } = setUp({ url: server.url, status_url: server.url });
    await expect(action.observe(applying, PARAMETERS, {})).rejects.toMatchObject({
      code: "unreachable",
      retry: true,
    });
  });
});

describe("taking a call back", () => {
  it("posts to the rollback URL with a key of its own", async () => {
    const server = opened(runbookReceiver());
    const { applying, rollingBack, action } = setUp({
      url: `${server.url}/do`,
      rollback_url: `${server.url}/undo`,
    });
    expect(action.reversible).toBe(true);
    await action.apply(applying, PARAMETERS, {});
    await action.rollback(rollingBack, PARAMETERS, {});
    expect(server.received.map((one) => one.path)).toEqual(["/do", "/undo"]);
    expect(server.worked).toHaveLength(2);
    expect(JSON.parse(server.received[1]?.body ?? "").type).toBe("runbook.rollback");
  });

  it("is refused without a rollback URL, and the action says so beforehand", async () => {
    const { rollingBack, action } = setUp({ url: "https://example.com" });
    expect(action.reversible).toBe(false);
    await expect((async () => await action.rollback(rollingBack, PARAMETERS, {}))()).rejects.toMatchObject({
      code: "refused",
    });
  });
});

describe("which diagnoses a runbook is proposed for", () => {
  const { action } = setUp({
    url: "https://example.com",
    risk: "safe",
    subject: "worker",
    arguments: ["queue", "columns", "absent"],
    when: { categories: ["resource"], facts: { queue: ["emails", "invoices"] } },
  });

  it("are those that its declaration describes, with the facts that it asks for", () => {
    const facts = { queue: "emails", columns: ["a", "b"], host: "internal.example.com" };
    expect(action.propose(diagnosis(facts, { category: "resource" }))).toEqual({
      runbook: "restart-worker",
      subject: "worker",
      arguments: { queue: "emails", columns: "a,b" },
    });
    expect(action.targetKey({ ...PARAMETERS, subject: "worker" })).toBe("webhook:worker");
  });

  it.each([
    [{ queue: "other" }, "resource" as const],
    [{}, "resource" as const],
    [{ queue: "emails" }, "network" as const],
  ])("are not those with %j in category %s", (facts, category) => {
    expect(action.propose(diagnosis(facts, { category }))).toBeNull();
  });

  it("are none when the team did not say", () => {
    expect(setUp({ url: "https://example.com" }).action.propose(diagnosis({ queue: "emails" }))).toBeNull();
  });

  it("carries the risk and times that the team declared", () => {
    expect(action).toMatchObject({
      name: "webhook.restart-worker",
      risk: "safe",
      reversible: false,
      expectedRecoveryMs: 30_000,
    });
    expect(call).toMatchObject({ name: "webhook.call", risk: "guarded", reversible: false });
  });

  it("the general action is for a runbook that is named", async () => {
    expect(call.propose(diagnosis({ runbook: "restart-worker" }))).toEqual({
      runbook: "restart-worker",
      arguments: {},
    });
    expect(call.propose(diagnosis())).toBeNull();
    const { applying } = setUp({ url: "https://example.com/secret", status_url: "https://example.com" });
    expect(await call.capture(applying, PARAMETERS)).toEqual({
      host: "example.com",
      can_roll_back: false,
      can_observe: true,
    });
    const missing = (async () => await call.capture(applying, { ...PARAMETERS, runbook: "none" }))();
    await expect(missing).rejects.toMatchObject({ code: "unconfigured" });
  });
});

describe("the shared circuit breaker", () => {
  it("opens after failures of one host, and then nothing is sent and nothing has happened", async () => {
    const server = opened(receiver(() => new Response(null, { status: 500 })));
    const names: string[] = [];
    const policyOf = policiesInMemory(names);
    const { applying, action } = setUp({ url: server.url }, { policyOf });
    const errors: unknown[] = [];
    for (let n = 0; n < 40; n++) {
      errors.push(await action.apply(applying, PARAMETERS, {}).catch((e: unknown) => e));
    }
    expect(names[0]).toBe(`webhook:${new URL(server.url).host}`);
    expect(errors[0]).toMatchObject({ code: "uncertain" });
    expect(errors.at(-1)).toMatchObject({ code: "unreachable", effect: "none" });
    expect(server.received.length).toBeLessThan(40);
  });

  it("does not open because of refusals: whoever refuses is alive", async () => {
    const server = opened(receiver(() => new Response(null, { status: 404 })));
    const { applying, action } = setUp({ url: server.url }, { policyOf: policiesInMemory() });
    for (let n = 0; n < 40; n++) {
      await expect(action.apply(applying, PARAMETERS, {})).rejects.toMatchObject({ code: "rejected" });
    }
    expect(server.received).toHaveLength(40);
  });
});
