import fc from "fast-check";
import { expect, test } from "vitest";
import { MIGRATION_KINDS } from "../../supabase/functions/_shared/deployments/migrations/kind.ts";
import { mayWrite, wayBack } from "../../supabase/functions/_shared/deployments/shell/ways-back.ts";
import type { DeploymentRow } from "../../supabase/functions/_shared/deployments/store.ts";
import { deploymentRow } from "./rows.ts";

const at = (minute: number) => new Date(1_790_000_000_000 + minute * 60_000).toISOString();

const row = (id: number, more: Partial<DeploymentRow> = {}) =>
  deploymentRow(id, at(id), {
    target: "process",
    external_id: `v${id}`,
    commit_sha: `${id}`.padStart(40, "a"),
    body_stored: true,
    status: "superseded",
    ...more,
  });

const EVERYTHING = mayWrite(
  ["vercel", "supabase", "process", "github"].map((kind) => ({ kind, name: "default", configuration: {} })),
);

/** Any history of two targets of one project, as it might have come about. */
const histories = fc.array(
  fc.record({
    target: fc.constantFrom("process" as const, "vercel" as const),
    migration: fc.option(fc.constantFrom(...MIGRATION_KINDS)),
    isBad: fc.boolean(),
    environment: fc.constantFrom("production", "production", "production", "staging"),
  }),
  { minLength: 1, maxLength: 10 },
).map((list) => {
  const rows = list.map(({ isBad, ...more }, index) =>
    row(index + 1, { ...more, rolled_back_at: isBad && index < list.length - 1 ? at(index + 2) : null })
  );
  const last = rows.at(-1)!;
  last.status = "serving";
  return rows;
});

test("nothing goes back alone past a migration that is irreversible, unknown, or that nobody looked at, whoever deployed it", () => {
  let automatic = 0;
  fc.assert(
    fc.property(histories, fc.nat(), (rows, pick) => {
      const blamed = rows[pick % rows.length]!;
      const way = wayBack(blamed, rows, EVERYTHING);
      if (way.decision !== "automatic") return;
      automatic++;
      const to = rows.find(({ id }) => id === way.toId)!;
      expect(to.promoted_at! < blamed.promoted_at!).toBe(true);
      const sameLine = rows.filter(({ target, environment }) =>
        target === blamed.target && environment === blamed.environment
      );
      const firstUndone = sameLine.find(({ promoted_at }) => promoted_at! > to.promoted_at!)!;
      const since = rows.filter(({ promoted_at, environment }) =>
        promoted_at! >= firstUndone.promoted_at! && environment === blamed.environment
      );
      for (const { migration } of since) expect(["none", "additive"]).toContain(migration);
    }),
    { numRuns: 2000 },
  );
  // Nor is everything left to humans.
  expect(automatic).toBeGreaterThan(20);
});

test("an irreversible migration of another target stands between a deployment and the one before it", () => {
  const rows = [
    row(1, { migration: "none" }),
    row(2, { migration: "none", status: "serving" }),
    row(3, { target: "github", service: "database", migration: "irreversible", status: "serving" }),
  ];
  expect(wayBack(rows[1]!, rows, EVERYTHING)).toMatchObject({
    decision: "human",
    reasons: [expect.stringContaining("database v3 carried an irreversible database migration")],
  });
  // Both versions have lived with an earlier one.
  const before = [row(0, { target: "github", migration: "irreversible" }), rows[0]!, rows[1]!];
  expect(wayBack(rows[1]!, before, EVERYTHING).decision).toBe("automatic");
});

test("where admins say that a platform never migrates a database, silence is no question", () => {
  const rows = [row(1), row(2, { status: "serving" })];
  expect(wayBack(rows[1]!, rows, EVERYTHING).decision).toBe("human");
  const said = mayWrite([{ kind: "process", name: "default", configuration: { migrates_database: false } }]);
  expect(wayBack(rows[1]!, rows, said).decision).toBe("automatic");
  const known = [rows[0]!, row(2, { status: "serving", migration: "irreversible" })];
  expect(wayBack(known[1]!, known, said).decision).toBe("human");
});

test("the source of an edge function does nothing to the database", () => {
  const rows = [row(1, { target: "supabase" }), row(2, { target: "supabase", status: "serving" })];
  expect(wayBack(rows[1]!, rows, EVERYTHING)).toMatchObject({
    decision: "automatic",
    method: "edge_function_redeploy",
  });
});
