import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp, FunctionContext } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { projectIdSchema, reasonSchema, timestampSchema } from "../../_shared/platform/http-schemas.ts";
import { callRpc } from "../../_shared/platform/rpc.ts";

const body = z.strictObject({
  project: projectIdSchema.optional().openapi({ description: "Without it: everywhere, for machines only." }),
  reason: reasonSchema,
});
type Body = z.output<typeof body>;

const switchSchema = z.object({
  active: z.boolean().openapi({
    description: "Whether the kill switch is on: nothing is touched while it is.",
  }),
  changed_at: timestampSchema,
}).openapi("KillSwitch");

const route = <P extends "/disable" | "/enable">(path: P, summary: string) =>
  createRoute({
    method: "post",
    path,
    operationId: path.slice(1),
    summary,
    description:
      "The kill switch is read before every side effect. Fixes under way are still verified; what is to be taken back waits, unless a person orders it.",
    security: security.userOrSecret,
    middleware: [auth.userOrSecret] as const,
    request: { body: jsonBody(body) },
    responses: answers(switchSchema, "The switch as it is now"),
  });

/** `POST /disable` and `POST /enable`: one switch in its two directions. */
export function switchHealing(app: FunctionApp): void {
  const set = (c: FunctionContext, { project, reason }: Body, active: boolean) =>
    callRpc(callerClient(c), "set_kill_switch", {
      p_project_id: project ?? null,
      p_active: active,
      p_reason: reason,
    }, switchSchema);
  app.openapi(
    route("/disable", "Stop all healing at once"),
    async (c) => c.json(await set(c, c.req.valid("json"), true), 200),
  );
  app.openapi(
    route("/enable", "Let healing go on"),
    async (c) => c.json(await set(c, c.req.valid("json"), false), 200),
  );
}
