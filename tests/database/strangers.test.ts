// What people may call, asked by a stranger about what is another project's: he learns no more than of what is not there.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { numberFrom } from "../support/ids.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { buildWorld, type World } from "./access/fixture.ts";
import { FUNCTIONS_FOR_PEOPLE } from "./access/functions.ts";

let db: TestDatabase;
let world: World;
let functions: Map<string, { names: string[]; types: string[] }>;

beforeAll(async () => {
  db = await testDatabase();
  await db.script(numberFrom(70_000_001));
  world = await buildWorld(db);
  const rows = await db.query(
    `select p.proname as name, p.proargnames[1:p.pronargs - p.pronargdefaults] as names,
       array(select format_type(t.oid, null) from unnest(p.proargtypes) with ordinality as a (oid, place)
             join pg_type as t on t.oid = a.oid order by a.place) as types
     from pg_proc as p where p.pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', p.oid, 'execute')`,
  );
  functions = new Map(
    rows.map((row) => [String(row.name), row as unknown as { names: string[]; types: string[] }]),
  );
});
afterAll(() => db.close());

const UNKNOWN = 900_000_001;
/** Arguments of searches: without them everything is found that the caller sees. */
const NARROWING = ["p_statuses", "p_severity", "p_text", "p_release", "p_after_at", "p_after_id"];
/** The ids of what is asked about: by the name of the argument where that says it, else by its type. */
function argument(name: string, type: string, project: number, issue: number): unknown {
  if (name === "p_project_id") return project;
  if (name === "p_issue_id" || name === "p_into") return issue;
  if (type === "bigint[]") return [issue];
  if (NARROWING.includes(name)) return null;
  if (type.endsWith("[]")) return [argument(name, type.slice(0, -2), project, issue)];
  if (name === "p_slug") return "pattern-alpha";
  if (name === "p_mode") return "auto";
  if (name === "p_key") return "app.size";
  switch (type) {
    case "bigint":
    case "integer":
      return 1;
    case "numeric":
    case "double precision":
      return 0.9;
    case "boolean":
      return true;
    case "jsonb":
      return "[]";
    case "timestamp with time zone":
      return "2026-01-01T00:00:00Z";
    default:
      return "why";
  }
}

/** A call of a function with an argument for each of its parameters. */
function callOf(name: string, project: number, issue: number): [text: string, params: (string | null)[]] {
  const { names, types } = functions.get(name)!;
  const places = names.map((one, at) => `${one} => $${at + 1}::text::${types[at]}`);
  const params = names.map((one, at) => {
    const value = argument(one, types[at]!, project, issue);
    if (value === null) return null;
    return Array.isArray(value) ? `{${value.join(",")}}` : String(value);
  });
  return [`select public.${name}(${places.join(", ")}) as told`, params];
}

/** What a person is told: the answer, or the code and words of the refusal; ids are all called the same. */
async function told(user: string, name: string, project: number, issue: number): Promise<string> {
  const [text, params] = callOf(name, project, issue);
  const answer = await db.asUser(user, (tx) => tx.query(text, params))
    .then((rows) => JSON.stringify(rows), (error) => `${error.code} ${error.message}`);
  return answer.replaceAll(new RegExp(`\\b(${project}|${issue})\\b`, "g"), "<id>");
}

describe("a stranger", () => {
  it.each(FUNCTIONS_FOR_PEOPLE)(
    "is told the same by %s of what is another's as of what is not there",
    async (name) => {
      const { projectId, issueId } = world.a;
      const theirs = await told(world.strangerId, name, projectId, issueId);
      expect(theirs).toBe(await told(world.strangerId, name, UNKNOWN, UNKNOWN + 1));
    },
  );

  it.each(FUNCTIONS_FOR_PEOPLE)("is told the same by %s as a member of another project", async (name) => {
    // The admin of the first project, asked to touch the second.
    const { projectId, issueId } = world.b;
    const theirs = await told(world.adminId, name, projectId, issueId);
    expect(theirs).toBe(await told(world.adminId, name, UNKNOWN, UNKNOWN + 1));
  });

  it.each(FUNCTIONS_FOR_PEOPLE)("asks %s in a form that it understands", async (name) => {
    const { projectId, issueId } = world.a;
    expect(await told(world.adminId, name, projectId, issueId)).not.toMatch(/^(42(?!501)|22P|22007)/);
  });

  it("is told something else than a member by most of them", async () => {
    const { projectId, issueId } = world.a;
    const different: string[] = [];
    for (const name of FUNCTIONS_FOR_PEOPLE) {
      const toMember = await told(world.adminId, name, projectId, issueId);
      if (toMember !== await told(world.strangerId, name, projectId, issueId)) different.push(name);
    }
    expect(different.length).toBeGreaterThan(FUNCTIONS_FOR_PEOPLE.length / 2);
  });

  it("changes nothing by any of them", async () => {
    const state = async () =>
      JSON.stringify(
        await db.query(
          `select (select jsonb_agg(p order by id) from projects as p) as projects, (select count(*) from jobs) as jobs,
             (select count(*) from system_config) as settings, (select count(*) from detected_errors) as issues,
             (select count(*) from pattern_feedback) as feedback, (select count(*) from fingerprint_rules) as rules`,
        ),
      );
    const before = await state();
    for (const name of FUNCTIONS_FOR_PEOPLE) {
      const [text, params] = callOf(name, world.a.projectId, world.a.issueId);
      // Committed, if it succeeds.
      const asked = db.asUser(world.strangerId, (tx) => tx.query(text, params), { commit: true });
      await asked.catch(() => {});
    }
    expect(await state()).toBe(before);
  });
});
