import { afterAll, beforeAll, expect, test } from "vitest";
import { type Tenants, tenants } from "./support/tenants.ts";

let t: Tenants;
beforeAll(async () => {
  t = await tenants();
});
afterAll(() => t.stop());

const reason = "for the test";
let issues = 0;

/** An issue of the project, as ingest would have made it. */
async function addIssue(project = t.project): Promise<number> {
  const [row] = await t.platform.sql(
    "insert into detected_errors (project_id, fingerprint, title) values ($1, $2, 'Something broke') returning id",
    [project, `fingerprint-${++issues}`],
  );
  return Number(row!.id);
}

/** A proposal that waits for review, as the engine would have stored it. */
async function addProposal(options: { reversible?: boolean; project?: number } = {}): Promise<number> {
  const issue = await addIssue(options.project);
  const { data, error } = await t.platform.service.rpc("store_decision", {
    p_decision: {
      issue_id: issue,
      verdict: "review",
      action: "configuration.revert",
      target_key: `configuration:app.key_${issue}`,
      parameters: { key: `app.key_${issue}`, version: 2, previous_version: 1 },
      confidence: 0.7,
      threshold: 0.85,
      explanation: "A change came just before",
      record: { chosen: null },
      fixes: [{
        action: "configuration.revert",
        target_key: `configuration:app.key_${issue}`,
        parameters: { key: `app.key_${issue}`, version: 2, previous_version: 1 },
        risk: "safe",
        reversible: options.reversible ?? true,
        informational: false,
        automatic: false,
        confidence: 0.7,
        state: "in_review",
      }],
    },
  });
  if (error) throw error;
  return data.fix_ids[0];
}

const jobsOf = (kind: string, fix: number) =>
  t.platform.sql("select id from jobs where kind = $1 and fix_id = $2", [kind, fix]);
const stateOf = async (fix: number) =>
  (await t.platform.sql("select state from auto_fixes where id = $1", [fix]))[0]!.state;

test("the status tells switches, modes, threshold and what waits", async () => {
  await addProposal();
  const { status, json } = await t.call("viewer", "GET", `control/status?project=${t.project}`);
  expect(status).toBe(200);
  expect(json).toMatchObject({
    project_id: t.project,
    kill_switch: { everywhere: false, project: false },
    mode: "suggest",
    actions: {},
    dry_run: false,
    threshold: 0.85,
  });
  expect(json.open_issues_count).toBeGreaterThan(0);
  expect(json.review_queue_count).toBeGreaterThan(0);
});

test("an admin stops healing in the project, and the reason is in the audit log", async () => {
  const disabled = await t.call("admin", "POST", "control/disable", {
    project: t.project,
    reason: "release freeze",
  });
  expect(disabled.json).toMatchObject({ active: true });
  expect((await t.platform.service.rpc("kill_switch", { p_project_id: t.project })).data).toContain(
    "this project",
  );
  const enabled = await t.call("admin", "POST", "control/enable", {
    project: t.project,
    reason: "freeze is over",
  });
  expect(enabled.json).toMatchObject({ active: false });
  expect((await t.platform.service.rpc("kill_switch", { p_project_id: t.project })).data).toBeNull();
  const points = await t.platform.sql(
    "select actor, summary from turning_points where project_id = $1 and kind = 'project_changed' order by id",
    [t.project],
  );
  expect(points.slice(-2).map((point) => point.summary)).toEqual([
    expect.stringContaining("release freeze"),
    expect.stringContaining("freeze is over"),
  ]);
  expect(points.at(-1)!.actor).toBe(`user:${t.ids.admin}`);
});

test("only a machine stops healing everywhere", async () => {
  expect((await t.call("admin", "POST", "control/disable", { reason })).status).toBe(403);
  expect((await t.call("machine", "POST", "control/disable", { reason })).json).toMatchObject({
    active: true,
  });
  const { json } = await t.call("viewer", "GET", `control/status?project=${t.project}`);
  expect(json.kill_switch).toEqual({ everywhere: true, project: false });
  expect((await t.call("machine", "POST", "control/enable", { reason })).status).toBe(200);
});

test("modes are set for the project and for single actions, and taken away again", async () => {
  const put = (body: unknown) =>
    t.call("admin", "PUT", "control/mode", { project: t.project, reason, ...body as object });
  expect((await put({ mode: "auto" })).json).toEqual({ mode: "auto", actions: {} });
  expect((await put({ action: "postgres.analyze", mode: "observe" })).json.actions).toEqual({
    "postgres.analyze": "observe",
  });
  expect((await put({ action: "configuration.revert", mode: "suggest" })).json.actions).toEqual({
    "configuration.revert": "suggest",
    "postgres.analyze": "observe",
  });
  expect((await put({ action: "postgres.analyze", mode: null })).json.actions).toEqual({
    "configuration.revert": "suggest",
  });
  expect((await put({ mode: "suggest" })).json.mode).toBe("suggest");
  expect((await put({ mode: null })).status).toBe(400);
  expect((await put({ mode: "yolo" })).status).toBe(400);
  const typo = await put({ action: "configuration.rvert", mode: "observe" });
  expect(typo.status).toBe(400);
  expect(typo.json.error.message).toContain("configuration.revert");
});

test("dry run is switched on and off", async () => {
  const put = (enabled: boolean) =>
    t.call("admin", "PUT", "control/dry-run", { project: t.project, enabled, reason });
  expect((await put(true)).json).toEqual({ enabled: true });
  expect((await t.call("viewer", "GET", `control/status?project=${t.project}`)).json.dry_run).toBe(true);
  expect((await put(false)).json).toEqual({ enabled: false });
});

test("the threshold is changed by whoever saw its version, within the bounds of safety", async () => {
  const read = () => t.call("viewer", "GET", `control/threshold?project=${t.project}`);
  const put = (threshold: number, expected_version: number) =>
    t.call("admin", "PUT", "control/threshold", { project: t.project, threshold, expected_version, reason });
  const { version } = (await read()).json;
  expect((await put(0.9, version)).json).toEqual({ threshold: 0.9, version: version + 1 });
  expect((await put(0.95, version)).status).toBe(409);
  expect((await read()).json.threshold).toBe(0.9);
  expect((await put(0.1, version + 1)).status).toBe(400);
  expect((await put(1, version + 1)).status).toBe(400);
});

test("approving a proposal queues it, names the approver, and works once", async () => {
  const fix = await addProposal();
  const approved = await t.call("operator", "POST", `control/fixes/${fix}/approve`, {
    reason: "looks right",
  });
  expect(approved.json).toMatchObject({ id: fix, state: "approved", reason: "looks right" });
  expect(await jobsOf("apply", fix)).toHaveLength(1);
  const [row] = await t.platform.sql("select approved_by, automatic from auto_fixes where id = $1", [fix]);
  expect(row).toEqual({ approved_by: `user:${t.ids.operator}`, automatic: false });
  const again = await t.call("operator", "POST", `control/fixes/${fix}/approve`, { reason });
  expect(again.status).toBe(200);
  expect(await jobsOf("apply", fix)).toHaveLength(1);
});

test("a dismissed proposal cannot be approved any more", async () => {
  const fix = await addProposal();
  expect((await t.call("operator", "POST", `control/fixes/${fix}/dismiss`, { reason })).json.state).toBe(
    "dismissed",
  );
  const late = await t.call("operator", "POST", `control/fixes/${fix}/approve`, { reason });
  expect(late.status).toBe(409);
  expect(late.json.error.message).toContain("dismissed cannot become approved");
});

test("a fix is taken back by force after it succeeded, unless its action cannot be taken back", async () => {
  const succeed = async (fix: number) => {
    await t.platform.sql("update auto_fixes set state = 'approved' where id = $1", [fix]);
    await t.platform.sql("update auto_fixes set state = 'applying', before_state = '{}' where id = $1", [
      fix,
    ]);
    await t.platform.sql("update auto_fixes set state = 'verifying' where id = $1", [fix]);
    await t.platform.sql(
      "update auto_fixes set state = 'succeeded', outcome = 'succeeded', finished_at = now() where id = $1",
      [fix],
    );
  };
  const fix = await addProposal();
  const early = await t.call("operator", "POST", `control/fixes/${fix}/rollback`, { reason });
  expect(early.status).toBe(409);
  await succeed(fix);
  expect((await t.call("operator", "POST", `control/fixes/${fix}/rollback`, { reason })).json.state).toBe(
    "rolling_back",
  );
  expect(await jobsOf("roll_back", fix)).toHaveLength(1);
  const final = await addProposal({ reversible: false });
  await succeed(final);
  const refused = await t.call("operator", "POST", `control/fixes/${final}/rollback`, { reason });
  expect(refused.status).toBe(409);
  expect(refused.json.error.message).toContain("cannot be taken back");
});

test("an operator has an issue diagnosed now", async () => {
  const issue = await addIssue();
  await t.platform.sql("update jobs set run_at = now() + interval '1 day' where issue_id = $1", [issue]);
  const { status, json } = await t.call("operator", "POST", "control/heal", { issue, reason });
  expect(status).toBe(200);
  expect(json).toEqual({ issue_id: issue, fix_id: null });
  const [job] = await t.platform.sql(
    "select run_at <= now() as due from jobs where issue_id = $1 and kind = 'diagnose' and state <> 'dead'",
    [issue],
  );
  expect(job!.due).toBe(true);
});

test("an operator heals a component by hand: decision, approved fix and job name the person", async () => {
  const body = {
    project: t.project,
    component: "checkout",
    action: "configuration.set-flag",
    parameters: { key: "app.flags.checkout" },
    reason: "checkout is down",
  };
  const { status, json } = await t.call("operator", "POST", "control/heal", body);
  expect(status, JSON.stringify(json)).toBe(200);
  const [fix] = await t.platform.sql(
    `select f.action, f.automatic, f.approved_by, d.decided_by, d.explanation, i.title
     from auto_fixes f join decisions d on d.id = f.decision_id join detected_errors i on i.id = f.issue_id where f.id = $1`,
    [json.fix_id],
  );
  expect(fix).toEqual({
    action: "configuration.set-flag",
    automatic: false,
    approved_by: `user:${t.ids.operator}`,
    decided_by: `user:${t.ids.operator}`,
    explanation: expect.stringContaining("checkout is down"),
    title: "By hand: checkout",
  });
  expect(await jobsOf("apply", json.fix_id)).toHaveLength(1);
  const again = await t.call("operator", "POST", "control/heal", body);
  expect(again.json.issue_id).toBe(json.issue_id);
});

test("healing by hand refuses actions the project has not, and parameters that do not fit", async () => {
  const heal = (action: string, parameters: unknown) =>
    t.call("operator", "POST", "control/heal", {
      project: t.project,
      component: "x",
      action,
      parameters,
      reason,
    });
  const unset = await heal("postgres.analyze", { schema: "public", relation: "orders" });
  expect(unset.status).toBe(400);
  expect(unset.json.error.message).toContain("integration");
  const wrong = await heal("configuration.set-flag", { key: "healing.limits; drop table projects" });
  expect(wrong.status).toBe(400);
  expect(wrong.json.error.details[0].path).toBe("json.parameters.key");
  expect((await heal("shell.exec", { command: "rm -rf /" })).status).toBe(400);
});

test("the timeline tells an issue's turning points in order", async () => {
  const fix = await addProposal();
  const [row] = await t.platform.sql("select issue_id from auto_fixes where id = $1", [fix]);
  await t.call("operator", "POST", `control/fixes/${fix}/dismiss`, { reason: "not the cause" });
  const { json } = await t.call("viewer", "GET", `control/issues/${row!.issue_id}/timeline`);
  const kinds = json.turning_points.map((point: { kind: string }) => point.kind);
  expect(kinds).toEqual(["issue_found", "decision_review", "fix_in_review", "fix_dismissed"]);
  expect(json.turning_points.at(-1).actor).toBe(`user:${t.ids.operator}`);
  expect(json.turning_points.at(-1).summary).toContain("not the cause");
  const rest = await t.call(
    "viewer",
    "GET",
    `control/issues/${row!.issue_id}/timeline?after=${json.turning_points[1].id}&limit=1`,
  );
  expect(rest.json.turning_points.map((point: { kind: string }) => point.kind)).toEqual(["fix_in_review"]);
});

test("the audit log is intact, and a row that was altered is found", async () => {
  const verify = () => t.call("viewer", "GET", `control/ledger/verify?project=${t.project}`);
  await addIssue();
  const intact = await verify();
  expect(intact.json).toMatchObject({ valid: true, first_broken_id: null });
  expect(intact.json.checked_count).toBeGreaterThan(0);
  const [victim] = await t.platform.sql(
    "select id, summary from turning_points where project_id = $1 order by id limit 1",
    [t.project],
  );
  const set = async (summary: unknown) => {
    await t.platform.sql("alter table turning_points disable trigger user");
    await t.platform.sql("update turning_points set summary = $2 where id = $1", [victim!.id, summary]);
    await t.platform.sql("alter table turning_points enable trigger user");
  };
  await set("nothing happened");
  expect((await verify()).json).toMatchObject({ valid: false, first_broken_id: victim!.id });
  await set(victim!.summary);
  expect((await verify()).json.valid).toBe(true);
});

test("statistics count what happened since", async () => {
  await addProposal();
  const { status, json } = await t.call("viewer", "GET", `control/statistics?project=${t.project}&days=1`);
  expect(status).toBe(200);
  expect(json.issues_count).toBeGreaterThan(0);
  expect(json.decisions.review).toBeGreaterThan(0);
  expect(json.mttd_ms).toBeGreaterThanOrEqual(0);
  expect(json.by_action.find((row: { action: string }) => row.action === "configuration.revert").fixes_count)
    .toBeGreaterThan(0);
});

test("an admin makes a key that opens the configuration, and only its hash is kept", async () => {
  const body = { project: t.project, purpose: "configuration", label: "shop" };
  const { status, json } = await t.call("admin", "POST", "control/keys", body);
  expect(status, JSON.stringify(json)).toBe(200);
  expect(json.key).toMatch(/^pk_[0-9a-f]{64}$/);
  expect((await t.call({ key: json.key }, "GET", `configuration/${t.project}`)).status).toBe(200);
  expect((await t.call({ key: json.key }, "GET", `configuration/${t.otherProject}`)).status).toBe(401);
  const [row] = await t.platform.sql("select * from api_keys where id = $1", [json.id]);
  expect(JSON.stringify(row)).not.toContain(json.key);
  await t.platform.sql("update api_keys set revoked_at = now() where id = $1", [json.id]);
  expect((await t.call({ key: json.key }, "GET", `configuration/${t.project}`)).status).toBe(401);
  for (const who of ["operator", "viewer", "stranger"] as const) {
    expect((await t.call(who, "POST", "control/keys", body)).status, who).toBe(403);
  }
});

test("an admin gives an integration its secret, which goes into Vault and never comes back", async () => {
  const [{ id }] = await t.platform.sql(
    "insert into integrations (project_id, kind, name) values ($1, 'slack', 'alerts') returning id",
    [t.project],
  ) as [{ id: number }];
  const path = `control/integrations/${id}/secret`;
  const secret = "https://hooks.example.com/T000/B000/secret-part";
  expect((await t.call("operator", "PUT", path, { secret })).status).toBe(403);
  expect((await t.call("stranger", "PUT", path, { secret })).status).toBe(404);
  expect((await t.call("nobody", "PUT", path, { secret })).status).toBe(401);
  const stored = await t.call("admin", "PUT", path, { secret });
  expect(stored.json).toEqual({ id, stored: true });
  const read = () =>
    t.platform.service.rpc("integration_secret", {
      p_project_id: t.project,
      p_kind: "slack",
      p_name: "alerts",
    });
  expect((await read()).data).toBe(secret);
  expect((await t.call("machine", "PUT", path, { secret: "another" })).status).toBe(200);
  expect((await read()).data).toBe("another");
});

test("strangers find nothing, viewers change nothing, and without credentials nothing is told", async () => {
  const fix = await addProposal();
  const [{ issue_id: issue }] = await t.platform.sql("select issue_id from auto_fixes where id = $1", [
    fix,
  ]) as [
    { issue_id: number },
  ];
  const project = t.project;
  const reads: string[] = [
    `status?project=${project}`,
    `statistics?project=${project}`,
    `threshold?project=${project}`,
    `ledger/verify?project=${project}`,
    `issues/${issue}/timeline`,
  ];
  const writes: [string, string, unknown][] = [
    ["POST", "disable", { project, reason }],
    ["POST", "enable", { project, reason }],
    ["PUT", "mode", { project, mode: "auto", reason }],
    ["PUT", "dry-run", { project, enabled: true, reason }],
    ["PUT", "threshold", { project, threshold: 0.6, expected_version: 0, reason }],
    ["POST", "heal", { issue, reason }],
    ["POST", "heal", {
      project,
      component: "x",
      action: "configuration.set-flag",
      parameters: { key: "app.flags.x" },
      reason,
    }],
    ["POST", `fixes/${fix}/approve`, { reason }],
    ["POST", `fixes/${fix}/dismiss`, { reason }],
    ["POST", `fixes/${fix}/rollback`, { reason }],
  ];
  const before = (await t.call("admin", "GET", `control/status?project=${project}`)).json;
  for (const path of reads) {
    expect((await t.call("stranger", "GET", `control/${path}`)).status, path).toBe(404);
    expect((await t.call("nobody", "GET", `control/${path}`)).status, path).toBe(401);
    expect((await t.call("viewer", "GET", `control/${path}`)).status, path).toBe(200);
  }
  for (const [method, path, body] of writes) {
    expect((await t.call("stranger", method, `control/${path}`, body)).status, `stranger ${path}`).toBe(404);
    expect((await t.call("viewer", method, `control/${path}`, body)).status, `viewer ${path}`).toBe(403);
    expect((await t.call("nobody", method, `control/${path}`, body)).status, `nobody ${path}`).toBe(401);
    expect(
      (await t.call({ key: "forged.token.x" }, method, `control/${path}`, body)).status,
      `forged ${path}`,
    ).toBe(401);
  }
  for (const [method, path, body] of writes.slice(0, 5)) {
    expect((await t.call("operator", method, `control/${path}`, body)).status, `operator ${path}`).toBe(403);
  }
  expect(await stateOf(fix)).toBe("in_review");
  expect((await t.call("admin", "GET", `control/status?project=${project}`)).json).toMatchObject({
    mode: before.mode,
    dry_run: before.dry_run,
    threshold: before.threshold,
    kill_switch: before.kill_switch,
  });
});

test.each([
  ["POST", "control/disable", { reason: "x" }],
  ["POST", "control/disable", { project: "1 or 1=1", reason: "for the test" }],
  ["POST", "control/fixes/0/approve", { reason: "for the test" }],
  ["POST", "control/fixes/1;drop/approve", { reason: "for the test" }],
  ["PUT", "control/threshold", { project: 1, threshold: "NaN", expected_version: 0, reason: "for the test" }],
  ["POST", "control/heal", { issue: 1, project: 1, reason: "for the test" }],
  ["POST", "control/heal", {}],
  ["GET", "control/status", undefined],
  ["GET", "control/status?project=-1", undefined],
  ["GET", "control/statistics?project=1&days=100000", undefined],
])("%s %s with %j is refused as invalid", async (method, path, body) => {
  const answer = await t.call("machine", method, path, body);
  expect(answer.status).toBe(400);
  expect(answer.json.error.details.length).toBeGreaterThan(0);
});

test("a body that is too large is refused", async () => {
  const body = { reason: "x".repeat(300_000) };
  expect((await t.call("machine", "POST", "control/disable", body)).status).toBe(413);
});
