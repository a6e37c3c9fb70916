import type { Row } from "./database.ts";

/** Names of the json and jsonb arguments of functions, and columns of tables, in schema public. */
interface JsonNames {
  functions: Map<string, string[]>;
  tables: Map<string, string[]>;
}

type Query = (sql: string) => Promise<Row[]>;

/**
 * Lite hands a JSON string for a json argument or column to Postgres as it is, which then takes it for JSON text: `"open"`
 * fails, and `"5"` becomes a number; a boolean for a column fails on some drivers. PostgREST keeps them as they are. This encodes such
 * values before Lite sees them.
 */
export function jsonStrings(query: Query): (request: Request) => Promise<Request> {
  let names: Promise<JsonNames> | undefined;

  async function jsonNames(kind: keyof JsonNames, name: string): Promise<string[]> {
    const known = (await (names ??= readNames(query)))[kind].get(name);
    if (known) return known;
    // Made after the names were read, or not there at all.
    names = readNames(query);
    return (await names)[kind].get(name) ?? [];
  }

  return async (request) => {
    const target = /^\/rest\/v1\/(rpc\/)?(\w+)$/.exec(new URL(request.url).pathname);
    if (!target || !["POST", "PATCH", "PUT"].includes(request.method)) return request;
    if (!request.headers.get("content-type")?.includes("json")) return request;
    const isCall = target[1] !== undefined;
    const wanted = await jsonNames(isCall ? "functions" : "tables", target[2]!);
    const text = await request.text();
    // Strings for columns are parsed by Lite before it hands them on, so they need one coat more.
    return new Request(request, { body: wanted.length === 0 ? text : encoded(text, wanted, isCall ? 1 : 2) });
  };
}

/** The body with the named top-level strings and booleans encoded so many times more. */
export function encoded(text: string, names: readonly string[], times = 1): string {
  // Large batches are objects and lists: they are not parsed in vain.
  if (!names.some((name) => new RegExp(`"${name}"\\s*:\\s*["tf]`).test(text))) return text;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return text; // Lite says what is wrong with it.
  }
  for (const row of Array.isArray(body) ? body : [body]) {
    if (typeof row !== "object" || row === null) continue;
    for (const name of names) {
      if (typeof row[name] !== "string" && typeof row[name] !== "boolean") continue;
      for (let coat = 0; coat < times; coat++) row[name] = JSON.stringify(row[name]);
    }
  }
  return JSON.stringify(body);
}

async function readNames(query: Query): Promise<JsonNames> {
  const rows = await query(`
    select 'functions' as kind, p.proname as name,
      coalesce(array_agg(a.name) filter (where a.type in ('json'::regtype, 'jsonb'::regtype)), '{}') as json_names
    from pg_proc as p
    left join lateral unnest(p.proargnames, p.proargtypes::oid[]) as a (name, type) on true
    where p.pronamespace = 'public'::regnamespace
    group by p.proname
    union all
    select 'tables', c.relname,
      coalesce(array_agg(a.attname::text) filter (where a.atttypid in ('json'::regtype, 'jsonb'::regtype)), '{}')
    from pg_class as c
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
    group by c.relname`);
  const names: JsonNames = { functions: new Map(), tables: new Map() };
  for (const { kind, name, json_names } of rows) {
    names[kind as keyof JsonNames].set(String(name), json_names as string[]);
  }
  return names;
}
