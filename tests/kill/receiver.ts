/** A team's webhook receiver that remembers what it was asked to do, and can be asked. It works as soon as it is called. */
export interface Receiver {
  handle: (request: Request) => Promise<Response>;
  /** Deliveries by webhook id, in order: more than one per id would be a side effect done twice. */
  deliveries: Map<string, { path: string; projectId: number }[]>;
}

export function createReceiver(): Receiver {
  const deliveries: Receiver["deliveries"] = new Map();
  return {
    deliveries,
    async handle(request) {
      const url = new URL(request.url);
      if (url.pathname === "/status") {
        const known = deliveries.has(url.searchParams.get("id") ?? "");
        return known
          ? Response.json({ state: "applied" })
          : Response.json({ state: "not_applied" }, { status: 404 });
      }
      const id = request.headers.get("webhook-id");
      if (!id) return new Response("no webhook-id", { status: 400 });
      const { project_id } = await request.json() as { project_id: number };
      deliveries.set(id, [...deliveries.get(id) ?? [], { path: url.pathname, projectId: project_id }]);
      return Response.json({ ok: true });
    },
  };
}
