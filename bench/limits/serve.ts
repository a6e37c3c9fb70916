// Serves one function in a process of its own, at a free port that it prints, as the edge runtime would.
const [module] = Deno.args;
if (!module) throw new Error("usage: serve.ts <url of a function's index.ts>");
const { default: { fetch } } = await import(module);
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(port),
}, (request) => fetch(request));
