import { type ApiKeyResolver, App } from "@supabase/lite";
import { createPostgresConnection, type PostgresConnection } from "@supabase/lite/postgres";
import { directCalls } from "./direct-calls.ts";
import type { Keys } from "./keys.ts";
import { keepSqlStates, withSqlStates } from "./lite-errors.ts";
import { jsonStrings } from "./lite-json.ts";
import { PgliteDatabase } from "./pglite.ts";
import type { PostgresDatabase } from "./postgres-database.ts";

/** What the gateway needs of Supabase Lite. */
export interface Lite {
  fetch(request: Request, peerAddress: string | undefined): Promise<Response>;
  close(): Promise<void>;
}

export interface LiteOptions {
  database: PgliteDatabase | PostgresDatabase;
  keys: Keys;
  siteUrl: string;
  /** Lets the Studio on this machine work without a key, as service_role. */
  studioAdmin: boolean;
}

const OID_JSON = 114;
const OID_JSONB = 3802;

/** Serves `/rest/v1`, `/auth/v1` and the Studio at `/` from the database. */
export async function startLite({ database, keys, siteUrl, studioAdmin }: LiteOptions): Promise<Lite> {
  const own = database instanceof PgliteDatabase ? undefined : openPool(database.url);
  const connection = database instanceof PgliteDatabase ? database.connection : own;
  if (!connection) throw new Error("Supabase Lite has no connection to the database");
  keepGrants(connection);
  keepSqlStates(connection);
  const withJsonStrings = jsonStrings((sql) => database.query(sql));

  const app = new App({
    connection,
    auth: {
      enabled: true,
      site_url: siteUrl,
      jwt_secret: keys.jwtSecret,
      publishable_key: keys.publishable,
      secret_key: keys.secret,
      enable_signup: true,
      email: { enable_signup: true, enable_confirmations: false },
    },
    // The ledger of migrations is kept by migrations.ts, in the form that the Supabase CLI uses.
    db: { migrations: { enabled: false } },
    options: { server: { admin: studioAdmin, apiKeys: { resolver: keyResolver(keys) } } },
  });
  await app.init();

  const answer = async (request: Request, peerAddress: string | undefined) =>
    await withSqlStates(await app.fetch(request, { peerAddress: peerAddress ?? null }));
  const direct = directCalls(database, keys);
  return {
    async fetch(request, peerAddress) {
      const left = await direct(request);
      if (left instanceof Response) return left;
      const encoded = await withJsonStrings(left);
      if (!(database instanceof PgliteDatabase)) return await answer(encoded, peerAddress);
      const whole = await readWhole(encoded);
      return await database.gate.run(() => answer(whole, peerAddress));
    },
    close: async () => void await own?.close(),
  };
}

/** The request with its body in memory, so that a slow client holds up nobody at the gate. */
async function readWhole(request: Request): Promise<Request> {
  const { url, method, headers } = request;
  return new Request(url, { method, headers, body: request.body ? await request.arrayBuffer() : null });
}

function openPool(url: string): PostgresConnection {
  const connection = createPostgresConnection({
    url,
    postgresOptions: { onnotice: () => {}, connection: { application_name: "prunella-rest" } },
  });
  // Lite encodes JSON arguments before the driver does: without this they would arrive as JSON strings.
  const { serializers } = connection.driver.options;
  for (const oid of [OID_JSON, OID_JSONB]) {
    serializers[oid] = (value: unknown) => typeof value === "string" ? value : JSON.stringify(value);
  }
  return connection;
}

/**
 * At its first request Lite grants everything in every schema that has RLS to all API roles, unless it believes to
 * have done so. That would undo the grants of the migrations, which are law here.
 */
function keepGrants(connection: object): void {
  if (!("rlsState" in connection)) {
    throw new Error(
      "This version of @supabase/lite keeps its RLS state elsewhere: check scripts/platform/lite.ts",
    );
  }
  connection.rlsState = "active";
}

function keyResolver(keys: Keys): ApiKeyResolver {
  return (key) => {
    if (key === keys.publishable) return Promise.resolve({ type: "publishable", claims: { role: "anon" } });
    if (key === keys.secret || key === keys.automations) {
      return Promise.resolve({ type: "secret", claims: { role: "service_role" } });
    }
    return Promise.resolve(null);
  };
}
