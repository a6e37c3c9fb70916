import { describe, expect, it } from "vitest";
import { SourceMapCache, symbolicate } from "../../supabase/functions/_shared/signals/stack/symbolicate.ts";
import { fingerprintEvent } from "../../supabase/functions/_shared/signals/fingerprint/fingerprint-event.ts";
import { event, exception, frame } from "./events.ts";
import { encode } from "./source-map-text.ts";

const SOURCE =
  "import x from 'x';\nexport function total(cart) {\n  return cart.items.length;\n}\ntotal(null);\n";
const MAP = JSON.stringify({
  version: 3,
  sources: ["webpack://shop/./src/cart.ts"],
  sourcesContent: [SOURCE],
  names: ["total"],
  // `return cart.items` at column 30, the call `total(null)` at column 60.
  mappings: encode([[0, 0, 0, null], [30, 2, 9, null], [60, 4, 0, 0]]),
});
const FILE = "https://shop.example/assets/main-3f2a9c1b.js";
const thrown = [exception("TypeError", "x", [
  frame({ absPath: FILE, line: 1, column: 61 }),
  frame({ function: "t", absPath: FILE, line: 1, column: 35 }),
])];
const find = (file: { absPath: string }) => file.absPath === FILE ? { key: "main", text: MAP } : null;

describe("symbolication", () => {
  it("puts frames into the sources that they were built from, with their context", () => {
    const [result] = symbolicate(thrown, find, new SourceMapCache());
    const [outer, inner] = result!.frames;
    expect([inner!.function, inner!.filename, inner!.line, inner!.column]).toEqual([
      "total",
      "src/cart.ts",
      3,
      10,
    ]);
    expect(inner!.contextLine).toBe("  return cart.items.length;");
    expect(inner!.preContext).toEqual(["import x from 'x';", "export function total(cart) {"]);
    expect(inner!.postContext[0]).toBe("}");
    expect([outer!.line, outer!.contextLine, outer!.inApp]).toEqual([5, "total(null);", true]);
  });

  it("prefers the debug id and leaves frames without a map as they are", () => {
    const asked: (string | null)[] = [];
    const others = [
      exception("Error", "x", [
        frame({ function: "f", absPath: "https://cdn.example/y.js", line: 1, column: 1 }),
        frame({ isNative: true }),
      ]),
    ];
    const result = symbolicate(
      others,
      (file) => {
        asked.push(file.debugId);
        return null;
      },
      new SourceMapCache(),
      [{ debugId: "d-1", codeFile: "https://cdn.example/y.js" }],
    );
    expect(asked).toEqual(["d-1"]);
    expect(result).toEqual(others);
  });

  it("lets two builds of one bug have one fingerprint", () => {
    const build = (
      name: string,
      hash: string,
    ) => [
      exception("TypeError", "x", [
        frame({ function: name, absPath: FILE.replace("3f2a9c1b", hash), line: 1, column: 35 }),
      ]),
    ];
    const print = (exceptions: typeof thrown) =>
      fingerprintEvent(
        event({ exceptions: symbolicate(exceptions, () => ({ key: "k", text: MAP }), new SourceMapCache()) }),
      ).fingerprint;
    expect(print(build("t", "aaaaaaaa"))).toBe(print(build("q", "bbbbbbbb")));
  });

  it("reports a map that is none once, and goes on", () => {
    const errors: string[] = [];
    const result = symbolicate(
      thrown,
      () => ({ key: "bad", text: "<html>" }),
      new SourceMapCache(),
      [],
      (error) => errors.push(error.message),
    );
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("no source map");
    expect(result).toEqual(thrown);
  });

  it("keeps a bounded number of parsed maps, the most recent ones", () => {
    const cache = new SourceMapCache();
    const first = cache.get({ key: "0", text: MAP });
    for (let i = 1; i < 16; i++) cache.get({ key: String(i), text: MAP });
    expect(cache.get({ key: "0", text: MAP })).toBe(first);
    for (let i = 16; i < 31; i++) cache.get({ key: String(i), text: MAP });
    expect(cache.size).toBe(16);
    expect(cache.get({ key: "0", text: MAP })).toBe(first);
    cache.get({ key: "31", text: MAP });
    for (let i = 32; i < 48; i++) cache.get({ key: String(i), text: MAP });
    expect(cache.get({ key: "0", text: MAP })).not.toBe(first);
  });
});
