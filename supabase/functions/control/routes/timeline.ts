import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import { failures } from "../../_shared/platform/errors.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";
import { issueParams, TURNING_POINT_COLUMNS, turningPointSchema } from "../schemas.ts";

const MAX_POINTS = 500;

const route = createRoute({
  method: "get",
  path: "/issues/{issue}/timeline",
  operationId: "readTimeline",
  summary: "Every turning point of an issue, oldest first",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: {
    params: issueParams,
    query: z.object({
      after: z.coerce.number().int().min(0).default(0).openapi({
        description: "The last id of the page before.",
      }),
      limit: z.coerce.number().int().min(1).max(MAX_POINTS).default(100),
    }),
  },
  responses: answers(
    z.object({ turning_points: z.array(turningPointSchema) }),
    "What happened, who did it and why",
  ),
});

export function readTimeline(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { issue } = c.req.valid("param");
    const { after, limit } = c.req.valid("query");
    const rows = await callerClient(c).from("turning_points").select(TURNING_POINT_COLUMNS)
      .eq("issue_id", issue).gt("id", after).order("id").limit(limit);
    const points = parseAnswer(rows, z.array(turningPointSchema), "turning_points");
    // Every issue has at least the turning point of its discovery.
    if (points.length === 0 && after === 0) {
      throw failures.notFound(`There is no issue ${issue}, or you are no member of its project.`);
    }
    return c.json({ turning_points: points }, 200);
  });
}
