import { afterAll, beforeAll, expect, test } from "vitest";
import { encoded } from "../../scripts/platform/lite-json.ts";
import { type TestPlatform, testPlatform } from "../support/platform.ts";

let platform: TestPlatform;
beforeAll(async () => {
  platform = await testPlatform();
  await platform.sql(
    `create function public.echo_json(p_value jsonb) returns jsonb language sql as 'select p_value'`,
  );
  await platform.sql(`create function public.fail_with(p_code text) returns void language plpgsql as
    $$ begin raise exception 'on purpose' using errcode = p_code, hint = 'try again'; end $$`);
  await platform.sql("revoke execute on function public.echo_json(jsonb) from public, anon");
  await platform.sql(
    "grant execute on function public.echo_json(jsonb), public.fail_with(text) to service_role",
  );
});
afterAll(() => platform.stop());

test.each([["open"], ["5"], ["null"], ['{"a":1}'], [5], [true], [{ a: "b" }], [["x"]]])(
  "the JSON value %j stays what it is as an argument and as a column",
  async (value) => {
    expect((await platform.service.rpc("echo_json", { p_value: value })).data).toEqual(value);
    const row = await platform.service.from("system_config")
      .insert({ key: "app.fidelity", value }).select("value").single();
    expect(row.data).toEqual({ value });
  },
);

test.each([["P0001", 400], ["P0002", 500], ["23514", 400], ["23001", 400], ["40001", 500], ["57014", 500]])(
  "an error %s keeps its SQLSTATE and words, with PostgREST's status",
  async (code, status) => {
    const answer = await platform.service.rpc("fail_with", { p_code: code });
    expect(answer.error).toMatchObject({ code, message: "on purpose", hint: "try again" });
    expect(answer.status).toBe(status);
  },
);

const post = (key: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${platform.url}/rest/v1/rpc/echo_json`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", apikey: key, ...headers },
  });

test("a call with one JSON argument is answered the same whether Lite is asked or not", async () => {
  for (const value of [{ a: [1, "b", null] }, "text", 7, null, [], { p_value: 1 }]) {
    const body = JSON.stringify({ p_value: value });
    const direct = await post(platform.secretKey, body);
    // Lite alone answers browsers.
    const lite = await post(platform.secretKey, body, { origin: "http://localhost" });
    expect([direct.status, await direct.json()]).toEqual([lite.status, await lite.json()]);
    expect(direct.headers.get("content-type")).toBe(lite.headers.get("content-type"));
  }
});

test("a call is refused without the right, with another argument and with JSON that is none", async () => {
  const statuses = [
    await post(platform.publishableKey, '{"p_value":1}'),
    await post("sb_secret_unknown", '{"p_value":1}'),
    await post(platform.secretKey, '{"p_value":1,"p_other":2}'),
    await post(platform.secretKey, '{"p_value":'),
  ].map((answer) => answer.status);
  expect(statuses.every((status) => status >= 400 && status < 500), statuses.join()).toBe(true);
});

test("only strings under a json name are encoded, in single rows and in bulk", () => {
  expect(JSON.parse(encoded('{"value":"x","key":"y"}', ["value"]))).toEqual({ value: '"x"', key: "y" });
  expect(JSON.parse(encoded('[{"value":"x"},{"value":1}]', ["value"]))).toEqual([{ value: '"x"' }, {
    value: 1,
  }]);
  expect(encoded('{"value":{"value": "x"}}', ["other"])).toBe('{"value":{"value": "x"}}');
  expect(encoded('{"value":"', ["value"])).toBe('{"value":"');
});
