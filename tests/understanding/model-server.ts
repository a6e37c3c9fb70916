export interface Asked {
  path: string;
  authorization: string | null;
  // deno-lint-ignore no-explicit-any -- whatever was sent: each test says what it expects in it
  body: any;
}

type Responder = (asked: Asked) => Response | Promise<Response>;

export interface ModelServer {
  url: string;
  /** Every request so far. */
  asked: Asked[];
  /** How it answers from now on. */
  respond: Responder;
  stop(): Promise<void>;
}

/** An OpenAI-compatible server on loopback. */
export function startModelServer(): ModelServer {
  const asked: Asked[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const one: Asked = {
      path: new URL(request.url).pathname,
      authorization: request.headers.get("authorization"),
      body: await request.json(),
    };
    asked.push(one);
    return await self.respond(one);
  });
  const self: ModelServer = {
    url: `http://127.0.0.1:${server.addr.port}/v1`,
    asked,
    respond: () => completion({ content: "{}" }),
    stop: () => server.shutdown(),
  };
  return self;
}

/** An answer of chat completions, in the shape that OpenAI's API gives. */
export function completion(
  message: { content?: string | null; refusal?: string | null },
  { finish_reason = "stop", usage = { prompt_tokens: 900, completion_tokens: 120, total_tokens: 1020 } } = {},
): Response {
  return Response.json({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_772_000_000,
    model: "test-model",
    choices: [{
      index: 0,
      message: { role: "assistant", content: null, refusal: null, ...message },
      logprobs: null,
      finish_reason,
    }],
    usage,
  });
}

export function errorAnswer(status: number, headers: Record<string, string> = {}): Response {
  return Response.json({ error: { message: `refused ${status}`, type: "error", param: null, code: null } }, {
    status,
    headers,
  });
}
