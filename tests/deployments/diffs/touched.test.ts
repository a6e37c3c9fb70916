import { describe, expect, it } from "vitest";
import type { ChangedFile } from "../../../supabase/functions/_shared/deployments/diffs/changed-file.ts";
import { touchedBy } from "../../../supabase/functions/_shared/deployments/diffs/touched.ts";

const file = (path: string, patch: string | null): ChangedFile => ({
  path,
  previousPath: null,
  status: "modified",
  lines: 1,
  patch,
});
const patch = (name: string, line: string) => `@@ -1,3 +1,3 @@ function ${name}() {\n+  ${line};`;

describe("what a diff touches", () => {
  it("is told by file, without those that are no code, binary, or too large for GitHub to show", () => {
    expect(touchedBy([
      file("src/a.ts", patch("first", "addTax(cart)")),
      file("README.md", patch("words", "of no concern")),
      file("logo.png", null),
      file("src/a.test.ts", patch("helper", "expect(sum)")),
    ])).toEqual({ functions: { "src/a.ts": { names: ["first"], all: true } }, words: ["addtax", "cart"] });
  });

  it("takes a path for what it is, whatever it is called", () => {
    const { functions } = touchedBy([
      file("__proto__", patch("first", "x")),
      file("constructor", patch("second", "x")),
    ]);
    expect(Object.keys(functions).sort()).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(functions)).toBe(Object.prototype);
  });

  it("is bounded, the smallest files first, and says of a file that was cut that there is more", () => {
    const many = Array.from({ length: 30 }, (_, index) => patch(`f${index}`, `name_${index}()`)).join("\n");
    const { functions, words } = touchedBy([
      ...Array.from({ length: 3 }, (_, index) => file(`src/large${index}.ts`, many)),
      file("src/small.ts", patch("small", "tiny()")),
    ]);
    const names = Object.values(functions).flatMap((one) => one.names);
    expect(functions["src/small.ts"]).toEqual({ names: ["small"], all: true });
    expect(names).toHaveLength(60);
    expect(functions["src/large1.ts"]!.all).toBe(false);
    expect(words.length).toBeLessThanOrEqual(80);
    expect(JSON.stringify({ functions, words }).length).toBeLessThan(32_768);
  });

  it("fits the database at its largest", () => {
    const wide = "\u{20000}".repeat(90);
    const files = Array.from(
      { length: 300 },
      (_, index) =>
        file(
          `${index}${"\u{20000}".repeat(140)}.ts`,
          patch(`${wide}${index}`, `${"\u{20000}".repeat(29)}${index} + 1`),
        ),
    );
    const touched = touchedBy(files);
    expect(Object.keys(touched.functions)).toHaveLength(60);
    expect(new TextEncoder().encode(JSON.stringify(touched)).length).toBeLessThan(131_072);
  });

  it("stops reading a comparison that is too large", () => {
    const huge = file("src/huge.ts", `@@ -1 +1 @@\n${"+const value = 1;\n".repeat(60_000)}`);
    const from = performance.now();
    expect(Object.keys(touchedBy([huge, file("src/a.ts", patch("first", "x"))]).functions)).toEqual([
      "src/a.ts",
    ]);
    expect(performance.now() - from).toBeLessThan(1_000);
  });
});
