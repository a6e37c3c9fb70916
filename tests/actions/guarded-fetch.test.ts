import { describe, expect, it } from "vitest";
import { createGuardedFetch } from "../../supabase/functions/_shared/actions/targets/guarded-fetch.ts";

const publicly = { resolve: () => Promise.resolve(["93.184.215.14"]) };

/** A guarded fetch whose requests end here; `asked` are those that got through. */
function guarded(answer: () => Response): { get: typeof fetch; asked: RequestInit[] } {
  const asked: RequestInit[] = [];
  const get = createGuardedFetch(publicly, (_input, init) => {
    asked.push(init ?? {});
    return Promise.resolve(answer());
  });
  return { get, asked };
}

describe("the guarded fetch", () => {
  it("asks public addresses, and hands on what they answer", async () => {
    const { get } = guarded(() => new Response("body", { status: 201, headers: { "x-a": "b" } }));
    const answer = await get("https://api.vercel.com/v13/deployments");
    expect([answer.status, answer.headers.get("x-a"), await answer.text()]).toEqual([201, "b", "body"]);
  });

  it.each<[string, RequestInfo | URL]>([
    ["as a text", "https://169.254.169.254/latest"],
    ["as a URL", new URL("https://10.0.0.1/")],
    ["as a request", new Request("http://127.0.0.1:5432/")],
    ["by a private name", "https://kong.internal/"],
  ])("asks no private address given %s", async (_how, input) => {
    const { get, asked } = guarded(() => new Response("inside"));
    await expect(get(input)).rejects.toMatchObject({ code: "blocked" });
    expect(asked).toEqual([]);
  });

  it.each([301, 302, 307, 308])("follows no redirect (%i), whatever the caller asks for", async (status) => {
    const { get, asked } = guarded(() =>
      new Response(null, { status, headers: { location: "https://api.vercel.com/other" } })
    );
    await expect(get("https://api.vercel.com/", { redirect: "follow" })).rejects.toMatchObject({
      code: "blocked",
    });
    expect(asked).toMatchObject([{ redirect: "manual" }]);
  });

  it("breaks off a body that has no end", async () => {
    let sent = 0;
    const endless = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          sent += 1_048_576;
          controller.enqueue(new Uint8Array(1_048_576));
        },
      });
    const { get } = guarded(() => new Response(endless()));
    const answer = await get("https://api.vercel.com/");
    await expect(answer.arrayBuffer()).rejects.toThrow(/larger than 16777216 bytes/);
    expect(sent).toBeLessThan(32 * 1_048_576);
  });
});
