import { z } from "zod";
import { isSignedByVercel } from "../../_shared/deployments/webhooks/signature.ts";
import { parseVercelWebhook } from "../../_shared/deployments/vercel/webhook.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import type { Platform } from "../receive.ts";
import { signedRoute } from "../signed-route.ts";

const bodySchema = z.looseObject({
  createdAt: z.union([z.number(), z.iso.datetime({ offset: true })]).optional().catch(undefined),
  payload: z.looseObject({
    project: z.looseObject({ id: z.string().max(200) }).nullish().catch(null),
    projectId: z.string().max(200).nullish().catch(null),
  }),
});

const vercel: Platform = {
  source: "vercel",
  subjectOf(body) {
    const payload = bodySchema.safeParse(body).data?.payload;
    return payload?.project?.id ?? payload?.projectId ?? null;
  },
  isSigned: isSignedByVercel,
  parse: (_headers, body) => parseVercelWebhook(body),
  timeOf(body) {
    const at = bodySchema.safeParse(body).data?.createdAt;
    return at === undefined ? null : typeof at === "number" ? at : Date.parse(at);
  },
};

export function receiveVercel(app: FunctionApp): void {
  signedRoute(app, {
    path: "/vercel",
    operationId: "receiveVercelWebhook",
    summary: "Take a webhook of Vercel",
    description:
      "Signed by x-vercel-signature with the secret of the integration `vercel`, `webhook`. The project is found by its Vercel project's id. " +
      "Events that are of no concern are accepted and ignored; the same body has no effect a second time.",
    signature: {
      scheme: "vercelSignature",
      header: "x-vercel-signature",
      description: "Hex HMAC-SHA1 of the raw body.",
    },
    platform: vercel,
  });
}
