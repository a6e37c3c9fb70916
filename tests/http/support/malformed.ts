import type { Call, Operation, Schema } from "./operations.ts";

/** Bodies that are no JSON, or no object, or one that nobody should trust. */
const BODIES = [
  "",
  "{",
  "null",
  "[]",
  '"text"',
  "1e999",
  "\u0000",
  "\ufeff{}",
  // What webhooks are about is asked for before anybody knows who sent them.
  '{"repository":{"full_name":"\\u0000/\\ud800"}}',
  '{"payload":{"project":{"id":"\\u0000"}},"repository":{"full_name":"%"}}',
  '{"a":1}{"a":2}',
  '{"__proto__":{"project":1},"constructor":{"prototype":{"polluted":true}}}',
  `${"[".repeat(50_000)}${"]".repeat(50_000)}`,
  `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`,
  `{${Array.from({ length: 10_000 }, (_, n) => `"key${n}":${n}`).join()}}`,
];

/** What a property or parameter is not meant to be. */
const VALUES: unknown[] = [
  null,
  "",
  0,
  -1,
  1.5,
  9_007_199_254_740_991,
  1e308,
  true,
  [],
  [null],
  {},
  { $gt: "" },
  "\u0000",
  "\ud800",
  "'; select pg_sleep(10); --",
  "%s%n{0}${1}",
  "../../../etc/passwd",
  "a".repeat(30_000),
  "(".repeat(5_000),
];

const PARAMETERS = [
  "",
  "0",
  "-1",
  "1.5",
  "1e3",
  "0x10",
  "abc",
  "9007199254740991",
  "9007199254740993",
  "99999999999999999999999",
  "%00",
  "%E0%A4%A",
  "%FF",
  "%2e%2e%2f",
  "1%27%20or%201%3D1%20--",
  "1;select%20pg_sleep(10)",
  "%F0%9F%92%A9",
  "a".repeat(5_000),
];

/** A valid call with a body that is not. */
export function wrongBodies(operation: Operation, call: Call): Call[] {
  if (call.body === undefined) return [];
  const found = BODIES.map((body) => ({ ...call, body }));
  if (!operation.body?.type.includes("json")) return found;
  const valid = JSON.parse(call.body) as Schema;
  const alternatives: Schema[] = operation.body.schema.anyOf ?? operation.body.schema.oneOf ??
    [operation.body.schema];
  const names = new Set(alternatives.flatMap((one) => Object.keys(one.properties ?? {})));
  for (const name of names) {
    for (const value of VALUES) {
      found.push({ ...call, body: JSON.stringify({ ...valid, [name]: value }) });
    }
    const { [name]: _, ...without } = valid;
    found.push({ ...call, body: JSON.stringify(without) });
  }
  return found;
}

/** A valid call with one parameter that is not, for each parameter and each way to be wrong. */
export function wrongParameters(operation: Operation, call: Call): Call[] {
  const [path = "", query = ""] = call.path.split("?");
  const places = operation.path.slice(1).split("/");
  return operation.parameters.flatMap(({ name, in: at }) =>
    PARAMETERS.map((value) => {
      if (at === "path") {
        const parts = path.split("/").map((part, n) => places[n] === `{${name}}` ? value : part);
        return { ...call, path: `${parts.join("/")}${query && `?${query}`}` };
      }
      const others = query.split("&").filter((pair) => pair !== "" && !pair.startsWith(`${name}=`));
      return { ...call, path: `${path}?${[...others, `${name}=${value}`].join("&")}` };
    })
  );
}
