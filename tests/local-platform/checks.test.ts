import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { floors } from "../../scripts/checks/floors.ts";
import { dependencies } from "../../scripts/checks/dependencies.ts";
import { functionImports } from "../../scripts/checks/function-imports.ts";
import { functionSettings } from "../../scripts/checks/function-settings.ts";
import { circles, specifiersOf } from "../../scripts/checks/import-graph.ts";
import { links } from "../../scripts/checks/links.ts";

const roots: string[] = [];
afterEach(async () => {
  for (const root of roots.splice(0)) await Deno.remove(root, { recursive: true });
});

/** A project of these files, with nothing wrong besides what they say. */
async function project(files: Record<string, string>): Promise<string> {
  const root = await Deno.makeTempDir();
  roots.push(root);
  const whole = {
    "deno.json": '{ "fmt": { "lineWidth": 100, "exclude": ["x"] } }',
    "package.json": '{ "dependencies": { "hono": "4.0.0", "zod": "4.1.0", "@scope/name": "1.2.3" } }',
    "supabase/config.toml": "",
    "supabase/functions/_shared/platform/env.ts": "export const env = 1;\n",
    ...files,
  };
  for (const [path, text] of Object.entries(whole)) {
    await Deno.mkdir(`${root}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${root}/${path}`, text);
  }
  return root;
}

const FUNCTION = "supabase/functions/control/index.ts";
const SHARED = "supabase/functions/_shared";

describe("what a module imports", () => {
  test("is found in every form of import, types included", () => {
    const source = [
      `import a from "a";`,
      `import { b,`,
      `  c } from './b.ts';`,
      `import type { D } from "d/sub";`,
      `import "e";`,
      `export * from "f";`,
      `export { g } from "g";`,
      `const h = await import("h");`,
      `export const text = "from 'nowhere'";`,
      `// import x from "x";`,
      `/* import y from "y"; */`,
      `const from = (value: string) => value; from("z");`,
    ].join("\n");
    expect(specifiersOf(source)).toEqual(["a", "./b.ts", "d/sub", "e", "f", "g", "h"]);
  });
});

describe("circles of a graph", () => {
  test("are found, each once", () => {
    const graph = new Map([["a", ["b"]], ["b", ["c"]], ["c", ["a", "d"]], ["d", ["e"]], ["e", []], ["f", [
      "f",
    ]]]);
    expect(circles(graph).map((circle) => circle.sort())).toEqual([["a", "b", "c"], ["f"]]);
  });

  test("there is none where every arrow leads to a smaller number", () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(30))), (pairs) => {
      const graph = new Map<string, string[]>();
      for (const [from, to] of pairs) {
        if (to < from) graph.set(String(from), [...graph.get(String(from)) ?? [], String(to)]);
      }
      expect(circles(graph)).toEqual([]);
    }));
  });
});

describe("arrows between floors", () => {
  test("down and along a floor they are fine", async () => {
    const root = await project({
      [`${SHARED}/decide/choose.ts`]: 'import "../heal/apply.ts";\nimport "../platform/env.ts";\n',
      [`${SHARED}/heal/apply.ts`]: 'import type { D } from "../diagnose/diagnosis.ts";\n',
      [`${SHARED}/diagnose/diagnosis.ts`]: "export type D = 1;\n",
      [FUNCTION]: 'import "../_shared/cycle.ts";\n',
      [`${SHARED}/cycle.ts`]: 'import "./decide/choose.ts";\n',
    });
    expect(await floors(root)).toEqual([]);
  });

  test("an arrow that points up is named, a type's too", async () => {
    const root = await project({
      [`${SHARED}/signals/a.ts`]: 'import type { B } from "../diagnose/b.ts";\n',
      [`${SHARED}/diagnose/b.ts`]: "export type B = 1;\n",
    });
    expect(await floors(root)).toEqual([
      `${SHARED}/signals/a.ts (floor 2) imports ${SHARED}/diagnose/b.ts (floor 3): arrows only point down`,
    ]);
  });

  test("a new room stands where its imports put it", async () => {
    const root = await project({
      [`${SHARED}/predict/a.ts`]: 'import "../decide/b.ts";\n',
      [`${SHARED}/decide/b.ts`]: "export {};\n",
      [`${SHARED}/heal/c.ts`]: 'import "../predict/a.ts";\n',
    });
    expect(await floors(root)).toEqual([
      `${SHARED}/heal/c.ts (floor 5) imports ${SHARED}/predict/a.ts (floor 6): arrows only point down`,
    ]);
  });

  test("functions do not import each other, and nothing outside", async () => {
    const root = await project({
      [FUNCTION]: 'import "../ingest/index.ts";\nimport "../../../scripts/x.ts";\n',
      "supabase/functions/ingest/index.ts": "export {};\n",
    });
    expect((await floors(root)).sort()).toEqual([
      `${FUNCTION} imports scripts/x.ts, outside of supabase/functions`,
      `${FUNCTION} imports supabase/functions/ingest/index.ts: nothing may import a function`,
    ]);
  });

  test("a circle of files is named, and one of rooms that no file closes", async () => {
    const files = await project({
      [`${SHARED}/signals/a.ts`]: 'import "./b.ts";\n',
      [`${SHARED}/signals/b.ts`]: 'import "./a.ts";\n',
    });
    expect(await floors(files)).toEqual([expect.stringContaining("files import each other in a circle")]);
    const rooms = await project({
      [`${SHARED}/signals/a.ts`]: 'import "../learn/a.ts";\n',
      [`${SHARED}/signals/b.ts`]: "export {};\n",
      [`${SHARED}/learn/a.ts`]: "export {};\n",
      [`${SHARED}/learn/b.ts`]: 'import "../signals/b.ts";\n',
    });
    expect(await floors(rooms)).toEqual([expect.stringContaining("rooms import each other in a circle")]);
  });
});

describe("a function's deno.json", () => {
  const files = {
    [FUNCTION]: 'import { Hono } from "hono";\nimport "../_shared/signals/a.ts";\n',
    [`${SHARED}/signals/a.ts`]: 'import { cors } from "hono/cors";\nimport "@scope/name/deep/er";\n',
    [`${SHARED}/signals/unreached.ts`]: 'import "zod";\n',
  };

  test("is written to name what the function reaches, in the versions of package.json", async () => {
    const root = await project(files);
    expect(await functionImports(root)).toEqual([expect.stringContaining("npm run check -- --write")]);
    expect(await functionImports(root, true)).toEqual([]);
    expect(await functionImports(root)).toEqual([]);
    expect(JSON.parse(await Deno.readTextFile(`${root}/supabase/functions/control/deno.json`))).toEqual({
      imports: {
        "@scope/name/deep/er": "npm:@scope/name@1.2.3/deep/er",
        "hono": "npm:hono@4.0.0",
        "hono/cors": "npm:hono@4.0.0/cors",
      },
      fmt: { lineWidth: 100 },
    });
  });

  test("a file outside of the functions is not deployed with them, so it may not be reached", async () => {
    const root = await project({
      [FUNCTION]: 'import "../_shared/a.ts";\n',
      [`${SHARED}/a.ts`]: 'import "../../../scripts/b.ts";\n',
      "scripts/b.ts": "export {};\n",
    });
    expect(await functionImports(root, true)).toEqual([
      "supabase/functions/control reaches scripts/b.ts, which is not deployed with it",
    ]);
  });

  test("a package's peer has to be named too, unless it may be absent", async () => {
    const root = await project({
      [FUNCTION]: 'import "hono";\n',
      "node_modules/hono/package.json": JSON.stringify({
        peerDependencies: { zod: "^4.0.0", "@scope/name": "^1.0.0" },
        peerDependenciesMeta: { "@scope/name": { optional: true } },
      }),
    });
    expect(await functionImports(root, true)).toEqual([
      "supabase/functions/control would be deployed with the newest zod, the peer of hono: import it beside",
    ]);
    await Deno.writeTextFile(`${root}/${FUNCTION}`, 'import "hono";\nimport "zod";\n');
    expect(await functionImports(root, true)).toEqual([]);
  });

  test("a package that package.json does not have is named", async () => {
    const root = await project({ [FUNCTION]: 'import "left-pad";\n' });
    expect(await functionImports(root, true)).toEqual([
      `${FUNCTION} imports left-pad, which is no dependency in package.json`,
    ]);
  });
});

describe("packages", () => {
  const files = {
    [FUNCTION]: 'import { Hono } from "hono";\n',
    "tests/a.test.ts": 'import { test } from "vitest";\n',
    "package.json": JSON.stringify({ dependencies: { hono: "4.0.0" }, devDependencies: { vitest: "1.0.0" } }),
    "package-lock.json": "{}",
    "ARCHITECTURE.md": "**hono** (routes), **vitest**",
  };
  const found = async (changed: Record<string, string>) =>
    await dependencies(await project({ ...files, ...changed }));

  test("that are imported and explained are no problem", async () => {
    expect(await found({})).toEqual([]);
  });

  test("have to be used by what they are for, exact, explained and without a host", async () => {
    expect(await found({ [FUNCTION]: "export {};\n", "tests/a.test.ts": 'import "hono";\n' })).toEqual([
      "package.json names hono, which nothing in the functions imports",
      "package.json names vitest, which nothing imports",
    ]);
    const loose = JSON.stringify({ dependencies: { hono: "^4.0.0" }, devDependencies: { vitest: "1.0.0" } });
    expect(await found({ "package.json": loose })).toEqual(["package.json has no exact version of hono"]);
    expect(await found({ "ARCHITECTURE.md": "**hono** (routes), **semver** (releases)" })).toEqual([
      "ARCHITECTURE.md does not say why vitest is used",
      "ARCHITECTURE.md explains semver, which package.json does not name",
    ]);
    expect(await found({ "package-lock.json": '{ "resolved": "https://registry" }' })).toHaveLength(1);
  });
});

describe("config.toml", () => {
  test("has to know every function", async () => {
    const root = await project({ [FUNCTION]: "export {};\n" });
    expect(await functionSettings(root)).toEqual([expect.stringContaining("lacks [functions.control]")]);
    await Deno.writeTextFile(`${root}/supabase/config.toml`, "[functions.control]\nverify_jwt = false\n");
    expect(await functionSettings(root)).toEqual([]);
  });
});

describe("links in documents", () => {
  test("that lead to files and headings that are there are fine", async () => {
    const root = await project({
      "README.md":
        "# One\n[a](docs/A.md) [b](docs/A.md#two--three-four) [c](#one) [d](https://example.com/x) [e](docs) ![f](a.png)\n",
      "a.png": "",
      "docs/A.md":
        "## Two & three, `four`\n[up](../README.md#one)\n```\n[code](nowhere.md)\n```\n`[code](nowhere.md)`\n",
    });
    expect(await links(root)).toEqual([]);
  });

  test("that lead nowhere are named", async () => {
    const root = await project({ "README.md": "# One\n[a](docs/B.md) [b](#two)\n" });
    expect(await links(root)).toEqual([
      "README.md links to docs/B.md, which does not exist",
      "README.md links to #two, but README.md has no such heading",
    ]);
  });
});
