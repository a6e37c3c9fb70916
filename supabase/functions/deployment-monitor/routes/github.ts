import { z } from "zod";
import { isSignedByGithub } from "../../_shared/deployments/webhooks/signature.ts";
import { parseGithubWebhook } from "../../_shared/deployments/github/webhook.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import type { Platform } from "../receive.ts";
import { signedRoute } from "../signed-route.ts";

const bodySchema = z.looseObject({
  repository: z.looseObject({ full_name: z.string().max(200) }),
  deployment_status: z.looseObject({ created_at: z.iso.datetime({ offset: true }) }).optional().catch(
    undefined,
  ),
  deployment: z.looseObject({ created_at: z.iso.datetime({ offset: true }) }).optional().catch(undefined),
  check_run: z.looseObject({ completed_at: z.iso.datetime({ offset: true }).nullish() }).optional().catch(
    undefined,
  ),
});

const github: Platform = {
  source: "github",
  subjectOf: (body) => bodySchema.safeParse(body).data?.repository.full_name.toLowerCase() ?? null,
  isSigned: isSignedByGithub,
  parse: parseGithubWebhook,
  // A push may bring commits of any age, so its own time says nothing; a replayed one is caught by its hash and changes nothing later.
  timeOf(body) {
    const found = bodySchema.safeParse(body).data;
    const at = found?.deployment_status?.created_at ?? found?.check_run?.completed_at ??
      found?.deployment?.created_at;
    return at ? Date.parse(at) : null;
  },
};

export function receiveGithub(app: FunctionApp): void {
  signedRoute(app, {
    path: "/github",
    operationId: "receiveGithubWebhook",
    summary: "Take a webhook of GitHub",
    description:
      "Signed by X-Hub-Signature-256 with the secret of the integration `github`, `webhook`. The project is found by its repository. " +
      "Of use are deployment, deployment_status, push and check_run; others are accepted and ignored.",
    signature: {
      scheme: "githubSignature",
      header: "x-hub-signature-256",
      description: "`sha256=` and the hex HMAC-SHA256 of the raw body.",
    },
    platform: github,
  });
}
