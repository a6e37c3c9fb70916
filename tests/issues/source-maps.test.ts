import * as Sentry from "@sentry/deno";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { envelope } from "../ingest/support.ts";
import { type Bundle, bundle } from "./support/bundle.ts";
import { type IssueTenants, issueTenants, word } from "./support/issues.ts";

let t: IssueTenants;
let key: string;
beforeAll(async () => {
  t = await issueTenants();
  key = await t.addKey(t.project, { purpose: "deployments" });
});
afterAll(() => t.stop());

const CART = `export function total(cart) {
  if (cart === null) throw new TypeError("no cart");
  return cart.items.length;
}
`;
const MAIN = `import { total } from "./cart.ts";
export function checkout(cart) {
  return total(cart) + total(cart.saved);
}
`;
/** The same fault in a build with other names, columns and lines. */
const MORE = `export function greet(name) {
  return ["hello", name, "welcome", "back"].join(" ");
}
`;

/** Uploads with the key that build servers have. */
function upload(map: string | Uint8Array<ArrayBuffer>, query: string, headers: Record<string, string> = {}) {
  return t.platform.call(`issues/source-maps?project=${t.project}${query}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, ...headers },
    body: map,
  });
}

/** Lets the engine look at an issue, as its job of some seconds later would, until the look is over. */
async function look(issue: number): Promise<void> {
  await t.platform.sql("delete from jobs where issue_id is distinct from $1", [issue]);
  await t.platform.sql("update jobs set run_at = now() where issue_id = $1 and state = 'queued'", [issue]);
  const [job] = await t.platform.sql(
    // The schedule may have taken it by now.
    "select id from jobs where issue_id = $1 and kind = 'diagnose' order by id desc limit 1",
    [issue],
  );
  expect(job, "a look was asked for").toBeDefined();
  const run = await t.platform.call("healing-engine/run", {
    method: "POST",
    headers: { apikey: t.platform.automationsKey },
  });
  expect(run.status).toBe(200);
  await run.body?.cancel();
  await vi.waitFor(async () => {
    const [row] = await t.platform.sql("select state, last_error from jobs where id = $1", [job!.id]);
    expect(row?.last_error ?? null).toBeNull();
    expect(row?.state ?? "done").toBe("done");
  }, { timeout: 30_000, interval: 100 });
  // So that the next look has to be asked for anew.
  await t.platform.sql("delete from jobs where id = $1", [job!.id]);
}

interface Place {
  function: string;
  absPath: string;
  line: number;
  column: number;
}

/** Runs a built file as the page of a host does, and breaks it. */
function failIn({ code, file }: Bundle): { error: Error; places: Place[] } {
  const address = `https://shop.example/${file}`;
  // Evaluated under its address, which is what the engine then writes into stacks.
  (0, eval)(`${code}\n//# sourceURL=${address}`);
  const { shop } = globalThis as unknown as { shop: { checkout(cart: null): number } };
  try {
    shop.checkout(null);
  } catch (error) {
    const places = [
      ...(error as Error).stack!.matchAll(
        /at (?:Object\.)?(\S+)(?: \[as \w+\])? \((https:\S+\.js):(\d+):(\d+)\)/g,
      ),
    ]
      .map(([, name, absPath, line, column]) => ({
        function: name!,
        absPath: absPath!,
        line: Number(line),
        column: Number(column),
      }));
    expect(places.map((place) => place.absPath)).toEqual([address, address]);
    return { error: error as Error, places };
  }
  throw new Error("the bundle did not fail");
}

/** The error as a browser's SDK sends it, from a page of a host. */
async function sendFromBrowser(
  { places, error }: { places: Place[]; error: Error },
  release: string | null,
  debugId?: string,
): Promise<number> {
  const url = (place: Place) => `${place.absPath}?v=2`;
  const id = crypto.randomUUID().replaceAll("-", "");
  const response = await t.platform.call(`ingest/api/${t.project}/envelope/?sentry_key=${t.ingestKey}`, {
    method: "POST",
    body: envelope([[{ type: "event" }, {
      event_id: id,
      platform: "javascript",
      release,
      exception: {
        values: [{
          type: error.name,
          value: error.message,
          stacktrace: {
            frames: places.toReversed().map((place) => ({
              function: place.function,
              filename: url(place),
              lineno: place.line,
              colno: place.column,
              in_app: true,
            })),
          },
        }],
      },
      debug_meta: {
        images: debugId ? [{ type: "sourcemap", code_file: url(places[0]!), debug_id: debugId }] : [],
      },
    }]]),
  });
  expect(response.status).toBe(200);
  const [row] = await t.platform.sql("select issue_id from error_events where event_id = $1", [id]);
  return Number(row!.issue_id);
}

const read = async (issue: number) => (await t.call("viewer", "GET", `issues/${issue}`)).json;

describe("an issue of minified code", () => {
  it("gets its name when the map comes later, and the next build's issue becomes part of it", async () => {
    const first = await bundle({ "main.ts": MAIN, "cart.ts": CART });
    // The bundler put the code into another file this time, so that the built code looks like another error.
    const second = await bundle(
      { "main.ts": MORE + MAIN, "cart.ts": "const FREE = 0;\n" + CART },
      "assets/cart.js",
    );
    expect(second.code).not.toBe(first.code);
    const [one, two] = [failIn(first), failIn(second)];

    const issue = await sendFromBrowser(one, "shop@1.0.0");
    await look(issue);
    expect(await t.column(issue, "symbolicated_at")).toBeNull();
    // Nothing happens to the issue any more: it is looked at because of the map alone.
    await t.platform.sql(
      "update detected_errors set last_seen_at = last_seen_at - interval '1 day', first_seen_at = first_seen_at - interval '1 day' where id = $1",
      [issue],
    );
    const stored = await upload(gzipSync(first.map), `&release=shop@1.0.0&file=${first.file}`, {
      "content-encoding": "gzip",
    });
    expect(await stored.json()).toMatchObject({ file: "assets/main.js", issue_count: 1 });
    await look(issue);
    const named = await read(issue);
    expect(named).toMatchObject({
      culprit: expect.stringMatching(/^total \(.*src\/cart\.ts\)$/),
      type: "TypeError",
    });
    expect(named.symbolicated_at).not.toBeNull();
    expect(named.latest_event.symbolicated).toBe(true);
    expect(named.latest_event.event.exceptions[0].frames.at(-1)).toMatchObject({
      function: "total",
      line: 2,
      contextLine: '  if (cart === null) throw new TypeError("no cart");',
      inApp: true,
    });
    expect(named.latest_event.event.exceptions[0].frames.at(-2)).toMatchObject({
      filename: expect.stringContaining("src/main.ts"),
      line: 3,
    });

    expect((await upload(second.map, `&release=shop@1.1.0&file=${second.file}`)).status).toBe(200);
    const next = await sendFromBrowser(two, "shop@1.1.0");
    expect(next).not.toBe(issue);
    await look(next);
    expect(await t.column(next, "merged_into_id")).toBe(issue);
    expect(await read(issue)).toMatchObject({
      event_count: 2,
      first_release: "shop@1.0.0",
      last_release: "shop@1.1.0",
    });
    // From now on both lead there, whichever build sends.
    await sendFromBrowser(two, "shop@1.1.0");
    await sendFromBrowser(one, "shop@1.0.0");
    expect(await t.column(issue, "event_count")).toBe(4);
  });

  it("is found by its debug id, without release and file, and whoever sends it", async () => {
    const debugId = crypto.randomUUID();
    const good = await bundle({
      "main.ts": MAIN.replaceAll("total", "weigh"),
      "cart.ts": CART.replaceAll("total", "weigh").replace("no cart", "no scales"),
    });
    const issue = await sendFromBrowser(failIn(good), null, debugId);
    await look(issue);
    const map = JSON.stringify({ ...JSON.parse(good.map), debug_id: debugId });
    expect(await (await upload(map, "")).json()).toMatchObject({
      debug_id: debugId,
      file: null,
      issue_count: 1,
    });
    await look(issue);
    expect((await read(issue)).latest_event).toMatchObject({ symbolicated: true });
    expect(await t.column(issue, "symbolicated_at")).not.toBeNull();
  });
});

describe("the unmodified SDK in a bundled application", () => {
  it("is symbolicated by the release that it names", async () => {
    const built = await bundle({
      "main.ts": MAIN.replaceAll("total", "count"),
      "cart.ts": CART.replaceAll("total", "count").replace("no cart", "no basket"),
    });
    const { error } = failIn(built);
    const dsn = `http://${t.ingestKey}@${new URL(t.platform.url).host}/functions/v1/ingest/${t.project}`;
    Sentry.init({ dsn, release: "bundled@3.0.0" });
    const id = Sentry.captureException(error);
    await Sentry.flush(5000);
    await Sentry.close(5000);
    const [event] = await t.platform.sql("select issue_id from error_events where event_id = $1", [id]);
    const issue = Number(event!.issue_id);
    expect((await upload(built.map, `&release=bundled@3.0.0&file=~/${built.file}.map`)).status).toBe(200);
    await look(issue);
    const { culprit, latest_event } = await read(issue);
    expect(culprit).toMatch(/^count \(.*src\/cart\.ts\)$/);
    const frames = latest_event.event.exceptions[0].frames.filter(
      (frame: { absPath: string }) => /src\/\w+\.ts$/.test(frame.absPath),
    );
    expect(frames.map((frame: { line: number }) => frame.line)).toEqual([3, 2]);
  });
});

describe("an upload", () => {
  const map = JSON.stringify({ version: 3, sources: ["a.ts"], names: [], mappings: "AAAA" });
  const refused = async (body: string | Uint8Array<ArrayBuffer>, query: string, headers = {}) => {
    const answer = await upload(body, query, headers);
    const { error } = await answer.json();
    return [answer.status, error.message];
  };

  it("that could never be found is refused", async () => {
    expect(await refused(map, "")).toEqual([400, expect.stringContaining("could not be found later")]);
    expect(await refused(map, "&release=r")).toEqual([400, expect.stringContaining("send release and file")]);
    expect(await refused(map, "&release=r&file=https://shop.example/")).toEqual([400, expect.any(String)]);
    expect(await refused(map, "&debug_id=zzz")).toEqual([400, expect.any(String)]);
  });

  it("of what is no map is refused, with the reason", async () => {
    const query = "&release=r&file=a.js";
    expect(await refused("<html>", query)).toEqual([422, expect.stringContaining("no source map")]);
    expect(await refused('{"version":3}', query)).toEqual([422, expect.stringContaining("neither mappings")]);
    expect(await refused(new Uint8Array([0xff, 0xfe, 0x00]), query)).toEqual([
      422,
      expect.stringContaining("UTF-8"),
    ]);
    const deep = '{"sections":[{"offset":{"line":0,"column":0},"map":'.repeat(5_000);
    expect((await refused(deep, query))[0]).toBe(422);
    const endless = JSON.stringify({
      version: 3,
      sources: ["a"],
      names: [],
      mappings: "AAAA,".repeat(2_000_000),
    });
    expect(await refused(gzipSync(endless), query, { "content-encoding": "gzip" })).toEqual([
      422,
      expect.stringContaining("Split the bundle"),
    ]);
  });

  it("of what unpacks to too much is refused before it is unpacked", async () => {
    const query = "&release=r&file=a.js";
    const began = performance.now();
    const bomb = gzipSync(new Uint8Array(64 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await refused(bomb, query, { "content-encoding": "gzip" })).toEqual([
      413,
      expect.stringContaining("Split"),
    ]);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect((await refused(map, query, { "content-encoding": "constructor" }))[0]).toBe(415);
    expect((await refused(map, query, { "content-encoding": "gzip" }))[0]).toBe(400);
  });

  it("sent again replaces what it sent before, and the oldest make room", async () => {
    const query = `&release=${word()}&file=a.js`;
    const ids: number[] = [];
    for (let n = 0; n < 2; n++) ids.push((await (await upload(map, query)).json()).id);
    const stored = () =>
      t.platform.sql("select id from source_maps where project_id = $1 order by id", [t.project]);
    const kept = (await stored()).map((row) => Number(row.id));
    expect(kept).toContain(ids[1]);
    expect(kept).not.toContain(ids[0]);
    await t.platform.sql(
      `insert into source_maps (project_id, release, file, content, byte_count, content_hash, uploaded_by, created_at)
       select $1, 'old', n::text, '\\x00', 1, repeat('0', 64), 'test', now() - interval '1 day' from generate_series(1, 3000) as n`,
      [t.project],
    );
    await upload(map, `&release=${word()}&file=a.js`);
    const [row] = await t.platform.sql(
      "select count(*) as n, count(*) filter (where release = 'old') as old from source_maps where project_id = $1",
      [t.project],
    );
    expect(Number(row!.n)).toBe(3000);
    expect(Number(row!.old)).toBe(3000 - kept.length - 1);
  });

  it("serves no other project: neither its release nor its debug id finds anything there", async () => {
    const debugId = crypto.randomUUID();
    await upload(JSON.stringify({ ...JSON.parse(map), debugId }), "");
    const found = async (project: number) => {
      const { data } = await t.platform.service.rpc("find_source_maps", {
        p_project_id: project,
        p_release: "shop@1.0.0",
        p_files: [{ path: "assets/main.js", debug_id: null }, { path: "x.js", debug_id: debugId }],
      });
      return data.length;
    };
    expect(await found(t.project)).toBeGreaterThan(0);
    expect(await found(t.otherProject)).toBe(0);
  });
});
