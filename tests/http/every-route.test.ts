// What must hold for each route that the OpenAPI document names, whoever adds it: strangers get nothing and learn
// nothing, and no request makes a function fail or hang.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wrongBodies, wrongParameters } from "./support/malformed.ts";
import { type Call, calls, type Given, namesOf, type Operation, operations } from "./support/operations.ts";
import { type Tenants, tenants } from "./support/tenants.ts";

/** Longer than any single answer takes on a busy machine, far shorter than what a hostile one would want. */
const MAX_ANSWER_MS = 5_000;
/** Larger than what any route takes. */
const ENDLESS_BYTES = 40_000_000;
/** Stands in what the first project owns and in nothing else. */
const MARK = "ALPHA-ONLY";

const OPERATIONS = await operations();
const peopleMay = ({ schemes }: Operation) => schemes.includes("user");
const isIngest = ({ schemes }: Operation) => schemes.length === 0;

let t: Tenants;
let own: Given;
let foreign: Given;
let unknown: Given;
/** The key of a DSN of the first project, and its keys for servers by the function that takes them. */
let ingestKey: string;
const serverKeys: Record<string, string> = {};

/** One of everything that a tenant can name by its id. */
async function belongings(project: number, mark: string): Promise<Given> {
  const add = async (text: string, params: unknown[]) => Number((await t.platform.sql(text, params))[0]!.id);
  const issue = (fingerprint: string) =>
    add("insert into detected_errors (project_id, fingerprint, title) values ($1, $2, $3) returning id", [
      project,
      fingerprint,
      mark,
    ]);
  const first = await issue("one");
  const decision = await add(
    `insert into decisions (project_id, issue_id, verdict, threshold, explanation, record)
     values ($1, $2, 'review', 0.85, $3, '{}') returning id`,
    [project, first, mark],
  );
  const fix = await add(
    `insert into auto_fixes (project_id, issue_id, decision_id, action, target_key, parameters, risk, reversible, automatic,
       severity, confidence, state, reason, expires_at)
     values ($1, $2, $3, 'configuration.revert', 'configuration:app.a', '{}', 'safe', true, false, 'medium', 0.5, 'in_review',
       $4, now() + interval '1 day') returning id`,
    [project, first, decision, mark],
  );
  const deployment = await add(
    `insert into deployment_logs (project_id, target, external_id, service) values ($1, 'other', $2, $2) returning id`,
    [project, mark],
  );
  const integration = await add(
    `insert into integrations (project_id, kind, configuration) values ($1, 'webhook', $2) returning id`,
    [project, { note: mark }],
  );
  await t.platform.sql(
    "select change_config($1, 'app.database.pool_size', to_jsonb($2::text), 'as it was')",
    [project, mark],
  );
  return {
    project,
    issue: first,
    into: first,
    from: await issue("two"),
    merged: await issue("three"),
    fix,
    deployment,
    integration,
  };
}

beforeAll(async () => {
  t = await tenants({ firstId: 70_000_001 });
  // The stranger is the admin of the other project: what he may do there, he may not do here.
  own = await belongings(t.otherProject, "BETA");
  foreign = await belongings(t.project, MARK);
  unknown = Object.fromEntries(Object.keys(own).map((name) => [name, 900_000_001]));
  const [key] = await t.platform.sql(
    "insert into ingest_keys (project_id) values ($1) returning public_key",
    [
      t.project,
    ],
  );
  ingestKey = String(key!.public_key);
  for (const [name, purpose] of [["configuration", "configuration"], ["deployment-monitor", "deployments"]]) {
    serverKeys[name!] = await t.addKey(t.project, { purpose });
  }
});
afterAll(() => t.stop());

interface Credentials {
  [header: string]: string;
}

type Sent = Omit<Call, "body"> & { body?: string | ReadableStream<Uint8Array<ArrayBuffer>> };

/** Sends a call and judges what every answer owes: no server error, no wait, failures in our shape. */
async function send(call: Sent, credentials: Credentials = {}): Promise<{ status: number; text: string }> {
  const began = performance.now();
  const response = await fetch(`${t.platform.functionsUrl}/${call.path}`, {
    method: call.method,
    headers: { ...credentials, ...(call.type ? { "content-type": call.type } : {}) },
    body: call.body,
  });
  const text = await response.text();
  const body = typeof call.body === "string" ? call.body.slice(0, 200) : "";
  const sent = `${call.method} ${call.path.slice(0, 200)} ${body}`;
  const shown = `${sent} -> ${response.status} ${text.slice(0, 500)}`;
  expect(response.status, shown).toBeLessThan(500);
  expect(performance.now() - began, shown).toBeLessThan(MAX_ANSWER_MS);
  return { status: response.status, text };
}

const asPerson = (who: "stranger" | "admin"): Credentials => ({ authorization: `Bearer ${t.token(who)}` });
const asMachine = (): Credentials => ({ apikey: t.platform.automationsKey });

/** What opens a route for the first project; nothing for webhooks, whose sender nobody knows before the body is read. */
function opens(operation: Operation): Credentials {
  if (isIngest(operation)) return { "x-sentry-auth": `Sentry sentry_key=${ingestKey}` };
  if (peopleMay(operation)) return asPerson("admin");
  if (operation.schemes.includes("secret")) return asMachine();
  const key = serverKeys[operation.path.split("/")[1]!];
  if (operation.schemes.includes("projectKey")) return { authorization: `Bearer ${key}` };
  return {};
}

/** White space, of which a valid body may have any amount, in chunks that do not tell how many will come. */
function withoutLength(bytes: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunk = new Uint8Array(256 * 1024).fill(0x20);
  let left = Math.ceil(bytes / chunk.length);
  return new ReadableStream({
    pull: (controller) => left-- > 0 ? controller.enqueue(chunk) : controller.close(),
  });
}

/** What an answer says, without the id of the request and with every id called the same. */
function withoutIds({ status, text }: { status: number; text: string }, ...given: Given[]): string {
  let told = text.replaceAll(/"request_id":"[^"]*"/g, "");
  const ids = [...new Set(given.flatMap(Object.values).map(String))].sort((a, b) => b.length - a.length);
  for (const id of ids) told = told.replaceAll(new RegExp(`\\b${id}\\b`, "g"), "<id>");
  return `${status} ${told}`;
}

test("each id in a path is one that these tests know how to make up", () => {
  const named = OPERATIONS.flatMap(({ parameters }) => parameters)
    .filter((one) => one.in === "path" && one.schema.type === "integer").map(({ name }) => name);
  expect([...new Set(named)].filter((name) => !Object.hasOwn(own, name))).toEqual([]);
});

/** base64url without padding */
const encoded = (value: unknown) =>
  btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

describe.each(OPERATIONS)("$title", (operation) => {
  const valid = () => calls(operation, foreign);

  test("is closed to whoever has no key, a public one or a forged one", async () => {
    const claims = { role: "service_role", sub: t.ids.admin, exp: 4_000_000_000 };
    const unsigned = `${encoded({ alg: "none", typ: "JWT" })}.${encoded(claims)}.`;
    const forged = `${encoded({ alg: "HS256", typ: "JWT" })}.${encoded(claims)}.${encoded("signature")}`;
    const outsiders: Credentials[] = [
      {},
      { apikey: t.platform.publishableKey },
      { authorization: `Bearer ${t.platform.publishableKey}` },
      { authorization: "Bearer " },
      { authorization: `Bearer ${unsigned}`, apikey: t.platform.publishableKey },
      { authorization: `Bearer ${forged}` },
      { apikey: unsigned },
      { apikey: "sb_secret_made_up" },
      { authorization: "Bearer pk_made_up" },
      { "x-vercel-signature": "0".repeat(40) },
      { "x-hub-signature-256": `sha256=${"0".repeat(64)}` },
      { "x-sentry-auth": `Sentry sentry_version=7, sentry_key=${"0".repeat(32)}` },
    ];
    for (const call of valid()) {
      for (const credentials of outsiders) {
        const { status, text } = await send(call, credentials);
        expect([401, 403], `${JSON.stringify(credentials)} ${text}`).toContain(status);
        expect(text).not.toContain(MARK);
      }
    }
  });

  test("tells a stranger the same of what is another's as of what is not there", async () => {
    const stranger = asPerson("stranger");
    const names = namesOf(operation).filter((name) => Object.hasOwn(own, name));
    for (const name of names) {
      // One id that is not his among his own, so that nothing else is the reason.
      const theirs = calls(operation, { ...own, [name]: foreign[name] });
      const nothing = calls(operation, { ...own, [name]: unknown[name] });
      for (const [index, call] of theirs.entries()) {
        const told = await send(call, stranger);
        expect(told.text).not.toContain(MARK);
        const toldOfNothing = await send(nothing[index]!, stranger);
        expect(withoutIds(told, own, foreign), name).toBe(withoutIds(toldOfNothing, own, unknown));
        const mine = calls(operation, own)[index]!;
        const isHis = call.path === mine.path && call.body === mine.body;
        // A list of what one may see is empty then; everything else is refused.
        if (!isHis && call.method !== "GET") expect(told.status, told.text).toBeGreaterThanOrEqual(400);
      }
    }
    if (!peopleMay(operation) && !isIngest(operation)) {
      for (const call of valid()) expect((await send(call, stranger)).status).toBe(401);
    }
  });

  test("lets in whom it is for", async () => {
    if (Object.keys(opens(operation)).length === 0) return;
    for (const call of valid()) {
      const { status, text } = await send(call, opens(operation));
      expect([401, 403], text).not.toContain(status);
    }
  });

  test("answers what is malformed with a failure of the client's", async () => {
    const credentials = opens(operation);
    for (const call of valid()) {
      for (const wrong of [...wrongBodies(operation, call), ...wrongParameters(operation, call)]) {
        await send(wrong, credentials);
      }
    }
  });

  test("refuses other methods, other types of content and bodies without end", async () => {
    const [call] = valid();
    const credentials = opens(operation);
    const here = new Set(
      OPERATIONS.filter(({ path }) => path === operation.path).map(({ method }) => method),
    );
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      if (here.has(method)) continue;
      const { status } = await send({ method, path: call!.path }, credentials);
      // 400: the path fits another route too, one whose parameter it does not.
      expect([400, 401, 403, 404, 405], method).toContain(status);
    }
    if (!operation.body) return;
    for (
      const type of [
        "text/plain",
        "application/xml",
        "multipart/form-data",
        "application/json; charset=utf-7",
      ]
    ) {
      await send({ ...call!, type }, credentials);
    }
    for (const body of [`{"a":"${"x".repeat(ENDLESS_BYTES)}"}`, withoutLength(ENDLESS_BYTES)]) {
      const huge = await send({ ...call!, body }, credentials);
      expect([401, 403, 413], huge.text).toContain(huge.status);
    }
  });
});
