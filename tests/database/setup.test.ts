import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { one } from "./support.ts";

let db: TestDatabase;
beforeEach(async () => {
  await db?.close();
  db = await testDatabase();
});
afterAll(() => db.close());

const URL = "https://abc.supabase.co/functions/v1";
const KEY = "sb_secret_0123456789abcdef";
const secret = (name: string) =>
  one(db, "select decrypted_secret as value from vault.decrypted_secrets where name = $1", [name]);
const addProject = async (slug: string, name: string, email: string | null = null) =>
  (await one(db, "select prunella.add_project($1, $2, $3) as made", [slug, name, email])).made as {
    project_id: number;
    dsn: string | null;
  };

describe("connect", () => {
  it("keeps address and key in Vault, and a second call replaces them", async () => {
    await db.query("select prunella.connect($1, $2)", [URL, KEY]);
    await db.query("select prunella.connect($1, $2)", [URL, `${KEY}new`]);
    expect(await secret("prunella_functions_url")).toEqual({ value: URL });
    expect(await secret("prunella_automations_key")).toEqual({ value: `${KEY}new` });
  });

  it("refuses what is no address of functions or no secret key, and repeats neither", async () => {
    for (
      const [url, key] of [
        ["https://abc.supabase.co", KEY],
        ["ftp://abc.supabase.co/functions/v1", KEY],
        ["http://abc.supabase.co/functions/v1", KEY],
        ["http://127.0.0.1.example.com/functions/v1", KEY],
        ["http://127.0.0.1@example.com/functions/v1", KEY],
        ["http://localhost:pw@example.com/functions/v1", KEY],
        [URL, "sb_publishable_0123456789abcdef"],
        [URL, "eyJhbGciOiJIUzI1NiJ9.e30.signature"],
      ] as const
    ) {
      const error = await db.query("select prunella.connect($1, $2)", [url, key]).then(() => null, String);
      expect(error, key).toMatch(/looks like|must begin with https|is a secret API key/);
      expect(error).not.toContain(key);
    }
  });

  it("takes http only for what is on this machine or in the network of its containers", async () => {
    for (
      const host of ["127.0.0.1:54321", "localhost", "[::1]:8000", "kong:8000", "host.docker.internal:54321"]
    ) {
      await db.query("select prunella.connect($1, $2)", [`http://${host}/functions/v1`, KEY]);
      expect(await secret("prunella_functions_url")).toEqual({ value: `http://${host}/functions/v1` });
    }
  });
});

describe("add_project", () => {
  it("makes a project with an ingest key and tells the DSN, and finds both again", async () => {
    await db.query("select prunella.connect($1, $2)", [URL, KEY]);
    const made = await addProject("shop", "Our shop");
    expect(made.dsn).toMatch(
      new RegExp(`^https://[0-9a-f]{32}@abc\\.supabase\\.co/functions/v1/ingest/${made.project_id}$`),
    );
    expect(await addProject("shop", "Our shop")).toEqual(made);
  });

  it("gives a new key when the others are revoked", async () => {
    await db.query("select prunella.connect($1, $2)", [URL, KEY]);
    const made = await addProject("shop", "Our shop");
    await db.query("update public.ingest_keys set revoked_at = now()");
    const again = await addProject("shop", "Our shop");
    expect(again.project_id).toBe(made.project_id);
    expect(again.dsn).not.toBe(made.dsn);
  });

  it("makes the person an admin, whether the project is new or was there", async () => {
    const first = await db.addUser("first@example.com");
    const second = await db.addUser("second@example.com");
    const { project_id } = await addProject("shop", "Our shop", "first@example.com");
    await db.query(
      "insert into public.project_members (project_id, user_id, role) values ($1, $2, 'viewer')",
      [
        project_id,
        second,
      ],
    );
    await addProject("shop", "Our shop", "Second@Example.com");
    const members = await db.query("select user_id, role from public.project_members order by created_at");
    expect(members).toHaveLength(2);
    expect(new Map(members.map((row) => [row.user_id, row.role]))).toEqual(
      new Map([[first, "admin"], [second, "admin"]]),
    );
  });

  it("makes nothing for somebody who has not signed up", async () => {
    await expect(addProject("shop", "Our shop", "nobody@example.com")).rejects.toThrow(
      /nobody has signed up/,
    );
    expect(await db.query("select id from public.projects")).toEqual([]);
  });
});

describe("the configuration of an integration", () => {
  it.each([
    "https://hooks.slack.com/services/T0/B0/x",
    "xoxb-123456789012-abc",
    `ghp_${"a".repeat(36)}`,
    `github_pat_${"a".repeat(20)}`,
    "sb_secret_0123456789",
    `sbp_${"0".repeat(40)}`,
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    `sk-proj-${"a".repeat(40)}`,
    "-----BEGIN PRIVATE KEY-----",
  ])("takes no secret, which all members would read: %s", async (secret) => {
    const { project_id } = await addProject("shop", "Our shop");
    const added = db.query(
      "insert into public.integrations (project_id, kind, configuration) values ($1, 'webhook', $2)",
      [project_id, { deep: [{ note: `my ${secret}` }] }],
    );
    await expect(added).rejects.toThrow(/integrations_configuration_holds_no_secret/);
  });

  it("takes what only sounds like one", async () => {
    const { project_id } = await addProject("shop", "Our shop");
    const configuration = {
      owner: "whsecurity",
      repository: "risk-register-for-the-whole-company",
      team_id: "team_xoxo",
      url: "https://api.example.com/sk-ready",
    };
    await db.query(
      "insert into public.integrations (project_id, kind, configuration) values ($1, 'github', $2)",
      [
        project_id,
        configuration,
      ],
    );
  });
});
