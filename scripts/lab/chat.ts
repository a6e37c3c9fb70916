/** The team's chat: takes messages as Slack's incoming webhooks do. */
export function startChat(): { url: string; messages: string[]; stop(): Promise<void> } {
  const messages: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { text } = await request.json() as { text?: string };
    messages.push(text ?? "");
    return new Response("ok");
  });
  return { url: `http://127.0.0.1:${server.addr.port}/hook`, messages, stop: () => server.shutdown() };
}
