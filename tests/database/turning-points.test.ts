import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { addFix, addIssue, addProject, addSubject, call, ON_POSTGRES, one, withSessions } from "./support.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.close());

interface Verified {
  valid: boolean;
  checked_count: number;
  first_broken_id: number | null;
}

const verify = (project: number) => call<Verified>(db, "verify_turning_points", { p_project_id: project });

/** A project whose log has this many entries, and their ids. */
async function projectWithLog(length: number): Promise<{ project: number; ids: number[] }> {
  const project = await addProject(db);
  for (let n = 0; n < length; n++) await addIssue(db, project, { title: `Issue ${n}` });
  const rows = await db.query(
    "select id from public.turning_points where project_id = $1 order by sequence",
    [project],
  );
  return { project, ids: rows.map((row) => Number(row.id)) };
}

/** What only a superuser can do: change the log behind the triggers' back. */
async function tamper(sql: string, params: unknown[]): Promise<void> {
  await db.database.transaction(async (tx) => {
    await tx.script("set local session_replication_role = replica");
    await tx.query(sql, params);
  });
}

describe("the log of turning points", () => {
  it("tells every stage: issue, decision, fix, approval, configuration, settings", async () => {
    const subject = await addSubject(db);
    const fix = await addFix(db, subject);
    await db.query("update public.auto_fixes set state = 'approved' where id = $1", [fix]);
    await db.rpc("change_config", {
      p_project_id: subject.projectId,
      p_key: "app.a",
      p_value: 1,
      p_reason: "wish",
    });
    await db.query("update public.projects set mode = 'observe' where id = $1", [subject.projectId]);
    const rows = await db.query(
      "select kind, actor, fix_id from public.turning_points where project_id = $1 order by sequence",
      [subject.projectId],
    );
    expect(rows).toEqual([
      { kind: "issue_found", actor: "postgres", fix_id: null },
      { kind: "decision_review", actor: "engine", fix_id: null },
      { kind: "fix_in_review", actor: "postgres", fix_id: fix },
      { kind: "fix_approved", actor: "postgres", fix_id: fix },
      { kind: "configuration_changed", actor: "service_role", fix_id: null },
      { kind: "project_changed", actor: "postgres", fix_id: null },
    ]);
    expect(await verify(subject.projectId)).toEqual({ valid: true, checked_count: 6, first_broken_id: null });
  });

  it("names the person who acted", async () => {
    const user = await db.addUser();
    const subject = await addSubject(db);
    await db.query("insert into public.project_members values ($1, $2, 'operator')", [
      subject.projectId,
      user,
    ]);
    const fix = await addFix(db, subject);
    await db.asUser(
      user,
      (tx) => tx.query("update public.auto_fixes set state = 'dismissed' where id = $1", [fix]),
      {
        commit: true,
      },
    );
    const row = await one(
      db,
      "select actor from public.turning_points where kind = 'fix_dismissed' and fix_id = $1",
      [fix],
    );
    expect(row.actor).toBe(`user:${user}`);
  });

  it("is append-only for everybody, its owner included", async () => {
    await projectWithLog(1);
    for (
      const sql of ["update public.turning_points set summary = ''", "delete from public.turning_points"]
    ) {
      await expect(db.query(sql), sql).rejects.toThrow(/append-only/);
    }
    await expect(db.script("truncate public.turning_points")).rejects.toThrow(/append-only/);
    for (const table of ["decisions", "lessons"]) {
      await expect(db.script(`truncate public.${table} cascade`), table).rejects.toThrow(/append-only/);
    }
    await expect(db.query("update public.decisions set explanation = ''")).rejects.toThrow(/append-only/);
    await expect(db.query("delete from public.decisions")).rejects.toThrow(/append-only/);
  });

  const columns: Record<string, string> = {
    summary: "'Nothing happened'",
    actor: "'somebody else'",
    kind: "'issue_ignored'",
    data: "'{}'",
    happened_at: "happened_at - interval '1 microsecond'",
    issue_id: "issue_id + 1",
    hash: "repeat('0', 64)",
    previous_hash: "repeat('f', 64)",
  };
  for (const [column, value] of Object.entries(columns)) {
    it(`shows the first row whose ${column} was altered`, async () => {
      const { project, ids } = await projectWithLog(5);
      await tamper(`update public.turning_points set ${column} = ${value} where id = any ($1)`, [[
        ids[2],
        ids[4],
      ]]);
      expect(await verify(project)).toEqual({ valid: false, checked_count: 5, first_broken_id: ids[2] });
    });
  }

  it("shows a row that was altered with its hash made anew, at the next row", async () => {
    const { project, ids } = await projectWithLog(5);
    await tamper(
      `update public.turning_points set summary = 'x', hash = prunella.turning_point_hash(
         previous_hash, project_id, sequence, kind, actor, 'x', issue_id, decision_id, fix_id, data, happened_at) where id = $1`,
      [ids[1]],
    );
    expect(await verify(project)).toEqual({ valid: false, checked_count: 5, first_broken_id: ids[2] });
  });

  it("shows where a row was taken out", async () => {
    const { project, ids } = await projectWithLog(5);
    await tamper("delete from public.turning_points where id = $1", [ids[2]]);
    expect(await verify(project)).toEqual({ valid: false, checked_count: 4, first_broken_id: ids[3] });
  });

  it("goes with its project, even when something changed in the same transaction", async () => {
    const project = await addProject(db);
    await db.database.transaction(async (tx) => {
      await tx.query("update public.projects set mode = 'observe' where id = $1", [project]);
      await tx.query("delete from public.projects where id = $1", [project]);
    });
    expect(await verify(project)).toEqual({ valid: true, checked_count: 0, first_broken_id: null });
  });

  it("is the same in every time zone", async () => {
    const { project } = await projectWithLog(2);
    for (const zone of ["Pacific/Auckland", "America/St_Johns", "UTC"]) {
      const valid = await db.database.transaction(async (tx) => {
        await tx.query("select set_config('timezone', $1, true), set_config('datestyle', 'SQL, DMY', true)", [
          zone,
        ]);
        const [row] = await tx.query("select public.verify_turning_points($1) as verified", [project]);
        return row?.verified;
      });
      expect(valid, zone).toMatchObject({ valid: true, checked_count: 2 });
    }
  });

  it.skipIf(!ON_POSTGRES)("stays one chain when many write at once", async () => {
    const project = await addProject(db);
    await withSessions(db, 16, async (sessions) => {
      await Promise.all(sessions.map(async (session, writer) => {
        for (let n = 0; n < 10; n++) {
          await session.query(
            "insert into public.detected_errors (project_id, fingerprint, title) values ($1, $2, 'An issue')",
            [project, `${writer}-${n}`],
          );
        }
      }));
    });
    expect(await verify(project)).toEqual({ valid: true, checked_count: 160, first_broken_id: null });
  });
});

describe("the last admin", () => {
  async function people(): Promise<{ project: number; first: string; second: string }> {
    const project = await addProject(db);
    const [first, second] = [await db.addUser(), await db.addUser()];
    await db.query("insert into public.project_members values ($1, $2, 'admin'), ($1, $3, 'admin')", [
      project,
      first,
      second,
    ]);
    return { project, first, second };
  }
  const leave = (user: string, project: number) =>
    db.asUser(
      user,
      (tx) =>
        tx.query("delete from public.project_members where project_id = $1 and user_id = $2", [
          project,
          user,
        ]),
      {
        commit: true,
      },
    );

  it("cannot leave, and cannot be demoted", async () => {
    const { project, first, second } = await people();
    await leave(first, project);
    await expect(leave(second, project)).rejects.toThrow(/at least one admin/);
    const demoted = db.asUser(
      second,
      (tx) => tx.query("update public.project_members set role = 'viewer' where user_id = $1", [second]),
      { commit: true },
    );
    await expect(demoted).rejects.toThrow(/at least one admin/);
  });

  it("may hand over within one transaction", async () => {
    const { project, first, second } = await people();
    await leave(first, project);
    const other = await db.addUser();
    await db.database.transaction(async (tx) => {
      await tx.query("delete from public.project_members where user_id = $1", [second]);
      await tx.query("insert into public.project_members values ($1, $2, 'admin')", [project, other]);
    });
    const rows = await db.query("select user_id from public.project_members where project_id = $1", [
      project,
    ]);
    expect(rows).toEqual([{ user_id: other }]);
  });

  it("is nobody in a project that machines made, whose members come and go", async () => {
    const project = await addProject(db);
    const viewer = await db.addUser();
    await db.query("insert into public.project_members values ($1, $2, 'viewer')", [project, viewer]);
    await db.query("delete from public.project_members where user_id = $1", [viewer]);
  });

  it("goes with the project", async () => {
    const { project, first } = await people();
    await db.asUser(first, (tx) => tx.query("delete from public.projects where id = $1", [project]), {
      commit: true,
    });
    expect(await db.query("select 1 from public.project_members where project_id = $1", [project])).toEqual(
      [],
    );
  });

  it.skipIf(!ON_POSTGRES)("stays when both leave at the same moment", async () => {
    const { project } = await people();
    const outcomes = await withSessions(db, 2, async (sessions) => {
      const [row] = await db.query(
        "select array_agg(user_id::text) as ids from public.project_members where project_id = $1",
        [
          project,
        ],
      );
      const ids = row?.ids as string[];
      return Promise.all(
        sessions.map((session, index) =>
          session.query("delete from public.project_members where project_id = $1 and user_id = $2", [
            project,
            ids[index],
          ])
            .then(() => "left", () => "stayed")
        ),
      );
    });
    expect(outcomes.sort()).toEqual(["left", "stayed"]);
  });
});
