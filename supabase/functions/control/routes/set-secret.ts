import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import { failures } from "../../_shared/platform/errors.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { idSchema } from "../../_shared/platform/http-schemas.ts";
import { callRpc, parseAnswer } from "../../_shared/platform/rpc.ts";

/** Long enough for a private key in PEM. */
const MAX_SECRET_LENGTH = 16_384;

const storedSchema = z.object({ id: z.number().int(), stored: z.literal(true) }).openapi("StoredSecret");

const route = createRoute({
  method: "put",
  path: "/integrations/{integration}/secret",
  operationId: "setIntegrationSecret",
  summary: "Give an integration its secret",
  description: "For admins. It goes into Vault and is never told again, to nobody.",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: {
    params: z.object({ integration: idSchema.openapi({ description: "The integration's id.", example: 5 }) }),
    body: jsonBody(z.strictObject({ secret: z.string().min(1).max(MAX_SECRET_LENGTH) })),
  },
  responses: answers(storedSchema, "It is stored"),
});

const integrationRows = z.array(
  z.object({ project_id: z.number().int(), kind: z.string(), name: z.string() }),
);
const memberRows = z.array(z.object({ role: z.literal("admin") }));

export function setSecret(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const id = c.req.valid("param").integration;
    const client = callerClient(c);
    const { userClaims, supabaseAdmin } = c.var.supabaseContext;
    const rows = await client.from("integrations").select("project_id, kind, name").eq("id", id);
    const [integration] = parseAnswer(rows, integrationRows, "integrations");
    if (!integration) {
      throw failures.notFound(`There is no integration ${id}, or you are no member of its project.`);
    }
    if (userClaims) {
      const admins = await client.from("project_members").select("role")
        .eq("project_id", integration.project_id).eq("user_id", userClaims.id).eq("role", "admin");
      if (parseAnswer(admins, memberRows, "project_members").length === 0) {
        throw failures.forbidden("Only admins of the project set the secrets of its integrations.");
      }
    }
    // Vault is open to the service role alone.
    await callRpc(supabaseAdmin, "set_integration_secret", {
      p_project_id: integration.project_id,
      p_kind: integration.kind,
      p_name: integration.name,
      p_secret: c.req.valid("json").secret,
    }, z.unknown());
    return c.json({ id, stored: true as const }, 200);
  });
}
