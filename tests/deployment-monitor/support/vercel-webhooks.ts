import type { TestPlatform } from "../../support/platform.ts";

export interface VercelWebhook {
  type: string;
  deployment: string;
  project: string;
  commit?: string;
  at?: number;
  id?: string;
}

/** A webhook as Vercel documents it. */
export function vercelBody(
  { type, deployment, project, commit, at = Date.now(), id }: VercelWebhook,
): string {
  return JSON.stringify({
    id: id ?? `hook_${crypto.randomUUID()}`,
    type,
    createdAt: at,
    region: null,
    payload: {
      team: { id: "team_1" },
      user: { id: "user_1" },
      project: { id: project },
      target: "production",
      plan: "pro",
      links: {
        deployment: `https://vercel.com/acme/shop/${deployment}`,
        project: "https://vercel.com/acme/shop",
      },
      deployment: {
        id: deployment,
        name: "shop",
        url: `shop-${deployment}.vercel.app`,
        meta: commit
          ? { githubCommitSha: commit, githubCommitRef: "main", githubCommitAuthorLogin: "ada" }
          : {},
      },
    },
  });
}

export async function hmac(secret: string, body: string, hash: "SHA-1" | "SHA-256"): Promise<string> {
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash }, false, [
    "sign",
  ]);
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(body)));
  return Array.from(signature, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function sendVercel(platform: TestPlatform, body: string, secret: string): Promise<Response> {
  return await platform.call("deployment-monitor/vercel", {
    method: "POST",
    headers: { "content-type": "application/json", "x-vercel-signature": await hmac(secret, body, "SHA-1") },
    body,
  });
}
