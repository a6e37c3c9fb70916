import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Caller, type IssueTenants, issueTenants, word } from "./support/issues.ts";

let t: IssueTenants;
let deployKey: string;
let foreignDeployKey: string;
let revokedKey: string;
let configurationKey: string;
beforeAll(async () => {
  t = await issueTenants();
  deployKey = await t.addKey(t.project, { purpose: "deployments" });
  foreignDeployKey = await t.addKey(t.otherProject, { purpose: "deployments" });
  revokedKey = await t.addKey(t.project, { purpose: "deployments", revoked: true });
  configurationKey = await t.addKey(t.project);
});
afterAll(() => t.stop());

/** A request that is right in itself, new each time, about things of the project. */
type Request = () => Promise<[method: string, path: string, body?: unknown]>;
const reason = "for the test";
const map = { version: 3, sources: ["a.ts"], names: [], mappings: "AAAA" };

const READS: Record<string, Request> = {
  "list issues": () => Promise.resolve(["GET", `issues?project=${t.project}`]),
  "read an issue": async () => ["GET", `issues/${await t.issue()}`],
  "read rules": () => Promise.resolve(["GET", `issues/rules?project=${t.project}`]),
  "preview rules": () =>
    Promise.resolve(["POST", "issues/rules/preview", { project: t.project, text: "type:X -> x" }]),
  "list templates": () => Promise.resolve(["GET", `issues/templates?project=${t.project}`]),
};
const WRITES: Record<string, Request> = {
  "triage an issue": async () => ["PATCH", `issues/${await t.issue()}`, { status: "archived" }],
  "merge issues": async () => [
    "POST",
    "issues/merge",
    { from: [await t.issue()], into: await t.issue(), reason },
  ],
  "undo a merge": async () => {
    const [from, into] = [await t.issue(), await t.issue()];
    const merged = await t.call("admin", "POST", "issues/merge", { from: [from], into, reason });
    expect(merged.status).toBe(200);
    return ["POST", "issues/split", { issue: into, merged: [from], reason }];
  },
  "split an issue": async () => {
    const message = `the ${word()} of ${word()} broke`;
    const [issue] = await t.send(["eu", "eu", "us"].map((region) => ({ message, tags: { region } })));
    return ["POST", "issues/split", { issue, by: "tags.region", reason }];
  },
  "replace rules": () =>
    Promise.resolve(["PUT", "issues/rules", { project: t.project, text: "type:NoSuch -> x", reason }]),
};
const upload: Request = () =>
  Promise.resolve([
    "POST",
    `issues/source-maps?project=${t.project}&release=r1&file=a.js`,
    map,
  ]);

async function statusFor(who: Caller, request: Request): Promise<number> {
  return (await t.call(who, ...await request())).status;
}

describe.each(Object.entries({ ...READS, ...WRITES }))("to %s", (_name, request) => {
  it("needs a person or a secret key: nobody gets in, and no key that was made for something else", async () => {
    expect(await statusFor("nobody", request)).toBe(401);
    for (
      const key of [
        deployKey,
        configurationKey,
        t.ingestKey,
        t.platform.publishableKey,
        "eyJhbGciOiJub25lIn0.e30.",
      ]
    ) {
      expect(await statusFor({ key }, request), key).toBe(401);
    }
  });

  it("gives strangers the same answer whether or not the thing exists", async () => {
    const [method, path, body] = await request();
    const stranger = await t.call("stranger", method, path, body);
    const nothing = await t.call(
      "stranger",
      method,
      path.replace(/\d+/g, "987654"),
      body && JSON.parse(
        JSON.stringify(body),
        (_key, value) => typeof value === "number" ? 987654 : value,
      ),
    );
    expect(stranger.status).toBe(404);
    const said = ({ status, json }: typeof stranger) => [
      status,
      json.error.code,
      json.error.message.replace(/\d+/g, "N"),
    ];
    expect(said(stranger)).toEqual(said(nothing));
  });
});

describe.each(Object.entries(READS))("to %s", (_name, request) => {
  it("is for every member, and for machines", async () => {
    for (const who of ["viewer", "operator", "admin", "machine"] as const) {
      expect(await statusFor(who, request), who).toBe(200);
    }
  });
});

describe.each(Object.entries(WRITES))("to %s", (_name, request) => {
  it("is for operators, admins and machines; viewers are told so, and nothing changes", async () => {
    const before = await state();
    const [method, path, body] = await request();
    const prepared = await state();
    const refused = await t.call("viewer", method, path, body);
    expect(refused.status).toBe(403);
    expect(refused.json.error.message).toMatch(/operator|may not do this/);
    expect(await state()).toEqual(prepared);
    expect((await t.call("operator", method, path, body)).status).toBe(200);
    expect(await state()).not.toEqual(before);
    for (const who of ["admin", "machine"] as const) expect(await statusFor(who, request), who).toBe(200);
  });
});

/** What the routes may change. */
async function state() {
  const rows = await t.platform.sql(
    `select (select jsonb_agg(jsonb_build_array(id, status, event_count, merged_into_id) order by id) from detected_errors) as issues,
       (select jsonb_agg(to_jsonb(r) - 'id' - 'created_at' - 'updated_at' order by r.position) from fingerprint_rules as r) as rules,
       (select jsonb_agg(jsonb_build_array(id, content_hash) order by id) from source_maps) as maps`,
  );
  return rows[0];
}

describe("to upload a source map", () => {
  it("is for operators, admins, machines, and keys made for the project's deployments", async () => {
    for (const who of ["operator", "admin", "machine", { key: deployKey }] as const) {
      expect(await statusFor(who, upload)).toBe(200);
    }
  });

  it("is not for others, whose body is not even read", async () => {
    const before = await state();
    expect(await statusFor("nobody", upload)).toBe(401);
    expect(await statusFor("viewer", upload)).toBe(403);
    expect(await statusFor("stranger", upload)).toBe(404);
    for (const key of [foreignDeployKey, revokedKey, configurationKey, t.ingestKey, "pk_unknown"]) {
      expect(await statusFor({ key }, upload), key).toBe(401);
    }
    const refused = await t.call("stranger", "POST", (await upload())[1], "x".repeat(50_000_000));
    expect(refused.status).toBe(404);
    expect(await state()).toEqual(before);
  });
});

describe("issues of several projects", () => {
  it("are not merged by somebody who sees both, nor by a machine", async () => {
    const [own, foreign] = [await t.issue(), await t.issue(t.otherProject)];
    const [method, path, body] = ["POST", "issues/merge", { from: [foreign], into: own, reason }];
    expect((await t.call("admin", method, path, body)).status).toBe(404);
    const machine = await t.call("machine", method, path, body);
    expect(machine.status).toBe(400);
    expect(machine.json.error.message).toContain("several projects");
  });

  it("do not lend their events: a split names only events of the issue itself", async () => {
    const own = await t.issue();
    const foreign = await t.issue(t.otherProject);
    const [event] = await t.platform.sql("select event_id from error_events where issue_id = $1", [foreign]);
    for (const by of [{ events: [event!.event_id] }, { by: "message", stays: event!.event_id }]) {
      const answer = await t.call("admin", "POST", "issues/split", { issue: own, ...by, reason });
      expect(answer.status).toBe(404);
    }
  });
});
