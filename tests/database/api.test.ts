import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROJECT } from "../../scripts/platform/paths.ts";
import { type TestPlatform, testPlatform } from "../support/platform.ts";

let platform: TestPlatform;
beforeAll(async () => {
  platform = await testPlatform();
});
afterAll(() => platform.stop());

describe("the API", () => {
  it("exposes schema public and no other", async () => {
    const settings = await Deno.readTextFile(`${PROJECT}/supabase/config.toml`);
    expect(/^schemas = (.*)$/m.exec(settings)?.[1]).toBe('["public"]');
  });

  it("does not reach schema prunella, whatever schema a request asks for", async () => {
    for (const key of [platform.publishableKey, platform.secretKey]) {
      const headers = { apikey: key, "accept-profile": "prunella", "content-profile": "prunella" };
      const table = await fetch(`${platform.url}/rest/v1/error_events_default`, { headers });
      expect(table.status).toBeGreaterThanOrEqual(400);
      await table.body?.cancel();
      const call = await fetch(`${platform.url}/rest/v1/rpc/run_minute`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: "{}",
      });
      expect(call.status).toBeGreaterThanOrEqual(400);
      await call.body?.cancel();
    }
  });

  it("gives the anonymous no table and no function", async () => {
    for (const table of ["projects", "detected_errors", "auto_fixes", "universal_error_patterns"]) {
      const { data, error } = await platform.anonymous.from(table).select("*");
      expect(error, table).not.toBeNull();
      expect(data, table).toBeNull();
    }
    const { error } = await platform.anonymous.rpc("change_config", {
      p_project_id: 1,
      p_key: "app.a",
      p_value: 1,
    });
    expect(error).not.toBeNull();
  });

  it("lets a signed-in person create a project where the installation allows it, see it, and see no other's", async () => {
    const first = await platform.signUp();
    const second = await platform.signUp();
    const create = () =>
      first.client.from("projects").insert({ slug: "first", name: "First", created_by: first.id })
        .select("id").single();
    const refused = await create();
    expect(refused.status).toBe(403);
    const allowed = await platform.service.rpc("change_config", {
      p_project_id: null as unknown as number,
      p_key: "projects.self_service",
      p_value: true,
    });
    expect(allowed.error).toBeNull();
    expect((await create()).error).toBeNull();
    const own = await first.client.from("projects").select("slug");
    expect(own.data).toEqual([{ slug: "first" }]);
    const others = await second.client.from("projects").select("slug");
    expect(others.data).toEqual([]);
    const members = await second.client.from("project_members").select("*");
    expect(members.data).toEqual([]);
  });
});
