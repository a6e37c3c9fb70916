/** Where a worker's calls cross from its process to another: the moments between which it can die. */
export interface Crossing {
  /** The database function, or `webhook <path>`. */
  name: string;
  /** `before`: the call never arrives. `after`: it took effect and the worker never hears of it. */
  phase: "before" | "after";
}

/** Asked at every crossing; true: the worker has been killed there. */
export type Fate = (crossing: Crossing) => boolean;

/** A server on loopback that passes calls on to `target`, unless their sender dies at them. */
export function serveCrossings(
  target: (request: Request) => Promise<Response>,
  nameOf: (url: URL) => string,
  fate: Fate,
): { url: string; stop: () => Promise<void> } {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const name = nameOf(new URL(request.url));
    // Read first: a call whose sender is dead must not be half a call.
    let body: ArrayBuffer | undefined;
    try {
      body = request.method === "GET" || request.method === "HEAD" ? undefined : await request.arrayBuffer();
    } catch {
      return new Response(null, { status: 499 });
    }
    if (fate({ name, phase: "before" })) return new Response(null, { status: 502 });
    const response = await target(
      new Request(request.url, { method: request.method, headers: request.headers, body }),
    );
    const answer = await response.arrayBuffer();
    fate({ name, phase: "after" });
    return new Response(answer.byteLength ? answer : null, {
      status: response.status,
      headers: response.headers,
    });
  });
  const { port } = server.addr as Deno.NetAddr;
  return { url: `http://127.0.0.1:${port}`, stop: () => server.shutdown() };
}
