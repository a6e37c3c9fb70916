import { afterEach, describe, expect, it } from "vitest";
import { ActionError } from "../../supabase/functions/_shared/actions/action-error.ts";
import { checkedUrl } from "../../supabase/functions/_shared/actions/targets/outbound/guard.ts";
import {
  createOutbound,
  type OutboundRequest,
} from "../../supabase/functions/_shared/actions/targets/outbound.ts";
import { type Receiver, receiver } from "./support/receivers.ts";

const HOSTILE = [
  // Not https, or not the web
  "http://example.com/",
  "ftp://example.com/",
  "file:///etc/passwd",
  "gopher://example.com/_GET",
  "data:text/plain,hello",
  "javascript:alert(1)",
  "ws://example.com/",
  "//example.com/",
  "example.com/hook",
  "",
  // Loopback in every notation
  "https://127.0.0.1/",
  "https://127.0.0.1./",
  "https://127.1/",
  "https://127.0.1/",
  "https://127.255.255.254/",
  "https://2130706433/",
  "https://017700000001/",
  "https://0177.0.0.1/",
  "https://0x7f000001/",
  "https://0x7f.0.0.1/",
  "https://0x7F.1/",
  "https://①②⑦.⓪.⓪.①/",
  "https://127。0。0。1/",
  "https://127%2e0%2e0%2e1/",
  "https://0/",
  "https://0.0.0.0/",
  "https://[::1]/",
  "https://[::]/",
  "https://[0:0:0:0:0:0:0:1]/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:7f00:1]/",
  "https://[::127.0.0.1]/",
  "https://[0:0:0:0:0:ffff:127.0.0.1]/",
  "https://[64:ff9b::127.0.0.1]/",
  "https://[64:ff9b:1::a00:1]/",
  "https://[2002:7f00:1::]/",
  "https://[2001:0:7f00:1::]/",
  // Metadata services
  "https://169.254.169.254/latest/meta-data/",
  "https://2852039166/",
  "https://0xa9fea9fe/",
  "https://0251.0376.0251.0376/",
  "https://[::ffff:a9fe:a9fe]/",
  "https://[fd00:ec2::254]/",
  "https://100.100.100.200/",
  "https://192.0.0.192/",
  "https://168.63.129.16/",
  "https://metadata.google.internal/",
  "https://metadata.google.internal./",
  "https://metadata/",
  // Private, link-local, carrier-grade, multicast, reserved
  "https://10.0.0.1/",
  "https://10.1/",
  "https://172.16.0.1/",
  "https://172.31.255.255/",
  "https://192.168.1.1/",
  "https://192.168.257/",
  "https://100.64.0.1/",
  "https://198.18.0.1/",
  "https://192.0.2.1/",
  "https://224.0.0.1/",
  "https://240.0.0.1/",
  "https://255.255.255.255/",
  "https://[fe80::1]/",
  "https://[fc00::1]/",
  "https://[fdff::1]/",
  "https://[fec0::1]/",
  "https://[ff02::1]/",
  "https://[2001:db8::1]/",
  "https://[100::1]/",
  // Names
  "https://localhost/",
  "https://localhost./",
  "https://LOCALHOST/",
  "https://foo.localhost/",
  "https://db/",
  "https://kubernetes.default.svc.cluster.local/",
  "https://printer.local/",
  "https://vault.internal/",
  "https://router.lan/",
  "https://nas.home.arpa/",
  "https://127.0.0.1.nip.io/",
  "https://10-0-0-1.sslip.io/",
  "https://app.localtest.me/",
  "https://ⓛocalhost/",
  // Credentials, ports, odd characters
  "https://user:password@example.com/",
  "https://user@example.com/",
  "https://example.com@127.0.0.1/",
  "https://example.com:22/",
  "https://example.com:6379/",
  "https://example.com:80/",
  "https://example.com\\@127.0.0.1/",
  "https://exam\tple.com/",
  "https://example.com/\r\nX-Injected: 1",
  " https://example.com/",
  "https://exa mple.com/",
  "https://-example.com/",
  `https://example.com/${"a".repeat(3000)}`,
];

const publicly = { resolve: () => Promise.resolve(["93.184.215.14", "2606:2800:21f::1"]) };

describe("which addresses may be called", () => {
  it.each(HOSTILE)("refuses %j", async (url) => {
    await expect(checkedUrl(url, publicly)).rejects.toMatchObject({
      name: "ActionError",
      code: "blocked",
      effect: "none",
    });
  });

  it.each([
    "https://example.com/",
    "https://hooks.slack.com/services/T/B/x?y=1",
    "https://example.com:8443/",
    "https://8.8.8.8/",
    "https://[2606:4700::1111]/",
    "https://xn--bcher-kva.example.com/",
    "https://a_b.example.com/",
  ])(
    "lets %s pass",
    async (url) => expect((await checkedUrl(url, publicly)).href).toBe(url),
  );

  it.each([
    [["10.0.0.5"]],
    [["93.184.215.14", "127.0.0.1"]],
    [["93.184.215.14", "::ffff:10.0.0.1"]],
    [["fd00::1"]],
    [["not an address"]],
  ])("refuses a name that resolves to %j", async (answers) => {
    const asked = checkedUrl("https://rebind.example.com/", { resolve: () => Promise.resolve(answers) });
    await expect(asked).rejects.toMatchObject({ code: "blocked" });
  });

  it("fails without effect when a name does not resolve", async () => {
    const none = checkedUrl("https://typo.example.com/", {
      resolve: () => Promise.reject(new Error("NXDOMAIN")),
    });
    await expect(none).rejects.toMatchObject({ code: "unreachable", effect: "none" });
    await expect(checkedUrl("https://typo.example.com/", { resolve: () => Promise.resolve([]) })).rejects
      .toMatchObject({ code: "unreachable" });
  });

  it("judges by the name alone where the runtime has no resolver or forbids it", async () => {
    for (const resolve of [null, () => Promise.resolve(null)]) {
      expect((await checkedUrl("https://example.com/", { resolve })).host).toBe("example.com");
      await expect(checkedUrl("https://db.internal/", { resolve })).rejects.toMatchObject({
        code: "blocked",
      });
    }
  });

  it("lets an allowed origin pass, and nothing that merely looks like it", async () => {
    const limits = { ...publicly, allowedOrigins: ["http://127.0.0.1:4000"] };
    expect((await checkedUrl("http://127.0.0.1:4000/hook", limits)).port).toBe("4000");
    for (
      const url of ["http://127.0.0.1:4001/", "https://127.0.0.1:4000/", "http://127.0.0.1:4000@evil.com/"]
    ) {
      await expect(checkedUrl(url, limits)).rejects.toMatchObject({ code: "blocked" });
    }
  });

  it("allows loopback for development, but no other private address", async () => {
    const limits = { ...publicly, allowLoopback: true };
    for (const url of ["http://127.0.0.1:9/", "http://localhost:3000/", "https://[::1]:1234/"]) {
      expect((await checkedUrl(url, limits)).href).toBe(url);
    }
    for (const url of ["http://10.0.0.1/", "http://169.254.169.254/", "http://example.com/"]) {
      await expect(checkedUrl(url, limits)).rejects.toMatchObject({ code: "blocked" });
    }
  });

  it("never shows path, query or credentials of a refused URL", async () => {
    for (
      const url of [
        "http://example.com/T000/SECRET?key=SECRET",
        "https://u:SECRET@example.com/",
        "https://10.0.0.1/SECRET",
      ]
    ) {
      const error = await checkedUrl(url, publicly).catch((thrown: unknown) => thrown);
      expect(JSON.stringify({ ...error as object, text: String(error) })).not.toContain("SECRET");
    }
  });
});

describe("sending", () => {
  const servers: Receiver[] = [];
  const started = (...given: Parameters<typeof receiver>) => {
    const one = receiver(...given);
    servers.push(one);
    return one;
  };
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });
  const send = (request: Partial<OutboundRequest> & { url: string }) =>
    createOutbound({ allowLoopback: true })({ method: "GET", ...request });

  it("returns status, headers and text", async () => {
    const server = started(() => new Response("über", { status: 418, headers: { "x-a": "b" } }));
    const answer = await send({
      url: `${server.url}/x?y=1`,
      method: "POST",
      body: "hello",
      headers: { "x-c": "d" },
    });
    expect(answer).toMatchObject({ status: 418, text: "über" });
    expect(answer.headers.get("x-a")).toBe("b");
    expect(server.received[0]).toMatchObject({ method: "POST", path: "/x?y=1", body: "hello" });
    expect(server.received[0]?.headers.get("x-c")).toBe("d");
  });

  it("follows redirects within the origin and keeps method and body", async () => {
    const server = started(({ path }) =>
      path === "/a" ? new Response(null, { status: 307, headers: { location: "/b" } }) : new Response("done")
    );
    expect((await send({ url: `${server.url}/a`, method: "POST", body: "x" })).text).toBe("done");
    expect(server.received[1]).toMatchObject({ method: "POST", path: "/b", body: "x" });
  });

  it.each([
    ["another port", (url: string) => url.replace(/:\d+$/, ":1")],
    ["the metadata service", () => "https://169.254.169.254/latest"],
    ["a file", () => "file:///etc/passwd"],
    ["another host", () => "https://evil.example.com/"],
  ])("does not follow a redirect to %s", async (_name, location) => {
    const server: Receiver = started(() =>
      new Response(null, { status: 302, headers: { location: location(server.url) } })
    );
    await expect(send({ url: server.url })).rejects.toBeInstanceOf(ActionError);
    expect(server.received).toHaveLength(1);
  });

  it("does not follow a redirect to another origin, even one that may be called", async () => {
    const other = started(() => new Response("what the other knows"));
    const server = started(() => new Response(null, { status: 307, headers: { location: other.url } }));
    await expect(send({ url: server.url, method: "POST", body: "secret" })).rejects.toThrow(/another origin/);
    expect(other.received).toEqual([]);
  });

  it("looks the name up again at a redirect: its answer may have changed", async () => {
    const answers = [["93.184.215.14"], ["10.0.0.1"]];
    const asked: string[] = [];
    const outbound = createOutbound({
      resolve: () => Promise.resolve(answers.shift()!),
      fetch: (input) => {
        asked.push(String(input));
        return Promise.resolve(new Response(null, { status: 307, headers: { location: "/inside" } }));
      },
    });
    await expect(outbound({ method: "GET", url: "https://rebinding.com/" })).rejects.toMatchObject({
      code: "blocked",
    });
    expect(asked).toEqual(["https://rebinding.com/"]);
  });

  it("gives up after three redirects", async () => {
    const server = started((_request, count) =>
      new Response(null, { status: 308, headers: { location: `/${count}` } })
    );
    await expect(send({ url: server.url })).rejects.toThrow(/more than 3/);
    expect(server.received).toHaveLength(4);
  });

  it("does not turn a redirected POST into a GET", async () => {
    const server = started(() => new Response(null, { status: 303, headers: { location: "/other" } }));
    expect((await send({ url: server.url, method: "POST" })).status).toBe(303);
    expect(server.received).toHaveLength(1);
  });

  it("reads no more than allowed, however long the answer is", async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const server = started(() => new Response(endless));
    await expect(send({ url: server.url, maxResponseBytes: 100_000 })).rejects.toMatchObject({
      code: "uncertain",
    });
    expect(sent).toBeLessThan(20_000_000);
  });

  it("does not wait longer than the time-out, neither for the answer nor for its body", async () => {
    const silent = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const slow = started(() =>
      new Response(new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(1)) }))
    );
    for (const url of [`http://127.0.0.1:${silent.addr.port}/`, slow.url]) {
      await expect(send({ url, method: "POST", timeoutMs: 50 })).rejects.toMatchObject({
        code: "uncertain",
        effect: "unknown",
      });
    }
    silent.close();
  });

  it("knows that a refused connection had no effect, and that a broken one may have", async () => {
    const gone = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const { port } = gone.addr;
    gone.close();
    await expect(send({ url: `http://127.0.0.1:${port}/SECRET` })).rejects.toMatchObject({
      code: "unreachable",
      effect: "none",
      retry: true,
    });
    const breaking = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const broken = breaking.accept().then(async (connection) => {
      await connection.read(new Uint8Array(1024));
      connection.close();
    });
    await expect(send({ url: `http://127.0.0.1:${breaking.addr.port}/`, method: "POST", body: "x" })).rejects
      .toMatchObject({ code: "uncertain", effect: "unknown" });
    await broken;
    breaking.close();
  });

  it.each([
    [{ "x-a": "b\r\nx-injected: 1" }],
    [{ "x-a": "b\nc" }],
    [{ "x-a": "\u0000" }],
    [{ "x-a": "ü" }],
    [{ "x a": "b" }],
    [{ "x-a:": "b" }],
    [{ host: "internal" }],
    [{ "Transfer-Encoding": "chunked" }],
    [{ "content-length": "1" }],
  ])("refuses the headers %j and sends nothing", async (headers) => {
    const server = started(() => new Response("ok"));
    await expect(send({ url: server.url, headers })).rejects.toMatchObject({ code: "blocked" });
    expect(server.received).toHaveLength(0);
  });

  it("never shows the URL's path in an error, nor in its cause", async () => {
    const gone = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const { port } = gone.addr;
    gone.close();
    const error = await send({ url: `http://127.0.0.1:${port}/T/SECRET` }).catch((thrown: unknown) => thrown);
    expect(Deno.inspect(error)).not.toContain("SECRET");
  });
});
