import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { revert } from "../../supabase/functions/_shared/actions/github/revert.ts";
import { redeployFunction } from "../../supabase/functions/_shared/actions/supabase/redeploy-function.ts";
import { abortRollingRelease } from "../../supabase/functions/_shared/actions/vercel/abort-rolling-release.ts";
import { rollback } from "../../supabase/functions/_shared/actions/vercel/rollback.ts";
import { bodyHash } from "../../supabase/functions/_shared/deployments/supabase/function-body.ts";
import { fakeGithub } from "../deployments/fakes/github.ts";
import { fakeSupabase } from "../deployments/fakes/supabase.ts";
import { type FakeVercel, fakeVercel } from "../deployments/fakes/vercel.ts";
import { contextsOf } from "./support/context.ts";
import { testTargets } from "./support/targets.ts";

const TOKEN = "token";

describe("vercel.rollback", () => {
  let vercel: FakeVercel;
  let contexts: ReturnType<typeof contextsOf>;
  const parameters = {
    service: "shop",
    deployment: "dpl_2",
    to: "dpl_1",
    deployment_log_id: 2,
    to_deployment_log_id: 1,
  };
  const served = async () => await (await fetch(vercel.site)).text();
  beforeEach(() => {
    vercel = fakeVercel({ token: TOKEN, projectId: "prj", plan: "pro" });
    vercel.deploy("dpl_1", "a".repeat(40), "one");
    vercel.deploy("dpl_2", "b".repeat(40), "two");
    contexts = contextsOf(testTargets({
      integrations: [{
        kind: "vercel",
        name: "default",
        configuration: { project_id: "prj", api_url: vercel.url },
      }],
      secrets: { "vercel default": TOKEN },
    }));
  });
  afterEach(() => vercel.close());

  it("changes what production serves, says so, and its undo promotes the other one again", async () => {
    const { applying, rollingBack } = contexts;
    const before = await rollback.capture(applying, parameters);
    expect(await rollback.observe(applying, parameters, before)).toBe("not_applied");
    await rollback.apply(applying, parameters, before);
    expect(await served()).toBe("one");
    expect(await rollback.observe(applying, parameters, before)).toBe("applied");
    expect(await rollback.observe(rollingBack, parameters, before)).toBe("not_applied");
    await rollback.rollback(rollingBack, parameters, before);
    expect(await served()).toBe("two");
    expect(await rollback.observe(rollingBack, parameters, before)).toBe("applied");
    // After a crash it is asked for once more, and promotes nothing.
    await rollback.rollback(rollingBack, parameters, before);
    expect(vercel.requests.filter((request) => request.includes("/promote/"))).toHaveLength(1);
  });

  it("touches nothing when somebody deployed meanwhile, neither before nor for the undo", async () => {
    const { applying, rollingBack } = contexts;
    const before = await rollback.capture(applying, parameters);
    await rollback.apply(applying, parameters, before);
    vercel.deploy("dpl_3", "c".repeat(40), "three");
    await expect(rollback.rollback(rollingBack, parameters, before)).rejects.toMatchObject({
      code: "conflict",
    });
    await expect(rollback.capture(applying, parameters)).rejects.toMatchObject({ code: "conflict" });
    expect(await served()).toBe("three");
  });
});

describe("vercel.abort-rolling-release", () => {
  it("ends the rollout that was judged, and no other", async () => {
    const vercel = fakeVercel({ token: TOKEN, projectId: "prj", plan: "pro" });
    vercel.deploy("dpl_1", "a".repeat(40), "one");
    vercel.startRollingRelease("dpl_2", "b".repeat(40), "two", 10);
    const { applying } = contextsOf(testTargets({
      integrations: [{
        kind: "vercel",
        name: "default",
        configuration: { project_id: "prj", api_url: vercel.url },
      }],
      secrets: { "vercel default": TOKEN },
    }));
    const parameters = { service: "shop", canary: "dpl_2", deployment_log_id: 2, to_deployment_log_id: 1 };
    await expect(abortRollingRelease.capture(applying, { ...parameters, canary: "dpl_9" }))
      .rejects.toMatchObject({ code: "not_applicable" });
    const before = await abortRollingRelease.capture(applying, parameters);
    expect(before).toEqual({ current: "dpl_1", canary_percentage: 10 });
    await abortRollingRelease.apply(applying, parameters, before);
    expect(await abortRollingRelease.observe(applying, parameters, before)).toBe("applied");
    expect(vercel.rolling()).toMatchObject({ state: "ABORTED" });
    expect(await (await fetch(`${vercel.site}?visitor=5`)).text()).toBe("one");
    await vercel.close();
  });
});

describe("supabase.redeploy-function", () => {
  it("deploys the kept body of the version before, tells by its hash what runs, and undoes that", async () => {
    let now = Date.UTC(2026, 0, 1);
    const supabase = fakeSupabase({ token: TOKEN, ref: "ref", now: () => now });
    const kept = new Map<number, Record<string, unknown>>();
    const targets = testTargets({
      integrations: [{
        kind: "supabase",
        name: "default",
        configuration: { ref: "ref", api_url: supabase.url },
      }],
      secrets: { "supabase default": TOKEN },
      client: {
        rpc: (_name: string, { p_version }: { p_version: number }) =>
          Promise.resolve({ data: kept.get(p_version) ?? null, error: null }),
      } as never,
    });
    const api = await targets.supabase.open();
    const keep = async (version: number) => {
      const body = await api.body("mail");
      kept.set(version, {
        id: version,
        slug: "mail",
        version,
        name: body.name,
        content_hash: await bodyHash(body),
        entrypoint_path: body.entrypointPath,
        import_map_path: body.importMapPath,
        verify_jwt: body.verifyJwt,
        deployed_at: new Date(now).toISOString(),
        body: body.files,
      });
      now += 60_000;
    };
    await supabase.deploy("mail", "good");
    await keep(1);
    await supabase.deploy("mail", "bad");
    await keep(2);
    const running = async () => await (await fetch(`${supabase.url}/functions/v1/mail`)).text();
    const { applying, rollingBack } = contextsOf(targets);
    const parameters = {
      slug: "mail",
      version: 2,
      to_version: 1,
      deployment_log_id: 2,
      to_deployment_log_id: 1,
    };
    const before = await redeployFunction.capture(applying, parameters);
    expect(await redeployFunction.apply(applying, parameters, before)).toEqual({ version: 3 });
    expect(await running()).toBe("good");
    expect(await redeployFunction.observe(applying, parameters, before)).toBe("applied");
    expect(await redeployFunction.rollback(rollingBack, parameters, before)).toEqual({ version: 4 });
    expect(await running()).toBe("bad");
    await supabase.deploy("mail", "newer");
    await expect(redeployFunction.rollback(rollingBack, parameters, before)).rejects.toMatchObject({
      code: "conflict",
    });
    expect(await running()).toBe("newer");

    // The same name and numbers, and another function.
    supabase.remove("mail");
    now += 60_000;
    await supabase.deploy("mail", "other");
    await supabase.deploy("mail", "bad");
    await expect(redeployFunction.capture(applying, parameters)).rejects.toMatchObject({
      code: "not_applicable",
      message: expect.stringContaining("made anew"),
    });
    await supabase.close();
  });
});

describe("github.revert", () => {
  it("opens one pull request that takes the commit back, and closes it again", async () => {
    const github = fakeGithub({ token: TOKEN, owner: "acme", repository: "shop" });
    github.commit("main", { "a.ts": "good", "b.ts": "kept" });
    const bad = github.commit("main", { "a.ts": "bad", "b.ts": "kept" });
    const { applying, rollingBack } = contextsOf(testTargets({
      integrations: [{
        kind: "github",
        name: "default",
        configuration: { owner: "acme", repository: "shop", api_url: github.url },
      }],
      secrets: { "github default": TOKEN },
    }));
    const parameters = { commit: bad, service: "shop", text: "It broke the cart." };
    const before = await revert.capture(applying, parameters);
    expect(await revert.observe(applying, parameters, before)).toBe("not_applied");
    await revert.apply(applying, parameters, before);
    await revert.apply(applying, parameters, before);
    expect(github.pulls).toHaveLength(1);
    expect(await revert.observe(applying, parameters, before)).toBe("applied");
    expect(github.files(`prunella/revert-${bad.slice(0, 12)}`)).toEqual({ "a.ts": "good", "b.ts": "kept" });
    // Production is not touched: people merge.
    expect(github.files("main")["a.ts"]).toBe("bad");
    await revert.rollback(rollingBack, parameters, before);
    expect(github.pulls[0]!.state).toBe("closed");
    expect(await revert.observe(rollingBack, parameters, before)).toBe("applied");
    await github.close();
  });
});
