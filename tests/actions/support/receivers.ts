/** Systems that actions call, as small HTTP servers on loopback that keep state. Shapes are those of the documentation. */

export interface Received {
  method: string;
  path: string;
  headers: Headers;
  body: string;
}

export interface Receiver {
  url: string;
  received: Received[];
  stop(): Promise<void>;
}

/** Any server: it remembers every request and answers as it is told. */
export function receiver(
  answer: (request: Received, count: number) => Response | Promise<Response>,
): Receiver {
  const received: Received[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    const body = await request.text();
    const one = { method: request.method, path: pathname + search, headers: request.headers, body };
    received.push(one);
    return await answer(one, received.length);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    received,
    stop: () => server.shutdown(),
  };
}

/** A receiver of runbooks as ours are asked to be: works once for each id, and tells of it. */
export function runbookReceiver(options: { crashAfterWork?: boolean } = {}): Receiver & { worked: string[] } {
  const worked: string[] = [];
  const server = receiver(({ method, path, headers }) => {
    const url = new URL(path, "http://x");
    if (method === "GET") {
      const known = worked.includes(url.searchParams.get("id") ?? "");
      return known ? Response.json({ state: "applied" }) : new Response(null, { status: 404 });
    }
    const id = headers.get("webhook-id") ?? "";
    if (!worked.includes(id)) worked.push(id);
    return new Response(null, { status: options.crashAfterWork ? 500 : 202 });
  });
  return { ...server, worked };
}

interface FakeIssue {
  number: number;
  html_url: string;
  state: "open" | "closed";
  title: string;
  body: string;
  labels: string[];
  comments: string[];
}

export interface FakeGithub extends Receiver {
  issues: FakeIssue[];
  /** The next write is done, and its answer lost. */
  loseNextAnswer(): void;
}

/** The issues part of GitHub's REST API. */
export function fakeGithub(token: string, repository = "acme/shop"): FakeGithub {
  const issues: FakeIssue[] = [];
  let losing = false;
  const lost = (response: Response) => {
    const lose = losing;
    losing = false;
    return lose ? new Response(null, { status: 502 }) : response;
  };
  const server = receiver(({ method, path, headers, body }) => {
    if (headers.get("authorization") !== `Bearer ${token}`) {
      return Response.json({ message: "Bad credentials" }, { status: 401 });
    }
    const url = new URL(path, "http://x");
    const base = `/repos/${repository}/issues`;
    if (!url.pathname.startsWith(base)) return Response.json({ message: "Not Found" }, { status: 404 });
    const [number, comments] = url.pathname.slice(base.length + 1).split("/");
    const page = <T>(all: T[]) => {
      const size = Number(url.searchParams.get("per_page") ?? 30);
      const from = (Number(url.searchParams.get("page") ?? 1) - 1) * size;
      return Response.json(all.slice(from, from + size));
    };
    if (!number && method === "GET") return page(issues.toReversed());
    if (!number && method === "POST") {
      const sent = JSON.parse(body);
      const next = issues.length + 1;
      const html_url = `https://github.com/${repository}/issues/${next}`;
      issues.push({ number: next, html_url, state: "open", comments: [], labels: [], ...sent });
      return lost(Response.json(issues.at(-1), { status: 201 }));
    }
    const issue = issues[Number(number) - 1];
    if (!issue) return Response.json({ message: "Not Found" }, { status: 404 });
    if (comments === "comments" && method === "GET") {
      return page(issue.comments.map((text) => ({ body: text })));
    }
    if (comments === "comments") {
      issue.comments.push(JSON.parse(body).body);
      return lost(Response.json({ id: issue.comments.length }, { status: 201 }));
    }
    if (method === "PATCH") Object.assign(issue, JSON.parse(body));
    return lost(Response.json(issue));
  });
  return { ...server, issues, loseNextAnswer: () => void (losing = true) };
}
