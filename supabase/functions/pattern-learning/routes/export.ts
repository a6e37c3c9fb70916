import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";
import { MAX_PORTABLE, portableFileSchema, portableSchema, standingSchema } from "../schemas.ts";

const COLUMNS = "slug, category, severity, title, explanation, documentation_url, match, actions";

const route = createRoute({
  method: "get",
  path: "/export",
  operationId: "exportPatterns",
  summary: "Learnt and imported patterns as JSON, for another installation",
  description: "What they say, and nothing of what became of them here.",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: {
    query: z.object({
      status: standingSchema.default("active"),
      builtin: z.stringbool().default(false).openapi({ description: "Also those that come with Prunella." }),
    }),
  },
  responses: answers(portableFileSchema, "A file that POST /import takes"),
});

export function exportPatterns(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { status, builtin } = c.req.valid("query");
    const sources = ["learnt", "imported", ...(builtin ? ["builtin"] : [])];
    const rows = await callerClient(c).from("universal_error_patterns").select(COLUMNS)
      .eq("status", status).in("source", sources).order("slug").limit(MAX_PORTABLE);
    const patterns = parseAnswer(rows, z.array(z.unknown()), "universal_error_patterns").flatMap((row) => {
      // A row that somebody broke by hand would make the whole file useless.
      const parsed = portableSchema.safeParse(row);
      return parsed.success ? [parsed.data] : [];
    });
    return c.json({ format: "prunella-patterns" as const, version: 1 as const, patterns }, 200);
  });
}
