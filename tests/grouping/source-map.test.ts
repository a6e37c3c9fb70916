import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Frame } from "../../supabase/functions/_shared/signals/event.ts";
import {
  checkSourceMap,
  MAX_SEGMENTS,
  MAX_SOURCE_MAP_BYTES,
  openSourceMap,
  SourceMapError,
} from "../../supabase/functions/_shared/signals/stack/source-map.ts";
import {
  SourceMapCache,
  symbolicateFrames,
} from "../../supabase/functions/_shared/signals/stack/symbolicate.ts";
import { frame } from "./events.ts";
import { encode } from "./source-map-text.ts";

const plain = {
  version: 3,
  sources: ["src/a.ts"],
  sourcesContent: ["one\ntwo\nthree\n"],
  names: ["pay"],
  mappings: encode([[0, 0, 0, null], [10, 1, 2, 0]]),
};
const FILE = "https://shop.example/a.js";
const at = (line: number, column: number): Frame => frame({ function: "t", absPath: FILE, line, column });

/** What a map says of some frames; "refused" when it cannot be used at all. */
function look(map: unknown, ...frames: Frame[]): Frame[] | "refused" {
  let refused = false;
  const text = typeof map === "string" ? map : JSON.stringify(map);
  const found = symbolicateFrames(
    frames,
    () => ({ key: "map", text }),
    new SourceMapCache(),
    [],
    () => refused = true,
  );
  return refused ? "refused" : found;
}

describe("source maps", () => {
  it("may be plain, or guarded against script tags", () => {
    expect(openSourceMap(checkSourceMap(`)]}'\n${JSON.stringify(plain)}`)).sources).toEqual(["src/a.ts"]);
    expect(look(plain, at(1, 11))).toMatchObject([{ filename: "src/a.ts", line: 2, contextLine: "two" }]);
  });

  it("may be indexed: each section tells of what comes after its offset", () => {
    const indexed = {
      version: 3,
      sections: [
        { offset: { line: 0, column: 0 }, map: plain },
        {
          offset: { line: 2, column: 100 },
          map: { ...plain, sources: ["src/b.ts"], sourcesContent: ["b1\nb2\n"] },
        },
      ],
    };
    expect(look(indexed, at(1, 11), at(3, 111))).toMatchObject([
      { filename: "src/a.ts", line: 2, contextLine: "two" },
      { filename: "src/b.ts", line: 2, contextLine: "b2" },
    ]);
  });

  it.each<[string, unknown, string]>([
    ["HTML", "<html>", "no source map"],
    ["a number", 3, "neither mappings nor sections"],
    ["a list", [], "neither mappings nor sections"],
    ["no mappings", { version: 3 }, "neither mappings nor sections"],
    ["decoded mappings", { ...plain, mappings: [[[0, 0, 0, 0]]] }, "mappings of a source map are text"],
    ["mappings in other characters", { ...plain, mappings: "!!!!,????,\u0000" }, "other characters"],
    ["sources that are objects", { ...plain, sources: [{}] }, "lists of texts"],
    ["contents that are numbers", { ...plain, sourcesContent: [7] }, "lists of texts"],
    ["names that are missing", { ...plain, names: [null] }, "lists of texts"],
    ["no sources", { version: 3, mappings: "AAAA" }, "lists of texts"],
    ["a root that is a list", { ...plain, sourceRoot: [] }, "root of the sources is text"],
    ["sections that are text", { version: 3, sections: "AAAA" }, "are a list"],
    ["a section without a place", { sections: [{ map: plain }] }, "begins at a line"],
    [
      "a section before the first line",
      { sections: [{ offset: { line: -1, column: 0 }, map: plain }] },
      "begins",
    ],
    [
      "a section at a line that would fill the memory",
      { sections: [{ offset: { line: 2_000_000_000, column: 0 }, map: plain }] },
      "begins at a line",
    ],
    [
      "sections in disorder",
      { sections: [5, 2].map((line) => ({ offset: { line, column: 0 }, map: plain })) },
      "follow each other",
    ],
    [
      "a section with an address",
      { sections: [{ offset: { line: 0, column: 0 }, url: "http://x/" }] },
      "has a map",
    ],
  ])("are refused when they are no maps: %s", (_what, map, message) => {
    const text = typeof map === "string" ? map : JSON.stringify(map);
    expect(() => checkSourceMap(text)).toThrow(SourceMapError);
    expect(() => checkSourceMap(text)).toThrow(message);
    expect(look(text, at(1, 11))).toBe("refused");
  });

  it("are refused when reading them would cost more than an edge function has, before it costs that", () => {
    const began = performance.now();
    expect(() => checkSourceMap(" ".repeat(MAX_SOURCE_MAP_BYTES + 1))).toThrow("the limit is");
    expect(() => checkSourceMap(JSON.stringify({ ...plain, mappings: "AAAA,".repeat(MAX_SEGMENTS) })))
      .toThrow(
        "Split the bundle",
      );
    expect(() => checkSourceMap(JSON.stringify({ ...plain, mappings: ";".repeat(600_000) }))).toThrow(
      "lines",
    );
    expect(() => checkSourceMap(JSON.stringify({ ...plain, sources: Array(60_000).fill("a") }))).toThrow(
      "sources",
    );
    expect(() => checkSourceMap(JSON.stringify({ ...plain, sources: ["a".repeat(3_000)] }))).toThrow(
      "address",
    );
    const many = { ...plain, mappings: "AAAA,".repeat(MAX_SEGMENTS / 4) };
    const sections = Array.from({ length: 5 }, (_, line) => ({ offset: { line, column: 0 }, map: many }));
    expect(() => checkSourceMap(JSON.stringify({ sections }))).toThrow("Split the bundle");
    expect(() => checkSourceMap(JSON.stringify({ sections: Array(30_000).fill(null) }))).toThrow("at most");
    // 2 s of CPU are what a request has.
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it("are refused when sections lie within sections, however deep", () => {
    const depth = 100_000;
    const deep = '{"sections":[{"offset":{"line":0,"column":0},"map":'.repeat(depth) + JSON.stringify(plain) +
      "}]}".repeat(depth);
    expect(() => checkSourceMap(deep)).toThrow(SourceMapError);
    expect(() => checkSourceMap(`${"[".repeat(1_000_000)}`)).toThrow(SourceMapError);
  });

  it("that point to sources, names and lines that they do not have leave the frames as they are", () => {
    const frames = [at(1, 1), at(1, 500), at(900, 1), frame({ absPath: FILE, line: 0, column: 0 })];
    for (
      const mappings of [
        // The ninth source; a source before the first; a line before the first; the ninth name.
        "ASAA",
        "ADAA",
        "AADA",
        "//////////////////////////",
      ]
    ) {
      expect(look({ ...plain, mappings }, ...frames), mappings).toEqual(frames);
    }
    expect(look({ ...plain, mappings: "AAAAS" }, at(1, 1))).toMatchObject([{ function: "t", line: 1 }]);
    expect(look({ ...plain, sources: [null] }, at(1, 1))).toEqual([at(1, 1)]);
    expect(look({ ...plain, sourcesContent: [] }, at(1, 1))).toMatchObject([{ line: 1, contextLine: null }]);
  });

  it("cannot reach the prototypes of anything", () => {
    const text = `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"version":3,
      "sources":["__proto__","constructor"],"names":["__proto__"],"sourcesContent":["x","y"],"mappings":"AAAAA"}`;
    expect(look(text, at(1, 1))).toMatchObject([{ filename: "__proto__", contextLine: "x" }]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  it("with enormous lines and sources cost one event no more than it may", () => {
    const huge = { ...plain, sourcesContent: ["\n".repeat(10_000_000)] };
    const long = {
      ...plain,
      sourcesContent: [`one\n${"x".repeat(3_000_000)}`],
      names: ["n".repeat(1_000_000)],
    };
    const text = JSON.stringify(huge);
    const took = (count: number) => {
      const began = performance.now();
      const seen = look(text, ...Array.from({ length: count }, () => at(1, 11))) as Frame[];
      expect(seen.at(-1)).toMatchObject({ line: 2, contextLine: null });
      return performance.now() - began;
    };
    // Most of it is reading the map, whatever the number of frames.
    expect(took(250)).toBeLessThan(3 * took(1) + 100);
    const [seen] = look(long, at(1, 11)) as Frame[];
    expect(seen!.contextLine).toHaveLength(200);
    expect(seen!.function!.length).toBeLessThanOrEqual(256);
  });

  it("of one event are decoded up to a limit, and the others left alone", () => {
    const large = JSON.stringify({ ...plain, mappings: "AAAA,".repeat(MAX_SEGMENTS * 0.7) });
    const files = [1, 2, 3].map((n) =>
      frame({ function: "t", absPath: `https://x/${n}.js`, line: 1, column: 1 })
    );
    const cache = new SourceMapCache();
    const errors: string[] = [];
    const seen = symbolicateFrames(
      files,
      ({ absPath }) => ({ key: absPath, text: large }),
      cache,
      [],
      (error) => errors.push(error.message),
    );
    expect(seen.map((one) => one.filename)).toEqual(["src/a.ts", "src/a.ts", files[2]!.filename]);
    expect(errors).toHaveLength(1);
    // Two of them take more than the cache holds.
    expect(cache.size).toBe(1);
  });

  it("never make symbolication fail, whatever is in them", () => {
    const odd = fc.oneof(fc.jsonValue(), fc.constantFrom("AAAA", "AAgB;AACA", ["a"], [null], [["A"]]));
    const map = fc.record({
      version: odd,
      sources: fc.oneof(fc.array(fc.option(fc.string(), { nil: null })), odd),
      sourcesContent: fc.oneof(fc.array(fc.option(fc.string(), { nil: null })), odd),
      names: fc.oneof(fc.array(fc.string()), odd),
      mappings: fc.oneof(fc.stringMatching(/^[A-Za-z0-9+/,;]{0,80}$/), odd),
      sourceRoot: odd,
      ignoreList: odd,
    }, { requiredKeys: [] });
    const sectioned = fc.record({
      sections: fc.array(fc.record({
        offset: fc.record({ line: fc.oneof(fc.nat(5), odd), column: fc.oneof(fc.nat(50), odd) }),
        map: fc.oneof(map, odd),
      }, { requiredKeys: [] })),
    });
    const places = [at(1, 1), at(1, 20), at(2, 1), at(5, 100)];
    fc.assert(
      fc.property(fc.oneof(map, sectioned), (one) => {
        const seen = look(one, ...places);
        if (seen === "refused") return;
        for (const { line, column, filename } of seen) {
          expect(line).toBeGreaterThan(0);
          expect(column).toBeGreaterThan(0);
          expect(filename === null || typeof filename === "string").toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
