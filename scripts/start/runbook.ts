import { signedHeaders } from "../../supabase/functions/_shared/actions/targets/signature.ts";

/** Older requests are refused, as the Standard Webhooks specification wants, in seconds. */
const TOLERANCE_S = 300;

export interface RunbookServer {
  url: string;
  stop(): Promise<void>;
}

/**
 * The other end of a runbook: an endpoint of the team's that does one thing when it is asked with a valid signature, and once
 * for each idempotency key.
 */
export function serveRunbook(
  { port, secret, run }: { port: number; secret: string; run: () => Promise<void> },
): RunbookServer {
  const done = new Set<string>();
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, async (request) => {
    const body = await request.text();
    const id = request.headers.get("webhook-id") ?? "";
    if (request.method !== "POST" || !await isSigned(request, id, body, secret)) {
      return Response.json({ error: "not signed with the runbook's secret" }, { status: 401 });
    }
    if (!done.has(id)) {
      done.add(id);
      await run();
    }
    return Response.json({ state: "applied" });
  });
  return { url: `http://127.0.0.1:${server.addr.port}/restart-payments`, stop: () => server.shutdown() };
}

async function isSigned(request: Request, id: string, body: string, secret: string): Promise<boolean> {
  const at = Number(request.headers.get("webhook-timestamp"));
  if (!id || !(Math.abs(Date.now() / 1000 - at) < TOLERANCE_S)) return false;
  const expected = await signedHeaders(secret, id, new Date(at * 1000), body);
  return request.headers.get("webhook-signature") === expected["webhook-signature"];
}
