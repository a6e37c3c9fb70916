import { type Database, identifier, type Row } from "./database.ts";
import type { PgliteDatabase } from "./pglite.ts";
import type { PostgresDatabase } from "./postgres-database.ts";
import type { Keys } from "./keys.ts";

/** The answer; or the request, to be asked of Lite. */
export type DirectCall = (request: Request) => Promise<Response | Request>;

/** A body with one argument begins so; whether it is the only one, the database sees when it has read the JSON. */
const FIRST_ARGUMENT = /^\s*\{\s*"(\w+)"\s*:/;
/** What a caller may ask for and only Lite can give: other forms of answers, another schema, CORS. */
const FOR_LITE = ["prefer", "range", "origin"];
const PATH = /^[^?#]*\/rest\/v1\/rpc\/(\w+)$/;

/**
 * PostgREST hands the body of a call to Postgres as it came. Lite parses it, writes it anew, and takes two milliseconds
 * of CPU for a call that has nothing in it, which is more than the database takes for a whole batch of events. This
 * hands on calls as PostgREST does that service_role makes with one JSON argument for one JSON value, and leaves all
 * others to Lite; also those that the database refuses, since Lite knows how to tell of errors.
 */
export function directCalls(database: PgliteDatabase | PostgresDatabase, keys: Keys): DirectCall {
  let functions: Promise<Set<string>> | undefined;
  const isKnown = async (name: string, argument: string) =>
    (await (functions ??= readFunctions(database))).has(`${name} ${argument}`);

  return async (request) => {
    const name = PATH.exec(request.url)?.[1];
    if (name === undefined || !isPlain(request) || !isService(request, keys)) return request;
    const body = await request.text();
    const forLite = () => new Request(request, { body });
    const argument = FIRST_ARGUMENT.exec(body)?.[1];
    if (argument === undefined || !await isKnown(name, argument)) return forLite();
    let row: Row | undefined;
    try {
      [row] = await database.asService(callOf(name, argument), [body]);
    } catch (error) {
      if (isRefusal(error)) return forLite();
      throw error;
    }
    return row
      ? new Response(String(row.answer ?? "null"), {
        headers: { "content-type": "application/json; charset=utf-8" },
      })
      : forLite();
  };
}

/** Says that the database took nothing: what was begun is rolled back. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^[0-9A-Z]{5}$/.test(String(error.code));
}

function callOf(name: string, argument: string): string {
  return `select public.${identifier(name)}(${
    identifier(argument)
  } => call.body -> '${argument}')::text as answer
    from (select $1::jsonb as body) as call
    where (select count(*) from jsonb_object_keys(call.body)) = 1`;
}

function isPlain(request: Request): boolean {
  return request.method === "POST" && (request.headers.get("content-type")?.includes("json") ?? false) &&
    /^(?:\*\/\*|application\/json)?$/.test(request.headers.get("accept") ?? "") &&
    (request.headers.get("content-profile") ?? "public") === "public" &&
    !FOR_LITE.some((header) => request.headers.has(header));
}

function isService({ headers }: Request, keys: Keys): boolean {
  const key = headers.get("apikey") ?? "";
  const bearer = headers.get("authorization");
  return (key === keys.secret || key === keys.automations) && (bearer === null || bearer === `Bearer ${key}`);
}

/** `name argument` of the functions of schema public that are there once, take jsonb in that argument and return one jsonb. */
async function readFunctions(database: Database): Promise<Set<string>> {
  const rows = await database.query(`
    select p.proname as name, a.name as argument
    from pg_proc as p
    cross join lateral unnest(p.proargnames, p.proargtypes::oid[]) with ordinality as a (name, type, place)
    where p.pronamespace = 'public'::regnamespace and p.prokind = 'f' and not p.proretset
      and p.prorettype = 'jsonb'::regtype and p.proargmodes is null and a.type = 'jsonb'::regtype and a.name ~ '^\\w+$'
      and not exists (select from pg_proc as o where o.pronamespace = p.pronamespace and o.proname = p.proname and o.oid <> p.oid)`);
  return new Set(rows.map((row) => `${row.name} ${row.argument}`));
}
