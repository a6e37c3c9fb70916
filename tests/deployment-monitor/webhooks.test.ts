import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestPlatform, testPlatform } from "../support/platform.ts";
import { type MonitoredApp, monitoredApp } from "./support/project.ts";
import { hmac, sendVercel, vercelBody } from "./support/vercel-webhooks.ts";

const SECRET = "It's a Secret to Everybody";
const COMMIT = "c".repeat(40);

let platform: TestPlatform;
let app: MonitoredApp;
let vercelProject: string;
let repository: string;

beforeAll(async () => {
  platform = await testPlatform();
  // Wake-ups go nowhere: these tests look at what was recorded.
  await platform.sql(
    "select vault.update_secret(id, 'http://127.0.0.1:9') from vault.secrets where name = 'prunella_functions_url'",
  );
}, 60_000);
afterAll(() => platform.stop());

beforeEach(async () => {
  app = await monitoredApp(platform);
  vercelProject = `prj_${app.id}`;
  repository = `shop-${app.id}`;
  await app.connect("vercel", "default", { project_id: vercelProject, migrates_database: false }, "token");
  await app.connect("vercel", "webhook", {}, SECRET);
  // Nobody answers there: what a webhook tells is recorded whether the repository can be asked or not.
  await app.connect(
    "github",
    "default",
    { owner: "Acme", repository, api_url: "http://127.0.0.1:9" },
    "token",
  );
  await app.connect("github", "webhook", {}, SECRET);
});

const vercel = (type: string, deployment: string, more: { commit?: string; at?: number; id?: string } = {}) =>
  vercelBody({ type, deployment, project: vercelProject, ...more });
const send = async (body: string, secret = SECRET) => {
  const response = await sendVercel(platform, body, secret);
  return { status: response.status, json: await response.json() };
};
const deployments = (columns = "external_id, status, previous_id, promoted_at, release, files, author") =>
  platform.sql(`select ${columns} from deployment_logs where project_id = $1 order by id`, [app.id]);

async function sendGithub(event: string, payload: object, signature?: string) {
  const body = JSON.stringify({
    repository: { full_name: `Acme/${repository}`, name: repository },
    ...payload,
  });
  const response = await platform.call("deployment-monitor/github", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": event,
      "x-github-delivery": crypto.randomUUID(),
      "x-hub-signature-256": signature ?? `sha256=${await hmac(SECRET, body, "SHA-256")}`,
    },
    body,
  });
  return { status: response.status, json: await response.json() };
}

describe("POST /vercel", () => {
  it("records what a signed webhook tells", async () => {
    const { status, json } = await send(vercel("deployment.promoted", "dpl_1", { commit: COMMIT }));
    expect(status).toBe(200);
    expect(json).toMatchObject({ outcome: "recorded", deployments: [expect.any(Number)] });
    expect(await deployments()).toMatchObject([{ external_id: "dpl_1", status: "serving", author: "ada" }]);
    const [row] = await app.rows("vercel_deployments", "vercel_deployment_id, vercel_project_id, state");
    expect(row).toEqual({
      vercel_deployment_id: "dpl_1",
      vercel_project_id: vercelProject,
      state: "promoted",
    });
  });

  it("refuses a wrong signature, a missing one and an unknown project alike, and records nothing", async () => {
    const body = vercel("deployment.promoted", "dpl_1");
    const answers = [
      await send(body, "another secret"),
      await send(vercelBody({ type: "deployment.promoted", deployment: "dpl_1", project: "prj_nobody" })),
      await platform.call("deployment-monitor/vercel", { method: "POST", body }).then(async (response) => ({
        status: response.status,
        json: await response.json(),
      })),
    ];
    for (const { status, json } of answers) {
      expect(status).toBe(401);
      expect(json.error.message).toBe(answers[0]!.json.error.message);
    }
    expect(await deployments()).toEqual([]);
  });

  it("refuses a body that was changed after it was signed", async () => {
    const body = vercel("deployment.promoted", "dpl_1");
    const response = await platform.call("deployment-monitor/vercel", {
      method: "POST",
      headers: { "x-vercel-signature": await hmac(SECRET, body, "SHA-1") },
      body: body.replace("dpl_1", "dpl_2"),
    });
    expect(response.status).toBe(401);
    await response.body?.cancel();
  });

  it("accepts the secret of the project alone, not that of another with the same Vercel project", async () => {
    const other = await monitoredApp(platform);
    await other.connect("vercel", "default", { project_id: vercelProject }, "token");
    await other.connect("vercel", "webhook", {}, "secret of the other");
    expect((await send(vercel("deployment.promoted", "dpl_1"))).status).toBe(200);
    expect(await other.rows("deployment_logs")).toEqual([]);
    expect(await deployments()).toHaveLength(1);
  });

  it("does no harm when a delivery comes twice", async () => {
    const first = vercel("deployment.promoted", "dpl_1");
    await send(first);
    await send(vercel("deployment.promoted", "dpl_2"));
    const { status, json } = await send(first);
    expect(status).toBe(200);
    expect(json).toEqual({ outcome: "duplicate", deployments: [] });
    expect(await deployments()).toMatchObject([
      { external_id: "dpl_1", status: "superseded" },
      { external_id: "dpl_2", status: "serving" },
    ]);
  });

  it("refuses a replay from the days before and one from the future", async () => {
    const day = 24 * 3_600_000;
    expect((await send(vercel("deployment.promoted", "dpl_1", { at: Date.now() - 2 * day }))).status).toBe(
      409,
    );
    expect((await send(vercel("deployment.promoted", "dpl_1", { at: Date.now() + day }))).status).toBe(409);
    expect(await deployments()).toEqual([]);
  });

  it("accepts events of no concern and types that it does not know, and ignores them", async () => {
    for (const type of ["project.created", "something.new", "deployment.cleanup"]) {
      expect(await send(vercel(type, "dpl_1"))).toMatchObject({ status: 200, json: { outcome: "ignored" } });
    }
    expect(await deployments()).toEqual([]);
  });

  it("is not misled by events that arrive in another order than they happened", async () => {
    const now = Date.now();
    await send(vercel("deployment.promoted", "dpl_2", { at: now - 1_000 }));
    await send(vercel("deployment.promoted", "dpl_1", { at: now - 60_000 }));
    await send(vercel("deployment.created", "dpl_2", { at: now - 120_000 }));
    expect(await deployments()).toMatchObject([
      { external_id: "dpl_2", status: "serving" },
      { external_id: "dpl_1", status: "superseded" },
    ]);
  });

  it("follows a rollback: the deployment before serves again, the other was rolled back", async () => {
    const now = Date.now();
    await send(vercel("deployment.promoted", "dpl_1", { at: now - 3_000 }));
    await send(vercel("deployment.promoted", "dpl_2", { at: now - 2_000 }));
    await send(vercel("deployment.rollback", "dpl_1", { at: now - 1_000 }));
    expect(await deployments("external_id, status, rolled_back_at is not null as taken_back")).toEqual([
      { external_id: "dpl_1", status: "serving", taken_back: false },
      { external_id: "dpl_2", status: "rolled_back", taken_back: true },
    ]);
  });

  it("records the way back before it is needed", async () => {
    await send(vercel("deployment.promoted", "dpl_1"));
    await send(vercel("deployment.promoted", "dpl_2"));
    const [first, second] = await deployments("id, rollback_capability");
    expect(second!.rollback_capability).toMatchObject({
      possible: true,
      requires_human: false,
      method: "vercel_instant_rollback",
      to_id: first!.id,
      to_external_id: "dpl_1",
    });
  });
});

describe("POST /github", () => {
  it("accepts GitHub's own example of a signature", async () => {
    expect(await hmac("It's a Secret to Everybody", "Hello, World!", "SHA-256")).toBe(
      "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    );
  });

  it("gives the files of a push to the deployment of its commit, whichever comes first", async () => {
    const push = {
      ref: "refs/heads/main",
      after: COMMIT,
      commits: [{ added: ["src/new.ts"], modified: ["src/checkout.ts"], removed: [] }],
      head_commit: { timestamp: new Date().toISOString(), author: { username: "grace" } },
      pusher: { name: "grace" },
    };
    expect(await sendGithub("push", push)).toMatchObject({ status: 200, json: { outcome: "recorded" } });
    await send(vercel("deployment.promoted", "dpl_1", { commit: COMMIT }));
    const later = "d".repeat(40);
    await send(vercel("deployment.promoted", "dpl_2", { commit: later }));
    await sendGithub("push", { ...push, after: later });
    expect(await deployments("files")).toEqual([
      { files: ["src/new.ts", "src/checkout.ts"] },
      { files: ["src/new.ts", "src/checkout.ts"] },
    ]);
  });

  it("records deployments that GitHub knows of, except those that Vercel tells itself", async () => {
    const at = new Date().toISOString();
    const deployment = { id: 9, sha: COMMIT, ref: "main", environment: "Production", created_at: at };
    const status = { state: "success", created_at: at };
    await sendGithub("deployment_status", {
      deployment: { ...deployment, creator: { login: "grace" } },
      deployment_status: status,
    });
    await sendGithub("deployment_status", {
      deployment: { ...deployment, id: 10, creator: { login: "vercel[bot]" } },
      deployment_status: status,
    });
    expect(await deployments("target, external_id, service, environment, status")).toEqual([
      {
        target: "github",
        external_id: "9",
        service: repository,
        environment: "production",
        status: "serving",
      },
    ]);
  });

  it("refuses a wrong signature", async () => {
    const { status } = await sendGithub("push", {}, `sha256=${"0".repeat(64)}`);
    expect(status).toBe(401);
  });

  it("ignores the same body under a new delivery id, which GitHub does not sign", async () => {
    const payload = {
      deployment: {
        id: 9,
        sha: COMMIT,
        ref: "main",
        environment: "production",
        created_at: new Date().toISOString(),
      },
    };
    expect(await sendGithub("deployment", payload)).toMatchObject({ json: { outcome: "recorded" } });
    expect(await sendGithub("deployment", payload)).toMatchObject({ json: { outcome: "duplicate" } });
  });
});
