import { numberFrom } from "../../support/ids.ts";
import { type TestPlatform, testPlatform } from "../../support/platform.ts";

export type Role = "viewer" | "operator" | "admin" | "stranger";

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // deno-lint-ignore no-explicit-any -- the answer of any route: each test says what it expects in it
  json: any;
}

/** A platform with one project, a person for every role in it, and another project of somebody else. */
export interface Tenants {
  platform: TestPlatform;
  project: number;
  otherProject: number;
  ids: Record<Role, string>;
  /** The access token of a person of this role. */
  token(role: Role): string;
  /** Calls a function: as a person of this role, as a machine with the secret key, with a project key, or as nobody. */
  call(
    who: Role | "machine" | "nobody" | { key: string },
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Answer>;
  /** A new key of a project; returns the secret itself. */
  addKey(project: number, options?: { purpose?: string; revoked?: boolean }): Promise<string>;
  stop(): Promise<void>;
}

/** `firstId`: where all ids begin, for tests that look for them in answers. */
export async function tenants(options: { firstId?: number } = {}): Promise<Tenants> {
  const platform = await testPlatform();
  if (options.firstId) await platform.sql(numberFrom(options.firstId));
  // Wake-ups go nowhere: these tests look at what was queued, and the engine would work on it meanwhile.
  await platform.sql(
    "select vault.update_secret(id, 'http://127.0.0.1:9') from vault.secrets where name = 'prunella_functions_url'",
  );
  const people = {
    viewer: await platform.signUp(),
    operator: await platform.signUp(),
    admin: await platform.signUp(),
    stranger: await platform.signUp(),
  };
  const addProject = async (slug: string, owner: string) => {
    const [row] = await platform.sql(
      "insert into projects (slug, name, created_by) values ($1, $1, $2) returning id",
      [slug, owner],
    );
    return Number(row!.id);
  };
  const project = await addProject("mine", people.admin.id);
  const otherProject = await addProject("theirs", people.stranger.id);
  for (const role of ["viewer", "operator"] as const) {
    await platform.sql("insert into project_members (project_id, user_id, role) values ($1, $2, $3)", [
      project,
      people[role].id,
      role,
    ]);
  }
  let keys = 0;
  return {
    platform,
    project,
    otherProject,
    ids: {
      viewer: people.viewer.id,
      operator: people.operator.id,
      admin: people.admin.id,
      stranger: people.stranger.id,
    },
    token: (role) => people[role].accessToken,
    async call(who, method, path, body) {
      const headers: Record<string, string> = {};
      if (typeof who === "object") headers.authorization = `Bearer ${who.key}`;
      else if (who === "machine") headers.apikey = platform.automationsKey;
      else if (who !== "nobody") headers.authorization = `Bearer ${people[who].accessToken}`;
      if (body !== undefined) headers["content-type"] = "application/json";
      const response = await fetch(`${platform.functionsUrl}/${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json") && text !== "";
      return {
        status: response.status,
        headers: response.headers,
        text,
        json: isJson ? JSON.parse(text) : null,
      };
    },
    async addKey(projectId, { purpose = "configuration", revoked = false } = {}) {
      const key = `pk_test_${crypto.randomUUID().replaceAll("-", "")}_${++keys}`;
      await platform.sql(
        `insert into api_keys (project_id, purpose, key_hash, revoked_at)
         values ($1, $2, encode(sha256(convert_to($3, 'UTF8')), 'hex'), case when $4 then now() end)`,
        [projectId, purpose, key, revoked],
      );
      return key;
    },
    stop: () => platform.stop(),
  };
}
