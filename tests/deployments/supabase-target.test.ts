import { afterEach, beforeEach, expect, test } from "vitest";
import {
  bodyHash,
  dependenciesOf,
  type FunctionBody,
  sourcesOf,
} from "../../supabase/functions/_shared/deployments/supabase/function-body.ts";
import {
  createSupabaseTarget,
  type SupabaseTarget,
} from "../../supabase/functions/_shared/deployments/supabase/target.ts";
import {
  fileNamed,
  uploadedPath,
} from "../../supabase/functions/_shared/deployments/supabase/uploaded-path.ts";
import { type FakeSupabase, fakeSupabase } from "./fakes/supabase.ts";

let fake: FakeSupabase;
let supabase: SupabaseTarget;
beforeEach(() => {
  fake = fakeSupabase({ token: "sbp_secret", ref: "abcdefghijklmnopqrst" });
  supabase = createSupabaseTarget({
    fetch,
    token: "sbp_secret",
    baseUrl: fake.url,
    ref: "abcdefghijklmnopqrst",
  });
});
afterEach(() => fake.close());
const running = async (slug: string) => await (await fetch(`${fake.url}/functions/v1/${slug}`)).text();

test("a stored body deployed again brings the old behaviour back as a new version", async () => {
  await fake.deploy("orders", "export default 'good'");
  const good = await supabase.body("orders");
  await fake.deploy("orders", "export default 'bad'");
  expect(await running("orders")).toContain("bad");
  const deployed = await supabase.deploy("orders", good);
  expect(deployed.version).toBe(3);
  expect(await running("orders")).toContain("good");
  expect(await bodyHash(await supabase.body("orders"))).toBe(await bodyHash(good));
});

test("bytes that are no text survive being stored and deployed", async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  const body: FunctionBody = {
    name: "wasm",
    verifyJwt: true,
    entrypointPath: "index.ts",
    importMapPath: "deno.json",
    files: [
      { path: "index.ts", encoding: "utf8", content: "import './lib/ü.ts' // \uFEFF" },
      { path: "lib/tool.wasm", encoding: "base64", content: btoa(String.fromCharCode(...bytes)) },
    ],
  };
  await supabase.deploy("wasm", body);
  expect(await supabase.body("wasm")).toEqual(body);
  expect(await supabase.get("wasm")).toMatchObject({
    version: 1,
    verifyJwt: true,
    importMapPath: expect.stringMatching(/^file:\/\/\/tmp\/user_fn_.*_1\/source\/deno\.json$/),
  });
});

test.each([
  ["source/supabase/functions/a/index.ts", "supabase/functions/a/index.ts"],
  ["file:///tmp/user_fn_ref_0b1c_12/source/supabase/functions/a/index.ts", "supabase/functions/a/index.ts"],
  ["/tmp/user_fn_ref_0b1c_12/source/source/index.ts", "source/index.ts"],
  ["index.ts", "index.ts"],
  ["file:///home/ada/shop/index.ts", "home/ada/shop/index.ts"],
])("the platform tells %s of a file that was uploaded as %s", (told, path) => {
  expect(uploadedPath(told)).toBe(path);
});

test("what the platform calls the entrypoint is found among the files, however much of its path it shows", () => {
  const told = "file:///tmp/user_fn_ref_0b1c_3/source/supabase/functions/a/index.ts";
  expect(fileNamed(told, ["supabase/functions/_shared/x.ts", "supabase/functions/a/index.ts"])).toBe(
    "supabase/functions/a/index.ts",
  );
  expect(fileNamed(told, ["deno.json", "index.ts"])).toBe("index.ts");
  expect(fileNamed("file:///tmp/user_fn_ref_0b1c_3/source/index.ts", ["a/index.ts"])).toBe("a/index.ts");
  expect(fileNamed(told, ["main.ts"])).toBe("supabase/functions/a/index.ts");
});

test("one source deployed twice is the same version, though the platform keeps it in two places", async () => {
  await fake.deploy("orders", "export default 1");
  const [first, about] = [await supabase.body("orders"), await supabase.get("orders")];
  await fake.deploy("orders", "export default 1");
  const [second, again] = [await supabase.body("orders"), await supabase.get("orders")];
  expect(about.entrypointPath).not.toBe(again.entrypointPath);
  expect(await bodyHash(first)).toBe(await bodyHash(second));
  expect(second).toMatchObject({ entrypointPath: "index.ts", files: [{ path: "index.ts" }] });
});

test("listing shows every function with its version and bundle hash", async () => {
  await fake.deploy("a", "1");
  await fake.deploy("b", "1");
  await fake.deploy("b", "2");
  const list = await supabase.list();
  expect(list.map(({ slug, version }) => [slug, version])).toEqual([["a", 1], ["b", 2]]);
  expect(list[1]!.bundleHash).toMatch(/^[0-9a-f]{64}$/);
});

test("the hash ignores the order of files and notices every other difference", async () => {
  const body: FunctionBody = {
    name: "f",
    verifyJwt: true,
    entrypointPath: "index.ts",
    importMapPath: null,
    files: [{ path: "a.ts", encoding: "utf8", content: "1" }, {
      path: "b.ts",
      encoding: "utf8",
      content: "2",
    }],
  };
  const hash = await bodyHash(body);
  expect(await bodyHash({ ...body, name: "renamed", files: [...body.files].reverse() })).toBe(hash);
  expect(await bodyHash({ ...body, verifyJwt: false })).not.toBe(hash);
  expect(await bodyHash({ ...body, files: body.files.slice(1) })).not.toBe(hash);
});

test("dependencies are read from imports and re-exports, static and dynamic", () => {
  const content =
    `import { z } from "npm:zod@4";\nexport * from '../_shared/a.ts';\nimport "jsr:@std/x";\nawait import("./b.ts");`;
  const body = { name: "f", verifyJwt: true, entrypointPath: "index.ts", importMapPath: null };
  expect(dependenciesOf({ ...body, files: [{ path: "index.ts", encoding: "utf8", content }] }))
    .toEqual(["../_shared/a.ts", "./b.ts", "jsr:@std/x", "npm:zod@4"]);
});

test.each([
  ["index.ts", "checkout/index.ts"],
  ["./lib/tax.ts", "checkout/lib/tax.ts"],
  ["checkout/index.ts", "checkout/index.ts"],
  ["supabase/functions/checkout/index.ts", "checkout/index.ts"],
  ["home/ada/shop/supabase/functions/_shared/tax.ts", "_shared/tax.ts"],
  ["../_shared/tax.ts", "_shared/tax.ts"],
  ["../../../../etc/passwd", "checkout/etc/passwd"],
])("a file that was uploaded as %s is told from those of other functions: %s", (uploaded, path) => {
  const file = { path: uploaded, encoding: "utf8", content: "x" } as const;
  expect(sourcesOf("checkout", [file])).toEqual([{ path, content: "x", isText: true }]);
});

const lately = () => [new Date(Date.now() - 600_000), new Date(Date.now() + 60_000)] as const;

test("logs are told by function, version and minute, whether numbers come as such or as texts", async () => {
  await fake.deploy("orders", "1");
  const { id } = await supabase.get("orders");
  fake.visited("orders", 5, 2);
  const [minute, ...more] = await supabase.requests(...lately());
  expect(more).toEqual([]);
  expect(minute).toEqual({
    functionId: id,
    version: 1,
    at: expect.any(Number),
    requests: 5,
    failures: 2,
    durationMs: 62.5,
  });
  expect(minute!.at % 60_000).toBe(0);
});

test("rows of logs that name no function or version are left out, and more failures than requests are not believed", async () => {
  const row = {
    minute_at: 60,
    function_id: "f",
    version: "2",
    requests: "3",
    failures: 9,
    duration_ms: null,
  };
  fake.failNext(Response.json({
    result: [{ ...row, function_id: "" }, { ...row, version: "" }, { ...row, requests: 0 }, {
      ...row,
      more: 1,
    }],
  }));
  expect(await supabase.requests(...lately())).toEqual([
    { functionId: "f", version: 2, at: 60_000, requests: 3, failures: 3, durationMs: 0 },
  ]);
});

test.each([
  [
    "an error in a successful answer",
    Response.json({ result: null, error: "Backend error! Retry your query." }),
  ],
  ["too many queries", new Response("", { status: 429, headers: { "retry-after": "7" } })],
  ["a platform that is down", new Response("", { status: 502 })],
])("logs that cannot be read are asked for again: %s", async (_, response) => {
  fake.failNext(response);
  await expect(supabase.requests(...lately())).rejects.toMatchObject({ code: "unreachable" });
});

test("an answer that is no list of rows is refused", async () => {
  fake.failNext(Response.json({ result: [{ minute_at: "yesterday" }] }));
  await expect(supabase.requests(...lately())).rejects.toMatchObject({ code: "rejected" });
});
