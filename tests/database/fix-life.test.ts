import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { addFix, addSubject, APPROVED, at, fixRow, type FixSubject, one } from "./support.ts";

let db: TestDatabase;
let subject: FixSubject;
beforeAll(async () => {
  db = await testDatabase();
  subject = await addSubject(db);
});
afterAll(() => db.close());

const STATES = [
  "proposed",
  "in_review",
  "approved",
  "applying",
  "verifying",
  "succeeded",
  "rolling_back",
  "rolled_back",
  "failed",
  "dismissed",
  "expired",
] as const;
type State = (typeof STATES)[number];

/** The law, as ARCHITECTURE tells it: what may follow upon what. */
const NEXT: Record<State, readonly State[]> = {
  proposed: ["in_review", "approved", "dismissed", "expired"],
  in_review: ["approved", "dismissed", "expired"],
  approved: ["applying", "dismissed", "expired", "failed"],
  applying: ["verifying", "rolling_back", "failed"],
  verifying: ["succeeded", "rolling_back", "failed"],
  rolling_back: ["rolled_back", "failed"],
  succeeded: ["rolling_back"],
  rolled_back: [],
  failed: [],
  dismissed: [],
  expired: [],
};

/** What a person may do of it. */
const BY_PEOPLE = new Set([
  "proposed approved",
  "proposed dismissed",
  "in_review approved",
  "in_review dismissed",
  "approved dismissed",
  "verifying rolling_back",
  "succeeded rolling_back",
]);

/** Puts a fix into a state without living through the states before. */
async function fixIn(state: State, values: Record<string, unknown> = {}): Promise<number> {
  const id = await addFix(db, subject, values);
  await force(id, state);
  return id;
}

async function force(id: number, state: State): Promise<void> {
  await db.database.transaction(async (tx) => {
    await tx.script("set local session_replication_role = replica");
    await tx.query(
      `update public.auto_fixes set state = $2, approved_by = 'engine', approved_at = now(), before_state = '{}',
         outcome = case when $2 in ('succeeded', 'rolled_back', 'failed') then 'succeeded' end,
         finished_at = case when $2 in ('succeeded', 'rolled_back', 'failed') then now() end
       where id = $1`,
      [id, state],
    );
  });
}

async function refused(work: Promise<unknown>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    return String((error as { code?: string }).code);
  }
}

describe("the life of a fix", () => {
  it("has the states of the table and no other", async () => {
    const made = addFix(db, subject, { state: "healed" });
    await expect(made).rejects.toThrow(/begins as|auto_fixes_state_is_known/);
  });

  for (const from of STATES) {
    it(`lets a machine lead a fix that is ${from} only to what may follow`, async () => {
      const id = await fixIn(from);
      for (const to of STATES) {
        if (to === from) continue;
        const code = await refused(db.as("service_role", {}, (tx) =>
          tx.query(
            `update public.auto_fixes set state = $2, outcome = coalesce(outcome, 'not_resolved'),
               finished_at = coalesce(finished_at, now()) where id = $1`,
            [id, to],
          )));
        expect(code, `${from} -> ${to}`).toBe(NEXT[from].includes(to) ? null : "23514");
      }
    });

    it(`lets a person lead a fix that is ${from} only where people decide`, async () => {
      const operator = await operatorOf(subject.projectId);
      const id = await fixIn(from);
      for (const to of STATES) {
        if (to === from) continue;
        const code = await refused(
          db.asUser(
            operator,
            (tx) => tx.query("update public.auto_fixes set state = $2 where id = $1", [id, to]),
          ),
        );
        const expected = BY_PEOPLE.has(`${from} ${to}`) ? null : NEXT[from].includes(to) ? "42501" : "23514";
        expect(code, `${from} -> ${to}`).toBe(expected);
      }
    });

    it(`begins as ${from} only if nothing has happened yet`, async () => {
      const code = await refused(addFix(db, subject, {
        ...APPROVED,
        state: from,
        before_state: {},
        outcome: "succeeded",
        finished_at: at(0),
      }));
      expect(code).toBe(["proposed", "in_review", "approved"].includes(from) ? null : "23514");
    });
  }

  it("a late success does not revive a rolled-back fix", async () => {
    const id = await fixIn("rolled_back");
    const [row] = await db.rpc("advance_fix", { p_fix_id: id, p_from: "verifying", p_to: "succeeded" });
    expect(row?.advance_fix).toBe(false);
    expect((await one(db, "select state from public.auto_fixes where id = $1", [id])).state).toBe(
      "rolled_back",
    );
  });
});

async function operatorOf(projectId: number): Promise<string> {
  const id = await db.addUser();
  await db.query("insert into public.project_members values ($1, $2, 'operator')", [projectId, id]);
  return id;
}

describe("who approves", () => {
  it("is written down, by whatever door the approval came", async () => {
    const operator = await operatorOf(subject.projectId);
    const id = await addFix(db, subject, { automatic: true });
    await db.asUser(
      operator,
      (tx) => tx.query("update public.auto_fixes set state = 'approved' where id = $1", [id]),
      {
        commit: true,
      },
    );
    const row = await one(
      db,
      "select approved_by, approved_at, automatic from public.auto_fixes where id = $1",
      [id],
    );
    expect(row).toMatchObject({ approved_by: `user:${operator}`, automatic: false });
    expect(row.approved_at).not.toBeNull();

    const other = await addFix(db, subject);
    await db.query("update public.auto_fixes set state = 'approved' where id = $1", [other]);
    const byHand = await one(db, "select approved_by from public.auto_fixes where id = $1", [other]);
    expect(byHand.approved_by).toBe("postgres");
  });

  it("queues the fix in the same transaction, and once", async () => {
    const id = await addFix(db, subject);
    await db.query("update public.auto_fixes set state = 'approved' where id = $1", [id]);
    const jobs = await db.query("select kind, state, priority from public.jobs where fix_id = $1", [id]);
    expect(jobs).toEqual([{ kind: "apply", state: "queued", priority: 1 }]);
  });

  it("who takes a fix back by hand overrides it, and its roll-back is queued", async () => {
    const operator = await operatorOf(subject.projectId);
    for (const state of ["verifying", "succeeded"] as const) {
      const id = await fixIn(state);
      await db.asUser(
        operator,
        (tx) => tx.query("update public.auto_fixes set state = 'rolling_back' where id = $1", [id]),
        { commit: true },
      );
      const row = await one(db, "select outcome, finished_at from public.auto_fixes where id = $1", [id]);
      expect(row).toEqual({ outcome: "overridden", finished_at: null });
      const jobs = await db.query("select kind from public.jobs where fix_id = $1", [id]);
      expect(jobs).toEqual([{ kind: "roll_back" }]);
      await force(id, "rolled_back");
    }
  });

  it("cannot take back what cannot be taken back", async () => {
    const id = await fixIn("verifying", { reversible: false });
    const taken = db.query(
      "update public.auto_fixes set state = 'rolling_back', outcome = 'not_resolved' where id = $1",
      [
        id,
      ],
    );
    await expect(taken).rejects.toThrow(/cannot be taken back/);
    await force(id, "failed");
  });
});

describe("the constraints of fixes", () => {
  it("fix_applies_only_when_approved holds without triggers too", async () => {
    for (const state of ["approved", "applying", "verifying", "succeeded", "rolling_back", "rolled_back"]) {
      const made = db.database.transaction(async (tx) => {
        await tx.script("set local session_replication_role = replica");
        const row = fixRow(subject, { state, before_state: {}, outcome: "succeeded", finished_at: at(0) });
        const names = Object.keys(row);
        await tx.query(
          `insert into public.auto_fixes (${names.join(", ")}) values (${
            names.map((_, i) => `$${i + 1}`).join(", ")
          })`,
          Object.values(row),
        );
      });
      await expect(made, state).rejects.toThrow(/fix_applies_only_when_approved/);
    }
  });

  it("automatic fixes are harmless: reversible, not dangerous, not for what is critical", async () => {
    const automatic = (values: Record<string, unknown>) => addFix(db, subject, { ...APPROVED, ...values });
    for (const values of [{ risk: "dangerous" }, { reversible: false }, { severity: "critical" }]) {
      await expect(automatic(values), JSON.stringify(values)).rejects.toThrow(
        /fix_automatic_only_when_harmless/,
      );
    }
    await automatic({ risk: "guarded", severity: "high" });
    await automatic({ informational: true, reversible: false, severity: "critical" });
    await expect(automatic({ informational: true, risk: "dangerous" })).rejects.toThrow(/harmless/);
    await addFix(db, subject, { risk: "dangerous", reversible: false, severity: "critical" });
  });

  it("nothing is touched before its state was captured", async () => {
    const id = await addFix(db, subject, APPROVED);
    const begun = db.query("update public.auto_fixes set state = 'applying' where id = $1", [id]);
    await expect(begun).rejects.toThrow(/fix_touches_nothing_before_its_state_is_captured/);
  });

  it("a target has one active fix", async () => {
    const target_key = "configuration:app.shared";
    const [first, second, told] = [
      await addFix(db, subject, { ...APPROVED, target_key }),
      await addFix(db, subject, { ...APPROVED, target_key }),
      await addFix(db, subject, { ...APPROVED, target_key, informational: true }),
    ];
    const begin = (id: number) =>
      db.query("update public.auto_fixes set state = 'applying', before_state = '{}' where id = $1", [id]);
    await begin(first);
    await expect(begin(second)).rejects.toThrow(/auto_fixes_one_active_per_target/);
    // To tell somebody touches no target.
    await begin(told);
    await force(first, "rolled_back");
    await begin(second);
    await force(second, "rolled_back");
    const elsewhere = await addSubject(db);
    await begin(await addFix(db, elsewhere, { ...APPROVED, target_key }));
  });

  it("what a fix does cannot be changed after it was decided", async () => {
    const id = await addFix(db, subject);
    for (
      const change of [
        "action = 'other'",
        "target_key = 'other'",
        "parameters = '{\"x\": 1}'",
        "risk = 'guarded'",
        "reversible = false",
        "informational = true",
        "severity = 'low'",
        "confidence = 0.99",
        "automatic = true",
      ]
    ) {
      const changed = db.as(
        "service_role",
        {},
        (tx) => tx.query(`update public.auto_fixes set ${change} where id = $1`, [id]),
      );
      await expect(changed, change).rejects.toThrow(/cannot be changed/);
    }
  });
});
