import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareSources } from "../../../supabase/functions/_shared/deployments/diffs/compare-sources.ts";
import type { SourceFile } from "../../../supabase/functions/_shared/deployments/diffs/source-file.ts";
import { touchedBy } from "../../../supabase/functions/_shared/deployments/diffs/touched.ts";

const text = (path: string, content: string): SourceFile => ({ path, content, isText: true });

const CHECKOUT = `import { tax } from "../_shared/tax.ts";

export function total(items: Item[]): number {
  let sum = 0;
  for (const item of items) {
    sum += item.price;
  }
  return sum + tax(sum);
}

Deno.serve(async (request) => {
  const { items } = await request.json();
  return Response.json({ total: total(items) });
});
`;

describe("two versions of a source", () => {
  it("differ by the function and the names of the lines that changed, however far its declaration is", () => {
    const filler = Array.from({ length: 200 }, (_, n) => `  const step${n} = ${n};`).join("\n");
    const long = `function settle(order: Order) {\n${filler}\n  return order.amount;\n}\n`;
    const changed = compareSources(
      [text("checkout/index.ts", CHECKOUT), text("checkout/settle.ts", long)],
      [
        text("checkout/index.ts", CHECKOUT.replace("item.price", "item.discountedPrice")),
        text("checkout/settle.ts", long.replace("order.amount", "order.netAmount")),
      ],
    );
    expect(changed).toMatchObject([
      { path: "checkout/index.ts", status: "modified", lines: 2 },
      { path: "checkout/settle.ts", status: "modified", lines: 2 },
    ]);
    const { functions, words } = touchedBy(changed);
    expect(functions).toEqual({
      "checkout/index.ts": { names: ["total"], all: true },
      "checkout/settle.ts": { names: ["settle"], all: true },
    });
    expect(words).toEqual(expect.arrayContaining(["discountedprice", "netamount"]));
    expect(words).not.toContain("step7");
  });

  it("show which files came and went", () => {
    expect(compareSources(
      [text("a.ts", "one\ntwo\n"), text("same.ts", "x")],
      [text("b.ts", "three\n"), text("same.ts", "x")],
    )).toMatchObject([
      { path: "a.ts", status: "removed", lines: 2 },
      { path: "b.ts", status: "added", lines: 1 },
    ]);
    expect(compareSources([], [])).toEqual([]);
  });

  it("are the same whatever ends their lines, but for the file that differs in bytes", () => {
    expect(compareSources([text("a.ts", "one\ntwo\n")], [text("a.ts", "one\r\ntwo\r\n")])).toMatchObject([
      { path: "a.ts", lines: 0 },
    ]);
  });

  it("say of what is no text that it changed, and no more", () => {
    const bytes = (content: string): SourceFile => ({ path: "tool.wasm", content, isText: false });
    expect(compareSources([bytes("AAAA")], [bytes("BBBB")])).toEqual([
      { path: "tool.wasm", previousPath: null, status: "modified", lines: 0, patch: null },
    ]);
    expect(compareSources([text("tool.wasm", "AAAA")], [bytes("AAAB")])[0]!.patch).toBeNull();
  });

  it("are not compared line by line where a generated file, or another one, stands in its place", () => {
    const lines = (from: number, count: number) =>
      Array.from({ length: count }, (_, n) => `line ${from + n};`).join("\n");
    expect(compareSources([text("bundle.js", lines(0, 30_000))], [text("bundle.js", lines(1, 30_000))]))
      .toMatchObject([{ lines: 2, patch: null }]);
    expect(compareSources([text("a.ts", lines(0, 1_000))], [text("a.ts", lines(5_000, 1_000))]))
      .toMatchObject([{ lines: 2_000, patch: null }]);
  });

  it("are told apart in full: the diff leads from the one to the other", () => {
    const line = fc.constantFrom(
      "",
      "a();",
      "  b();",
      "}",
      "function f() {",
      "+x",
      "-y",
      "@@ -1 +1 @@",
      "ü\u2028",
    );
    const file = fc.array(line, { minLength: 1, maxLength: 30 }).map((lines) => `${lines.join("\n")}\n`);
    fc.assert(fc.property(file, file, (was, is) => {
      const [changed] = compareSources([text("a.ts", was)], [text("a.ts", is)]);
      if (was === is) return expect(changed).toBeUndefined();
      const [, ...body] = changed!.patch!.split("\n");
      const [before, after] = ["-", "+"].map((mark) =>
        body.filter((one) => one.startsWith(" ") || one.startsWith(mark)).map((one) => one.slice(1)).join(
          "\n",
        )
      );
      expect([`${before}\n`, `${after}\n`]).toEqual([was, is]);
      expect(changed!.lines).toBe(body.filter((one) => !one.startsWith(" ")).length);
    }));
  });
});
