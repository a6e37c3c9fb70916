import { describe, expect, it } from "vitest";
import { OWN_FUNCTIONS } from "../../supabase/functions/_shared/platform/own-functions.ts";
import { createTargets } from "../../supabase/functions/_shared/actions/targets/targets.ts";
import type { PolicyOf } from "../../supabase/functions/_shared/actions/targets/policy.ts";
import { createOutbound } from "../../supabase/functions/_shared/actions/targets/outbound.ts";
import { parseIntegrations } from "../../supabase/functions/_shared/actions/integrations.ts";
import { edgeFunctionsOf } from "../../supabase/functions/_shared/deployments/shell/edge-functions.ts";
import { fakeSupabase } from "./fakes/supabase.ts";
import { deploymentRow } from "./rows.ts";

const REF = "abcdefghijklmnopqrst";
const NOON = Date.UTC(2025, 0, 6, 12);
const at = (minutes: number) => new Date(NOON + minutes * 60_000).toISOString();
let ids = 0;
const version = (slug: string, n: number, minutes: number) =>
  deploymentRow(++ids, at(minutes), {
    target: "supabase",
    external_id: `${slug}@${n}`,
    service: slug,
    commit_sha: null,
  });
const ROWS = [version("mailer", 1, -60), version("mailer", 2, 0), version("search", 7, -30)];
const both = edgeFunctionsOf(ROWS, new Set(["mailer", "search"]));

describe("errors of edge functions", () => {
  it.each([
    ["file:///var/tmp/sb-compile-edge-runtime/mailer/index.ts", "mailer"],
    ["file:///var/tmp/sb-compile-edge-runtime/search/lib/rank.ts", "search"],
    ["file:///home/deno/functions/search/index.ts", "search"],
    ["supabase/functions/mailer/index.ts", "mailer"],
    ["file:///var/tmp/sb-compile-edge-runtime/source/index.ts", null],
    ["file:///var/tmp/sb-compile-edge-runtime/source/supabase/functions/search/index.ts", "search"],
    ["file:///tmp/user_fn_ref_0b1c_7/source/supabase/functions/search/index.ts", "search"],
    ["file:///tmp/user_fn_ref_0b1c_7/source/index.ts", null],
    ["src/mailer/index.ts", null],
    ["supabase/functions/_shared/cors.ts", null],
    ["supabase/functions/other/index.ts", null],
  ])("raised in %s are of %s", (file, slug) => {
    expect(both.raisedIn([file])).toBe(slug);
  });

  it("are of the innermost function that is known, and of the only one where the runtime tells no name", () => {
    expect(both.raisedIn(["supabase/functions/_shared/cors.ts", "supabase/functions/search/index.ts"])).toBe(
      "search",
    );
    const one = edgeFunctionsOf(ROWS, new Set(["search", "shop"]));
    expect(one.raisedIn(["file:///var/tmp/sb-compile-edge-runtime/source/index.ts"])).toBe("search");
    expect(one.raisedIn(["supabase/functions/mailer/index.ts"])).toBeNull();
    expect(one.raisedIn(["sb-compile-edge-runtime/source/supabase/functions/mailer/index.ts"])).toBeNull();
  });

  it("bear the version that was served then", () => {
    expect([-90, -60, -1, 0, 30].map((minutes) => both.labelAt("mailer", NOON + minutes * 60_000))).toEqual([
      "mailer@1",
      "mailer@1",
      "mailer@1",
      "mailer@2",
      "mailer@2",
    ]);
    expect(both.labelAt("shop", NOON)).toBeNull();
  });
});

describe("Prunella's own functions", () => {
  it("are all known by name", async () => {
    const folders: string[] = [];
    for await (const entry of Deno.readDir(new URL("../../supabase/functions", import.meta.url))) {
      if (entry.isDirectory && !entry.name.startsWith("_")) folders.push(entry.name);
    }
    expect([...OWN_FUNCTIONS].sort()).toEqual(folders.sort());
  });

  it("are not followed in the project in which they run, and those of the same name elsewhere are", async () => {
    const fake = fakeSupabase({ token: "token", ref: REF });
    await fake.deploy("metrics", "1");
    await fake.deploy("mailer", "1");
    const seenFrom = async (installation: string) =>
      (await (await openFrom(installation, fake.url)).list()).map(({ slug }) => slug);
    expect(await seenFrom(`${REF}.supabase.co`)).toEqual(["mailer"]);
    expect(await seenFrom("zzzzzzzzzzzzzzzzzzzz.supabase.co")).toEqual(["metrics", "mailer"]);
    await fake.close();
  });
});

it("logs that are down leave functions within reach", async () => {
  const fake = fakeSupabase({ token: "token", ref: REF });
  await fake.deploy("mailer", "1");
  const api = await openFrom("elsewhere", fake.url, (name) => ({
    execute: (call) =>
      name.startsWith("supabase-logs:") ? Promise.reject(new Error("is left alone")) : call(),
  }));
  await expect(api.requests(new Date(0), new Date())).rejects.toThrow();
  expect(await api.list()).toHaveLength(1);
  await fake.close();
});

/** The Management API as a project of this installation reaches it. */
function openFrom(installation: string, url: string, policyOf?: PolicyOf) {
  const { integrations } = parseIntegrations([
    { kind: "supabase", name: "default", configuration: { ref: REF, api_url: url } },
  ]);
  return createTargets({
    projectId: 1,
    client: { rpc: () => Promise.reject(new Error("not asked for")) },
    integrations,
    secret: () => Promise.resolve("token"),
    outbound: createOutbound({ allowLoopback: true }),
    fetch,
    now: () => new Date(),
    installation,
    ...(policyOf && { policyOf }),
  }).supabase.open();
}
