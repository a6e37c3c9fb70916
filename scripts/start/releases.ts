import { z } from "zod";
import type { ShopProcess } from "../lab/shop-process.ts";

/** The shop behind one address, whichever release runs; and a control endpoint through which Prunella can change that. */
export interface Releases {
  /** Where customers go. */
  url: string;
  /** The `url` of a process integration; `secret` is its bearer token. */
  controlUrl: string;
  secret: string;
  current(): string;
  /** Starts a release and sends customers there; the one before ends when the new one listens. Returns when the new one took over. */
  deploy(release: string): Promise<Date>;
  stop(): Promise<void>;
}

const releaseBody = z.object({ release: z.string(), expected: z.string() });

export async function startReleases(
  start: (release: string) => Promise<ShopProcess>,
  first: string,
): Promise<Releases> {
  const secret = crypto.randomUUID();
  const known = new Set([first]);
  const obeyed = new Set<string>();
  let running = { release: first, shop: await start(first), startedAt: new Date() };
  let lastKey: string | null = null;

  const serve = async (release: string) => {
    const next = { release, shop: await start(release), startedAt: new Date() };
    const before = running;
    running = next;
    known.add(release);
    await before.shop.stop();
    return next.startedAt;
  };
  const state = () =>
    Response.json({
      release: running.release,
      releases: [...known],
      started_at: running.startedAt.toISOString(),
      last_key: lastKey,
    });

  const front = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    const body = request.method === "GET" ? undefined : await request.arrayBuffer();
    try {
      return await fetch(`${running.shop.url}${pathname}${search}`, {
        method: request.method,
        headers: request.headers,
        body,
      });
    } catch {
      return Response.json({ error: "the shop does not answer" }, { status: 502 });
    }
  });
  const control = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    if (request.headers.get("authorization") !== `Bearer ${secret}`) {
      return Response.json({ error: "the token is wrong" }, { status: 401 });
    }
    const { pathname } = new URL(request.url);
    if (request.method === "GET" && pathname === "/state") return state();
    const key = request.headers.get("idempotency-key");
    if (request.method !== "POST" || key === null) {
      return Response.json({ error: "not found" }, { status: 404 });
    }
    if (obeyed.has(key)) return state();
    if (pathname === "/restart") await serve(running.release);
    else if (pathname === "/release") {
      const wanted = releaseBody.safeParse(await request.json().catch(() => null)).data;
      if (!wanted || !known.has(wanted.release)) {
        return Response.json({ error: "no such release" }, { status: 422 });
      }
      if (wanted.expected !== running.release) {
        return Response.json({ error: `${running.release} is served` }, { status: 412 });
      }
      await serve(wanted.release);
    } else return Response.json({ error: "not found" }, { status: 404 });
    obeyed.add(key);
    lastKey = key;
    return state();
  });

  return {
    url: `http://127.0.0.1:${front.addr.port}`,
    controlUrl: `http://127.0.0.1:${control.addr.port}`,
    secret,
    current: () => running.release,
    deploy: serve,
    async stop() {
      await Promise.all([front.shutdown(), control.shutdown()]);
      await running.shop.stop();
    },
  };
}
