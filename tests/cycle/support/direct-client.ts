import type { DatabaseAnswer, RpcClient } from "../../../supabase/functions/_shared/platform/rpc.ts";
import type { TestDatabase } from "../../support/database.ts";

interface Signature {
  types: Map<string, string>;
  returns: "nothing" | "one" | "many";
}

/**
 * Calls database functions as PostgREST does for the service role, without the way over HTTP: the same role and rights, arguments by name
 * from one JSON object, results and errors in the same shape.
 */
export function directClient(db: TestDatabase): RpcClient {
  const known = new Map<string, Promise<Signature>>();
  return {
    async rpc(name, parameters = {}): Promise<DatabaseAnswer> {
      try {
        if (!known.has(name)) known.set(name, readSignature(db, name));
        const { types, returns } = await known.get(name)!;
        const given = Object.keys(parameters).filter((key) => parameters[key] !== undefined);
        const call = `public.${name}(${given.map((key) => `${key} => a.${key}`).join(", ")})`;
        const columns = given.map((key) => `${key} ${types.get(key)}`);
        const from = columns.length > 0
          ? `jsonb_to_record($1::jsonb) as a (${columns.join(", ")})`
          : "(select) as a";
        const rows = await db.as("service_role", {}, (tx) =>
          tx.query(
            returns === "nothing"
              ? `select ${call} from ${from}`
              : `select to_jsonb(r) as result from ${from} cross join lateral ${call} as r`,
            columns.length > 0 ? [parameters] : [],
          ), { commit: true });
        const data = returns === "nothing"
          ? null
          : returns === "many"
          ? rows.map((row) => row.result)
          : rows[0]?.result ?? null;
        return { data, error: null };
      } catch (error) {
        const { code = "", message = String(error) } = error as { code?: string; message?: string };
        return { data: null, error: { code, message } };
      }
    },
  };
}

async function readSignature(db: TestDatabase, name: string): Promise<Signature> {
  const [row] = await db.query(
    `select p.proretset, format_type(p.prorettype, null) as returns,
       (select jsonb_object_agg(p.proargnames[t.n], format_type(t.type, null))
        from unnest(p.proargtypes::oid[]) with ordinality as t (type, n)) as types
     from pg_proc as p where p.pronamespace = 'public'::regnamespace and p.proname = $1`,
    [name],
  );
  if (!row) throw new Error(`there is no function public.${name}`);
  return {
    types: new Map(Object.entries((row.types ?? {}) as Record<string, string>)),
    returns: row.returns === "void" ? "nothing" : row.proretset ? "many" : "one",
  };
}
