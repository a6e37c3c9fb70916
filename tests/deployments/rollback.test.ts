import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MIGRATION_KINDS } from "../../supabase/functions/_shared/deployments/migrations/kind.ts";
import { recordCapability } from "../../supabase/functions/_shared/deployments/rollback/capability.ts";
import {
  judgeRedeployment,
  MEMORY_MS,
  type RolledBack,
} from "../../supabase/functions/_shared/deployments/rollback/flapping.ts";
import { planRollback } from "../../supabase/functions/_shared/deployments/rollback/plan.ts";
import type {
  RollbackSituation,
  ServedVersion,
} from "../../supabase/functions/_shared/deployments/rollback/types.ts";

const version = (id: string, more: Partial<ServedVersion> = {}): ServedVersion => ({
  id,
  at: Number(id.slice(1)) * 1000,
  contentHash: `hash-${id}`,
  migration: "none",
  bad: false,
  bodyStored: true,
  ...more,
});
const situation = (more: Partial<RollbackSituation> = {}): RollbackSituation => ({
  target: "vercel",
  history: [version("v1"), version("v2"), version("v3")],
  elsewhere: [],
  blamed: "v3",
  vercel: { plan: "pro", rollingRelease: "none" },
  github: { commit: "abc", mayWrite: true },
  mayWrite: true,
  ...more,
});

describe("the way back", () => {
  test("of a production deployment is an instant rollback to the one before", () => {
    expect(planRollback(situation())).toMatchObject({
      decision: "automatic",
      plan: { method: "vercel_instant_rollback", toVersion: "v2" },
    });
  });

  test("of a canary is to abort its rolling release", () => {
    const rolling = situation({ vercel: { plan: "pro", rollingRelease: "active" } });
    expect(planRollback(rolling)).toMatchObject({
      decision: "automatic",
      plan: { method: "vercel_abort_rolling_release" },
    });
  });

  test.each(
    [
      ["supabase", "edge_function_redeploy"],
      ["configuration", "configuration_revert"],
      ["flag", "flag_off"],
      ["process", "process_restore"],
    ] as const,
  )("of a %s change is %s", (target, method) => {
    expect(planRollback(situation({ target, vercel: null }))).toMatchObject({
      decision: "automatic",
      plan: { method },
    });
  });

  test("of a commit is a pull request, which people merge", () => {
    expect(planRollback(situation({ target: "github", vercel: null }))).toMatchObject({
      decision: "human",
      plan: { method: "github_revert_pull_request", toVersion: null },
    });
  });

  test("skips versions known bad and the same content under another id", () => {
    const history = [
      version("v1"),
      version("v2", { bad: true }),
      version("v3", { contentHash: "x" }),
      version("v4", { contentHash: "x" }),
    ];
    expect(planRollback(situation({ history, blamed: "v4" })).plan?.toVersion).toBe("v1");
  });

  test("on the Hobby plan is one deployment; past that only the repository helps", () => {
    const hobby = { plan: "hobby", rollingRelease: "none" } as const;
    expect(planRollback(situation({ vercel: hobby })).decision).toBe("automatic");
    const history = [version("v1"), version("v2", { bad: true }), version("v3")];
    expect(planRollback(situation({ vercel: hobby, history }))).toMatchObject({
      decision: "human",
      plan: { method: "github_revert_pull_request" },
      reasons: [expect.stringContaining("Hobby"), expect.anything()],
    });
    expect(planRollback(situation({ vercel: hobby, history, github: null })).decision).toBe("impossible");
  });

  test("of an edge function needs a stored body", () => {
    const history = [version("v1", { bodyStored: false }), version("v2")];
    expect(planRollback(situation({ target: "supabase", vercel: null, github: null, history, blamed: "v2" })))
      .toEqual({
        decision: "impossible",
        plan: null,
        reasons: ["the body of version v1 was never stored"],
      });
  });

  test("is for a human when later versions would be taken back too", () => {
    expect(planRollback(situation({ blamed: "v2" }))).toMatchObject({
      decision: "human",
      plan: { toVersion: "v1" },
      reasons: [expect.stringContaining("v3 came later")],
    });
  });

  test("does not exist without a permission, an earlier version or a known change", () => {
    expect(planRollback(situation({ mayWrite: false, github: null })).decision).toBe("impossible");
    expect(planRollback(situation({ history: [version("v3")], github: null })).decision).toBe("impossible");
    expect(planRollback(situation({ blamed: "v9" })).decision).toBe("impossible");
  });
});

describe("database migrations", () => {
  test("that only add do not stand in the way, and are mentioned", () => {
    const history = [version("v1"), version("v2", { migration: "additive" })];
    const decision = planRollback(situation({ history, blamed: "v2" }));
    expect(decision.decision).toBe("automatic");
    expect(decision.reasons.join()).toContain("stays and is compatible");
  });

  test("that cannot be undone are never passed without a human, whoever carried them", () => {
    const kinds = fc.constantFrom(...MIGRATION_KINDS);
    const flags = fc.record({ migration: kinds, bad: fc.boolean() });
    const target = fc.constantFrom(
      "vercel" as const,
      "supabase" as const,
      "configuration" as const,
      "process" as const,
    );
    fc.assert(
      fc.property(fc.array(flags, { minLength: 1, maxLength: 8 }), fc.nat(), target, (list, pick, where) => {
        const history = list.map((more, index) => version(`v${index + 1}`, more));
        const blamed = history[pick % history.length]!.id;
        const decision = planRollback(situation({ history, blamed, target: where }));
        if (decision.decision !== "automatic") return;
        const to = history.findIndex((one) => one.id === decision.plan.toVersion);
        expect(to).toBeGreaterThanOrEqual(0);
        expect(history[to]!.bad).toBe(false);
        expect(
          history.slice(to + 1).every(({ migration }) => migration === "none" || migration === "additive"),
        ).toBe(true);
        expect(blamed).toBe(history.at(-1)!.id);
      }),
    );
  });
});

describe("capability", () => {
  const { blamed: _, ...calm } = situation();

  test("is known before it is needed", () => {
    expect(recordCapability(calm, 5)).toEqual({
      deploymentId: "v3",
      capability: "automatic",
      method: "vercel_instant_rollback",
      toVersion: "v2",
      expectedSeconds: 10,
      reasons: ["back to v2 by vercel_instant_rollback"],
      recordedAt: 5,
    });
  });

  test("tells of a deployment that nobody could take back", () => {
    expect(recordCapability({ ...calm, history: [version("v1")], github: null }, 5)).toMatchObject({
      capability: "none",
      reasons: ["there is no earlier good version"],
    });
    expect(recordCapability({ ...calm, history: [] }, 5)).toBeNull();
  });
});

describe("a version that comes back", () => {
  const bad = (more: Partial<RolledBack> = {}): RolledBack => ({
    target: "shop",
    versionId: "dpl_1",
    contentHash: "commit-1",
    at: 1000,
    cleared: false,
    ...more,
  });
  const deployed = { target: "shop", versionId: "dpl_2", contentHash: "commit-1", at: 2000, automatic: true };

  test("under a new id with the same commit is stopped", () => {
    expect(judgeRedeployment(deployed, [bad()])).toMatchObject({ verdict: "block", returns: 1 });
  });

  test("by promotion of the same id is stopped, even without a hash", () => {
    const again = { ...deployed, versionId: "dpl_1", contentHash: null };
    expect(judgeRedeployment(again, [bad({ contentHash: null })]).verdict).toBe("block");
  });

  test("with other content, on another target, much later or cleared by a human passes", () => {
    expect(judgeRedeployment({ ...deployed, contentHash: "commit-2" }, [bad()]).verdict).toBe("pass");
    expect(judgeRedeployment({ ...deployed, contentHash: null }, [bad({ contentHash: null })]).verdict).toBe(
      "pass",
    );
    expect(judgeRedeployment({ ...deployed, target: "api" }, [bad()]).verdict).toBe("pass");
    expect(judgeRedeployment({ ...deployed, at: 1001 + MEMORY_MS }, [bad()]).verdict).toBe("pass");
    expect(judgeRedeployment(deployed, [bad({ cleared: true })]).verdict).toBe("pass");
  });

  test("because a person wants it is only warned of", () => {
    expect(judgeRedeployment({ ...deployed, automatic: false }, [bad()]).verdict).toBe("warn");
  });

  test("again and again is handed to a human instead of swinging for ever", () => {
    const memory = [1, 2, 3].map((at) => bad({ at, versionId: `dpl_${at}` }));
    expect(judgeRedeployment(deployed, memory.slice(0, 2)).verdict).toBe("block");
    expect(judgeRedeployment(deployed, memory)).toMatchObject({
      verdict: "warn",
      reason: expect.stringContaining("stop the pipeline"),
    });
  });
});
