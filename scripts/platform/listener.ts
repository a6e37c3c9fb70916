import type { Peer } from "./gateway.ts";

type Serve = (request: Request, peer: Peer) => Response | Promise<Response>;

export interface Listener {
  /** Where this platform answers; always a name that reaches it from this machine. */
  url: string;
  /** From now on answers come from `serve`; until then requests wait. */
  serve(serve: Serve): void;
  /** Stops taking requests and lets those that run finish. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** How long requests may take to finish when the platform stops, ms. */
const DRAIN_MS = 5000;

/** Takes the port first, so that a busy one is known before anything else has been done. */
export function listen({ host, port }: { host: string; port: number }): Listener {
  const ready = Promise.withResolvers<Serve>();
  const closing = new AbortController();
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = Deno.serve(
      { hostname: host, port, onListen: () => {}, signal: closing.signal },
      async (request, info) => {
        const serve = await ready.promise;
        return serve(request, { address: info.remoteAddr.hostname });
      },
    );
  } catch (cause) {
    if (cause instanceof Deno.errors.AddrInUse) {
      throw new Error(`Port ${port} on ${host} is busy: choose another with --port <number>`, { cause });
    }
    if (cause instanceof Deno.errors.AddrNotAvailable) {
      throw new Error(`${host} is no address of this machine: choose another with --host <address>`, {
        cause,
      });
    }
    throw cause;
  }
  const anywhere = host === "0.0.0.0" || host === "::";
  const name = anywhere ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  let draining: Promise<void> | undefined;
  const drain = () => {
    draining ??= (async () => {
      const timer = setTimeout(() => closing.abort(), DRAIN_MS);
      await server.shutdown();
      clearTimeout(timer);
    })();
    return draining;
  };
  return {
    url: `http://${name}:${server.addr.port}`,
    serve: (serve) => ready.resolve(serve),
    drain,
    async close() {
      ready.resolve(() => new Response("The platform is stopping", { status: 503 }));
      await drain();
    },
  };
}
