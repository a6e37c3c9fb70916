import { type FakeServer, json, serveFake } from "./server.ts";

interface Deployment {
  uid: string;
  created: number;
  commit: string;
  /** What a request to the site is answered while this deployment serves it. */
  page: string;
}

interface RollingOptions {
  /** Percentages of the stages after the first; the last one is 100. */
  next?: number[];
  /** Whether stages wait for somebody to approve them; else Vercel goes on by itself. */
  requireApproval?: boolean;
}

export interface FakeVercel extends FakeServer {
  /** A build that is ready and takes production, as a push to the production branch makes it. */
  deploy(uid: string, commit: string, page: string): void;
  /** A build that is rolled out to a share of the traffic only. */
  startRollingRelease(
    uid: string,
    commit: string,
    page: string,
    percentage: number,
    more?: RollingOptions,
  ): void;
  /** What became of the rolling release. */
  rolling(): { state: string; stage: number; percentage: number } | null;
  /** Address of the production site. `?visitor=` (0-99) decides who gets the canary. */
  site: string;
}

/**
 * Vercel for one project: deployments, production, rollback, promote and rolling releases, after
 * https://vercel.com/docs/rest-api. On the Hobby plan only the deployment just before can be gone back to.
 */
export function fakeVercel(options: { token: string; projectId: string; plan: "hobby" | "pro" }): FakeVercel {
  const deployments: Deployment[] = [];
  let production: string | null = null;
  let rolling: {
    state: "ACTIVE" | "COMPLETE" | "ABORTED";
    current: string;
    canary: string;
    percentage: number;
    stages: number[];
    stage: number;
    requireApproval: boolean;
  } | null = null;
  const find = (uid: string) => deployments.find((one) => one.uid === uid);
  const add = (uid: string, commit: string, page: string) => {
    deployments.unshift({ uid, created: 1_700_000_000_000 + deployments.length * 60_000, commit, page });
  };
  const shape = (one: Deployment) => ({
    uid: one.uid,
    name: "shop",
    url: `shop-${one.uid}.vercel.app`,
    created: one.created,
    createdAt: one.created,
    state: "READY",
    readyState: "READY",
    target: "production",
    meta: { githubCommitSha: one.commit, githubCommitRef: "main", githubCommitAuthorLogin: "ada" },
    isRollbackCandidate: one.uid !== production,
  });

  const api = async (request: Request, url: URL): Promise<Response> => {
    const route = `${request.method} ${url.pathname}`;
    const project = options.projectId;
    if (route === "GET /v7/deployments") {
      if (url.searchParams.get("projectId") !== project) return json({ deployments: [], pagination: {} });
      const limit = Number(url.searchParams.get("limit") ?? 20);
      return json({
        deployments: deployments.slice(0, limit).map(shape),
        pagination: { count: deployments.length },
      });
    }
    const single = /^GET \/v13\/deployments\/([^/]+)$/.exec(route);
    if (single) {
      const found = find(single[1]!);
      return found
        ? json({ ...shape(found), id: found.uid, uid: undefined })
        : json({ error: { code: "not_found" } }, 404);
    }
    if (route === `GET /v9/projects/${project}`) {
      return json({ id: project, targets: { production: production ? { id: production } : null } });
    }
    if (route === `GET /v1/projects/${project}/rolling-release`) {
      if (!rolling) return json({ rollingRelease: null });
      return json({
        rollingRelease: {
          state: rolling.state,
          currentDeployment: { id: rolling.current },
          canaryDeployment: { id: rolling.canary },
          activeStage: rolling.state === "ACTIVE" ? stageShape(rolling.stage, rolling) : null,
          nextStage: rolling.state === "ACTIVE" ? stageShape(rolling.stage + 1, rolling) : null,
        },
      });
    }
    if (route === `POST /v1/projects/${project}/rolling-release/approve-stage`) return await approve(request);
    const rollback = new RegExp(`^POST /v1/projects/${project}/rollback/([^/]+)$`).exec(route);
    if (rollback) return goBack(rollback[1]!);
    const promote = new RegExp(`^POST /v10/projects/${project}/promote/([^/]+)$`).exec(route);
    if (promote) {
      if (!find(promote[1]!)) return json({ error: { code: "not_found" } }, 404);
      production = promote[1]!;
      return json({}, 202);
    }
    return json({ error: { code: "not_found" } }, 404);
  };

  function stageShape(index: number, { stages, requireApproval }: NonNullable<typeof rolling>) {
    const targetPercentage = stages[index];
    if (targetPercentage === undefined) return null;
    const isFinalStage = index === stages.length - 1;
    return {
      index,
      targetPercentage,
      isFinalStage,
      requireApproval: requireApproval && !isFinalStage,
      duration: null,
    };
  }

  /** Refuses what names another stage or canary than the one that comes next, as Vercel does. */
  async function approve(request: Request): Promise<Response> {
    const body = await request.json();
    if (
      rolling?.state !== "ACTIVE" || body.canaryDeploymentId !== rolling.canary ||
      body.nextStageIndex !== rolling.stage + 1
    ) {
      return json({ error: { code: "bad_request" } }, 400);
    }
    rolling.stage++;
    rolling.percentage = rolling.stages[rolling.stage]!;
    if (rolling.stage === rolling.stages.length - 1) {
      rolling.state = "COMPLETE";
      production = rolling.canary;
    }
    return json({});
  }

  function goBack(uid: string): Response {
    if (!find(uid)) return json({ error: { code: "not_found" } }, 404);
    const index = (id: string | null) => deployments.findIndex((one) => one.uid === id);
    if (options.plan === "hobby" && index(uid) !== index(production) + 1 && uid !== rolling?.current) {
      return json({ error: { code: "payment_required" } }, 402);
    }
    if (rolling?.state === "ACTIVE") rolling = { ...rolling, state: "ABORTED" };
    production = uid;
    return json({}, 201);
  }

  const server = serveFake(options.token, (request, url) => {
    if (url.pathname !== "/site") return api(request, url);
    const visitor = Number(url.searchParams.get("visitor") ?? 99);
    const canary = rolling?.state === "ACTIVE" && visitor < rolling.percentage ? rolling.canary : production;
    return new Response(find(canary ?? "")?.page ?? "nothing deployed");
  }, (url) => url.pathname === "/site");

  return {
    ...server,
    site: `${server.url}/site`,
    deploy(uid, commit, page) {
      add(uid, commit, page);
      production = uid;
    },
    startRollingRelease(uid, commit, page, percentage, { next = [100], requireApproval = true } = {}) {
      add(uid, commit, page);
      const stages = [percentage, ...next];
      rolling = {
        state: "ACTIVE",
        current: production!,
        canary: uid,
        percentage,
        stages,
        stage: 0,
        requireApproval,
      };
    },
    rolling: () => rolling && { state: rolling.state, stage: rolling.stage, percentage: rolling.percentage },
  };
}
