/** A fake platform on loopback: real HTTP, state of its own, and a record of what was asked of it. */
export interface FakeServer {
  url: string;
  /** Method and path of each request, in order. */
  requests: string[];
  /** The next requests fail like this, one answer each; for outages and rate limits. */
  failNext(...responses: Response[]): void;
  close(): Promise<void>;
}

export type Handler = (request: Request, url: URL) => Response | Promise<Response>;

export function serveFake(
  token: string,
  handle: Handler,
  open: (url: URL) => boolean = () => false,
): FakeServer {
  const requests: string[] = [];
  const failures: Response[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const url = new URL(request.url);
    requests.push(`${request.method} ${url.pathname}`);
    if (!open(url)) {
      const failure = failures.shift();
      if (failure) return failure;
      if (request.headers.get("authorization") !== `Bearer ${token}`) {
        return json({ error: { code: "forbidden" } }, 403);
      }
    }
    return await handle(request, url);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    failNext: (...responses) => void failures.push(...responses),
    close: () => server.shutdown(),
  };
}

export function json(body: unknown, status = 200): Response {
  return Response.json(body, { status });
}
