/** What a team's webhook receiver does with a call. */
export type Answer = "works" | "refuses" | "is down" | "works, and answers 500" | "answers 500";

export interface Delivery {
  id: string;
  projectId: number;
  runbook: string;
  phase: "apply" | "rollback";
}

/** A real HTTP server on loopback with the runbooks of every project: `/<runbook>/apply`, `/rollback`, `/status`. */
export interface Runbooks {
  url: string;
  /** What took effect, in order. */
  effects: Delivery[];
  /** Every request to change something, whether it took effect or not. */
  requests: Delivery[];
  /** How a runbook of a project answers; it works unless this is set. */
  answers(projectId: number, runbook: string, phase: Delivery["phase"], answer: Answer): void;
  /** When set, status URLs answer with this instead of the truth. */
  statusAnswer: { status: number; body: string } | null;
  stop(): Promise<void>;
}

export function startRunbooks(): Runbooks {
  const effects: Delivery[] = [];
  const requests: Delivery[] = [];
  const answerOf = new Map<string, Answer>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const url = new URL(request.url);
    const [, runbook = "", path = ""] = url.pathname.split("/");
    if (path === "status") {
      if (self.statusAnswer) {
        return new Response(self.statusAnswer.body, { status: self.statusAnswer.status });
      }
      const id = url.searchParams.get("id");
      return effects.some((effect) => effect.id === id)
        ? Response.json({ state: "applied" })
        : Response.json({ state: "not_applied" }, { status: 404 });
    }
    const { project_id: projectId } = await request.json() as { project_id: number };
    const phase = path as Delivery["phase"];
    const delivery = { id: request.headers.get("webhook-id") ?? "", projectId, runbook, phase };
    requests.push(delivery);
    const answer = answerOf.get(`${projectId}/${runbook}/${phase}`) ?? "works";
    if (answer.startsWith("works")) effects.push(delivery);
    const status = { works: 200, refuses: 422, "is down": 503 }[answer as string] ?? 500;
    return Response.json({}, { status });
  });
  const { port } = server.addr as Deno.NetAddr;
  const self: Runbooks = {
    url: `http://127.0.0.1:${port}`,
    effects,
    requests,
    answers: (projectId, runbook, phase, answer) => {
      answerOf.set(`${projectId}/${runbook}/${phase}`, answer);
    },
    statusAnswer: null,
    stop: () => server.shutdown(),
  };
  return self;
}
