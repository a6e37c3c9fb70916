import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fakeGithub } from "../deployments/fakes/github.ts";
import { fakeVercel } from "../deployments/fakes/vercel.ts";
import { type TestPlatform, testPlatform } from "../support/platform.ts";
import { monitoredApp, until } from "./support/project.ts";
import { sendVercel, vercelBody } from "./support/vercel-webhooks.ts";

const PROJECT = "prj_shop";
const TOKEN = "vercel-token";
const SECRET = "vercel-webhook-secret";

let platform: TestPlatform;
beforeAll(async () => {
  // The fakes are on loopback.
  Deno.env.set("PRUNELLA_ALLOW_LOOPBACK_TARGETS", "true");
  platform = await testPlatform();
}, 60_000);
afterAll(() => platform.stop());

describe("a bad release on Vercel", () => {
  it(
    "is blamed, rolled back over HTTP, verified, learnt from, and does not swing when it is deployed again",
    async () => {
      const vercel = fakeVercel({ token: TOKEN, projectId: PROJECT, plan: "pro" });
      const github = fakeGithub({ token: TOKEN, owner: "acme", repository: "shop" });
      const GOOD = github.commit("main", { "src/checkout.ts": "total(cart)" });
      const BAD = github.commit("main", { "src/checkout.ts": "total()" });
      const app = await monitoredApp(platform);
      await app.connect(
        "github",
        "default",
        { owner: "acme", repository: "shop", api_url: github.url },
        TOKEN,
      );
      await app.connect("vercel", "default", { project_id: PROJECT, api_url: vercel.url }, TOKEN);
      await app.connect("vercel", "webhook", {}, SECRET);
      const deploy = async (id: string, commit: string, page: string) => {
        for (const type of ["deployment.created", "deployment.succeeded"]) {
          await expectRecorded(vercelBody({ type, deployment: id, project: PROJECT, commit }));
        }
        vercel.deploy(id, commit, page);
        await expectRecorded(
          vercelBody({ type: "deployment.promoted", deployment: id, project: PROJECT, commit }),
        );
      };
      const expectRecorded = async (body: string) => {
        const response = await sendVercel(platform, body, SECRET);
        expect(response.status, await response.clone().text()).toBe(200);
        expect(await response.json()).toMatchObject({ outcome: "recorded" });
      };

      await deploy("dpl_good", GOOD, "good");
      const visitors = visit(
        vercel.site,
        (page) => page === "good" ? app.beat(GOOD, 10, 0) : app.beat(BAD, 10, 4),
      );
      try {
        await until(
          "some traffic of the good release",
          async () => (await app.rows("traffic_minutes")).length > 0,
        );
        await deploy("dpl_bad", BAD, "bad");

        const fix = await until("a fix that succeeded", async () => {
          const [row] = await app.rows("auto_fixes");
          return row?.state === "succeeded" ? row : null;
        });
        expect(fix).toMatchObject({ action: "vercel.rollback", automatic: true, outcome: "succeeded" });
        expect(await (await fetch(vercel.site)).text()).toBe("good");
        expect(vercel.requests).toContain(`POST /v1/projects/${PROJECT}/rollback/dpl_good`);

        const deployments = await app.rows(
          "deployment_logs",
          "id, external_id, status, rolled_back_by_fix_id, health_score, migration, files",
        );
        expect(deployments).toMatchObject([
          {
            external_id: "dpl_bad",
            status: "rolled_back",
            rolled_back_by_fix_id: fix.id,
            migration: "none",
            files: ["src/checkout.ts"],
          },
          { external_id: "dpl_good", status: "serving" },
        ]);
        const correlations = await app.rows(
          "deployment_error_correlations",
          "probability, candidate, verdict",
        );
        expect(correlations[0]).toMatchObject({
          candidate: `deployment:${deployments[0]!.id}`,
          verdict: "blame",
        });
        await until("a lesson", async () => (await app.rows("lessons")).length > 0);

        // The pipeline runs again and brings the same commit back under another name.
        await deploy("dpl_bad_again", BAD, "bad");
        const again = await until(
          "a question to a human",
          async () => (await app.rows("auto_fixes")).find(({ state }) => state === "in_review"),
        );
        expect(again).toMatchObject({
          action: "vercel.rollback-with-approval",
          risk: "dangerous",
          automatic: false,
        });
        const rollbacks = vercel.requests.filter((request) => request.includes("/rollback/"));
        expect(rollbacks).toHaveLength(1);
        const issues = await app.rows("detected_errors", "id, title");
        expect(issues.some(({ title }) => String(title).includes("was taken back was deployed again"))).toBe(
          true,
        );
      } finally {
        await visitors.stop();
        await vercel.close();
        await github.close();
      }
    },
    120_000,
  );
});

/** Somebody looks at the site again and again; what it answers is what the app reports. */
function visit(site: string, report: (page: string) => Promise<void>): { stop(): Promise<void> } {
  let running = true;
  const loop = (async () => {
    while (running) {
      await report(await (await fetch(site)).text());
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  return {
    async stop() {
      running = false;
      await loop;
    },
  };
}
