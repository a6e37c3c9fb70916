import { describe, expect, it } from "vitest";
import { decideInApp } from "../../supabase/functions/_shared/signals/stack/in-app.ts";
import {
  modulePackage,
  normalizePath,
  withoutContentHash,
} from "../../supabase/functions/_shared/signals/stack/paths.ts";
import { canonicalFunction } from "../../supabase/functions/_shared/signals/fingerprint/function-name.ts";
import { frame } from "./events.ts";

describe("paths", () => {
  it.each([
    ["https://shop.example/assets/index-Bq3xW9aZ.js?v=2#x", "/assets/index-Bq3xW9aZ.js"],
    ["webpack:///./src/cart.ts", "src/cart.ts"],
    ["webpack://shop/./src/cart.ts?1a2b", "src/cart.ts"],
    ["webpack-internal:///(app-pages-browser)/./src/app/page.tsx", "src/app/page.tsx"],
    ["rsc://React/Server/webpack-internal:///(rsc)/./src/app/page.tsx?0", "src/app/page.tsx"],
    ["turbopack:///[project]/src/app/page.tsx", "src/app/page.tsx"],
    ["http://localhost:5173/src/App.vue?t=1700000000", "/src/App.vue"],
    ["http://localhost:5173/@fs/home/ada/lib/x.ts", "/home/ada/lib/x.ts"],
    ["file:///srv/app/main.mjs", "/srv/app/main.mjs"],
    ["file:///C:/app/main.mjs", "C:/app/main.mjs"],
    ["C:\\app\\main.js", "C:/app/main.js"],
    ["app:///src/index.js", "src/index.js"],
    ["capacitor://localhost/main.js", "/main.js"],
    ["chrome-extension://abcdefghijklmnop/content.js", "<extension>/content.js"],
    ["/srv/my%20app/a.js", "/srv/my app/a.js"],
    ["/srv/100%/a.js", "/srv/100%/a.js"],
    ["node:internal/process/task_queues", "node:internal/process/task_queues"],
    ["http://localhost:5000/", "/"],
  ])("%s is %s", (path, normal) => expect(normalizePath(path)).toBe(normal));

  it.each([
    ["main.3f2a9c1b.js", "main.js"],
    ["main.3f2a9c1b.chunk.js", "main.chunk.js"],
    ["index-Bq3xW9aZ.js", "index.js"],
    ["3f2a9c1bdeadbeef.js", "<hash>.js"],
    ["bundle-613EDD44F3305B9D75D4679663900F2BCDDDC326F247CA3202A3A4219FD412D3", "bundle"],
    ["checkout-dialog.js", "checkout-dialog.js"],
    ["user-settings.js", "user-settings.js"],
    ["cart.ts", "cart.ts"],
    ["deadline.js", "deadline.js"],
  ])(
    "%s is %s without the hash of its content",
    (name, without) => expect(withoutContentHash(name)).toBe(without),
  );

  it.each([
    ["/srv/node_modules/express/lib/router.js", "express"],
    ["/srv/node_modules/.pnpm/pg@8.12.0/node_modules/pg/lib/client.js", "pg"],
    ["C:\\x\\node_modules\\@scope\\pkg\\a.js", "@scope/pkg"],
    ["http://localhost:5173/node_modules/.vite/deps/react-dom_client.js?v=1", "react-dom"],
    ["webpack:///./~/lodash/map.js", "lodash"],
    ["npm:zod@3.22.4/index.js", "zod"],
    ["/srv/src/cart.ts", null],
  ])("%s belongs to the package %s", (path, name) => expect(modulePackage(path)).toBe(name));

  it("decide what is the application's code", () => {
    const judge = (absPath: string, given = {}) => decideInApp(frame({ absPath, ...given }));
    for (
      const path of [
        "/srv/src/a.ts",
        "https://shop.example/a.js",
        "app:///a.js",
        "C:\\app\\a.js",
        "webpack:///./src/a.ts",
        "index.android.bundle",
      ]
    ) {
      expect([path, judge(path)]).toEqual([path, true]);
    }
    for (
      const path of [
        "/srv/node_modules/pg/a.js",
        "node:fs",
        "internal/process/task_queues.js",
        "events.js",
        "ext:core/01_core.js",
        "chrome-extension://abc/a.js",
        "https://cdn.jsdelivr.net/npm/vue@3/dist/vue.js",
        "https://deno.land/std@0.224.0/http/server.ts",
        "webpack:///webpack/bootstrap",
        "<anonymous>",
        "/usr/lib/python3.11/json/decoder.py",
        "<frozen importlib._bootstrap>",
      ]
    ) expect([path, judge(path)]).toEqual([path, false]);
    expect(judge("/srv/src/a.ts", { isNative: true })).toBe(false);
    expect(judge("/srv/src/a.ts", { inApp: false })).toBe(false);
    expect(judge("/srv/node_modules/pg/a.js", { inApp: true })).toBe(false);
  });
});

describe("function names", () => {
  it.each([
    ["Object.load", "load"],
    ["Store.load [as onLoad]", "load"],
    ["new Store", "Store"],
    ["async Store.load", "load"],
    ["async*load", "load"],
    ["get total", "total"],
    ["Cart.prototype.sum", "sum"],
    ["outer/inner", "inner"],
    ["load$1", "load"],
    ["#secret", "secret"],
    ["Foo::bar", "bar"],
    ["lambda$reserve$3", "reserve"],
  ])("%s is %s in all engines", (printed, name) => expect(canonicalFunction(printed).name).toBe(name));

  it.each([
    "load/<",
    "Object.<anonymous>",
    "global code",
    "module code",
    "eval",
    "<lambda>",
    "?",
    "e.fn[c]/<",
    "Store.<computed>",
  ])(
    "%s is no name",
    (printed) =>
      expect(canonicalFunction(printed)).toEqual({ name: null, isMinified: false, isGeneric: false }),
  );

  it("are known to be minified or generic", () => {
    for (const name of ["a", "t.e", "_0x3fa2", "Pt", "e1"]) {
      expect([name, canonicalFunction(name).isMinified]).toEqual([name, true]);
    }
    for (const name of ["wrapper", "handleRequest", "Layer.handle", "next"]) {
      expect([name, canonicalFunction(name).isGeneric]).toEqual([name, true]);
    }
    expect(canonicalFunction("reserveSeat")).toEqual({
      name: "reserveSeat",
      isMinified: false,
      isGeneric: false,
    });
  });
});
