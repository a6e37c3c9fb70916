import { describe, expect, it } from "vitest";
import type { Frame } from "../../supabase/functions/_shared/signals/event.ts";
import { parseStack } from "../../supabase/functions/_shared/signals/stack/parse-stack.ts";

const places = (frames: Frame[]) => frames.map((one) => [one.function, one.absPath, one.line, one.column]);
const inApp = (frames: Frame[]) => frames.map((one) => one.inApp);

describe("stacks of V8", () => {
  it("names functions, constructors, methods with aliases and anonymous callers", () => {
    const frames = parseStack(`RangeError: too many seats
    at new Booking (/srv/app/src/booking.ts:12:11)
    at Hall.reserve [as book] (/srv/app/src/hall.ts:40:9)
    at Object.<anonymous> (/srv/app/src/main.ts:3:1)
    at /srv/app/src/queue.ts:8:5
    at Array.map (<anonymous>)`);
    expect(places(frames)).toEqual([
      ["new Booking", "/srv/app/src/booking.ts", 12, 11],
      ["Hall.reserve [as book]", "/srv/app/src/hall.ts", 40, 9],
      ["Object.<anonymous>", "/srv/app/src/main.ts", 3, 1],
      [null, "/srv/app/src/queue.ts", 8, 5],
      ["Array.map", "<anonymous>", null, null],
    ]);
    expect(inApp(frames)).toEqual([true, true, true, true, false]);
  });

  it("marks asynchronous frames, with and without a name", () => {
    const frames = parseStack(`Error: late
    at async Promise.all (index 3)
    at async loadAll (file:///srv/app/load.mjs:7:3)
    at async file:///srv/app/load.mjs:20:1`);
    expect(frames.map((one) => [one.function, one.isAsync, one.isNative ?? false, one.filename])).toEqual([
      ["Promise.all", true, true, null],
      ["loadAll", true, false, "/srv/app/load.mjs"],
      [null, true, false, "/srv/app/load.mjs"],
    ]);
  });

  it("takes evaluated code for the file that evaluated it", () => {
    const frames = parseStack(`Error: in eval
    at inner (eval at outer (eval at start (https://shop.example/a.js:21:17)), <anonymous>:1:30)
    at eval (eval at <anonymous> (https://shop.example/b.js:5:2), <anonymous>:9:9)`);
    expect(places(frames)).toEqual([
      ["inner", "https://shop.example/a.js", 21, 17],
      ["eval", "https://shop.example/b.js", 5, 2],
    ]);
  });

  it("reads Windows paths, blanks and parentheses in paths", () => {
    const frames = parseStack(`Error: windows
    at Shop.open (C:\\Program Files (x86)\\shop app\\src\\index.js:161:26)
    at C:\\shop\\node_modules\\esm\\esm.js:1:34535
    at load (file:///C:/shop/main.mjs:2:3)
    at Page (https://shop.example/_next/static/chunks/app/(group)/[id]/page.js:1:644)`);
    expect(places(frames)).toEqual([
      ["Shop.open", "C:\\Program Files (x86)\\shop app\\src\\index.js", 161, 26],
      [null, "C:\\shop\\node_modules\\esm\\esm.js", 1, 34535],
      ["load", "file:///C:/shop/main.mjs", 2, 3],
      ["Page", "https://shop.example/_next/static/chunks/app/(group)/[id]/page.js", 1, 644],
    ]);
    expect(inApp(frames)).toEqual([true, false, true, true]);
    expect(frames[2]!.filename).toBe("C:/shop/main.mjs");
    expect(frames[1]!.module).toBe("esm");
  });

  it("reads WebAssembly, data URLs and blobs", () => {
    const frames = parseStack(`RuntimeError: unreachable
    at wasm-function[42] (wasm://wasm/0a1b2c3d:wasm-function[42]:0x1234)
    at https://shop.example/engine.wasm:wasm-function[7]:0x99
    at run (data:text/javascript;base64,Zm9vKCk=:1:38)
    at tick (blob:https://shop.example/3f0e8d1c-1111-2222-3333-444455556666:4:5)`);
    expect(frames.map((one) => [one.function, one.filename])).toEqual([
      ["wasm-function[42]", "<wasm>"],
      ["wasm-function[7]", "/engine.wasm"],
      ["run", "<data:text/javascript;base64>"],
      ["tick", "<blob>"],
    ]);
  });

  it("reads Hermes, which names the address in the bundle", () => {
    const frames = parseStack(`TypeError: undefined is not a function
    at onPress (address at index.android.bundle:1:452701)
    at anonymous (address at index.android.bundle:1:224280)
    at apply (native)`);
    expect(places(frames)).toEqual([
      ["onPress", "index.android.bundle", 1, 452701],
      [null, "index.android.bundle", 1, 224280],
      ["apply", null, null, null],
    ]);
    expect(frames[2]!.isNative).toBe(true);
  });

  it("reads Deno's remote and internal modules without terminal colours", () => {
    const frames = parseStack(
      "error: Uncaught (in promise) Error: boom\n    at \u001b[1mhandle\u001b[22m (\u001b[36mfile:///srv/main.ts\u001b[39m:\u001b[33m3\u001b[39m:\u001b[33m9\u001b[39m)\n" +
        "    at https://deno.land/std@0.224.0/http/server.ts:12:3\n    at mapped (ext:deno_http/00_serve.ts:369:24)",
    );
    expect(places(frames)).toEqual([
      ["handle", "file:///srv/main.ts", 3, 9],
      [null, "https://deno.land/std@0.224.0/http/server.ts", 12, 3],
      ["mapped", "ext:deno_http/00_serve.ts", 369, 24],
    ]);
    expect(inApp(frames)).toEqual([true, false, false]);
  });

  it("does not take prose that begins with 'at' in the message for the frame of another format", () => {
    const frames = parseStack("Error: gave up\n    at once (/srv/a.js:1:2)\nat Error: not a frame");
    expect(places(frames)).toEqual([["once", "/srv/a.js", 1, 2]]);
  });
});

describe("stacks of SpiderMonkey and JavaScriptCore", () => {
  it("reads names, anonymous functions and nested ones", () => {
    const frames = parseStack(`total@https://shop.example/cart.js:10:21
render/rows<@https://shop.example/cart.js:22:12
@https://shop.example/main.js:3:1
[2]</Cart.prototype._sum/</<@https://shop.example/cart.js:70:2`);
    expect(places(frames)).toEqual([
      ["total", "https://shop.example/cart.js", 10, 21],
      ["render/rows<", "https://shop.example/cart.js", 22, 12],
      [null, "https://shop.example/main.js", 3, 1],
      ["[2]</Cart.prototype._sum/<", "https://shop.example/cart.js", 70, 2],
    ].map((row, index) => index === 3 ? ["[2]</Cart.prototype._sum/</<", ...row.slice(1)] : row));
  });

  it("finds the separator where names or paths have an at sign", () => {
    const frames = parseStack(`obj["@who"]@https://shop.example/misc/@stuff/foo.js:4:9
https://shop.example/@scope/bar.js:8:3`);
    expect(places(frames)).toEqual([
      ['obj["@who"]', "https://shop.example/misc/@stuff/foo.js", 4, 9],
      [null, "https://shop.example/@scope/bar.js", 8, 3],
    ]);
  });

  it("takes code evaluated in Firefox for the file that evaluated it", () => {
    const frames = parseStack(`baz@https://shop.example/file.js line 26 > eval line 2 > eval:1:30
@https://shop.example/file.js line 30 > Function:4:18`);
    expect(places(frames)).toEqual([
      ["baz", "https://shop.example/file.js", 26, null],
      [null, "https://shop.example/file.js", 30, null],
    ]);
  });

  it("marks Firefox's asynchronous frames and drops their reason", () => {
    const frames = parseStack(`load@https://shop.example/a.js:1:2
async*start@https://shop.example/a.js:9:1
setTimeout handler*poll@https://shop.example/a.js:12:1`);
    expect(frames.map((one) => [one.function, one.isAsync ?? false])).toEqual([
      ["load", false],
      ["start", true],
      ["poll", true],
    ]);
  });

  it("reads native code and functions of evaluated code in Safari", () => {
    const frames = parseStack(`baz
foo
eval code
eval@[native code]
speak@https://shop.example/file.js:26:21
global code@https://shop.example/file.js:33:18`);
    expect(places(frames)).toEqual([
      ["baz", null, null, null],
      ["foo", null, null, null],
      ["eval code", null, null, null],
      ["eval", null, null, null],
      ["speak", "https://shop.example/file.js", 26, 21],
      ["global code", "https://shop.example/file.js", 33, 18],
    ]);
  });

  it("reads bundles of React Native without names and without folders", () => {
    expect(places(parseStack("s@33.js:1:531\n102.js:1:2956\n[native code]\nvalue@index.ios.bundle:29:955")))
      .toEqual([
        ["s", "33.js", 1, 531],
        [null, "102.js", 1, 2956],
        [null, null, null, null],
        ["value", "index.ios.bundle", 29, 955],
      ]);
  });

  it("is not misled by text that is no stack", () => {
    for (
      const text of [
        "",
        "Something failed: code:12",
        "user@example.org wrote:",
        "TypeError: x is undefined",
        "a: b\nc: d",
      ]
    ) {
      expect(parseStack(text)).toEqual([]);
    }
  });
});

describe("stacks of old browsers", () => {
  it("reads Opera 10 and 11", () => {
    expect(places(parseStack(`  Line 42 of linked script http://host/file.js
    this.undef();
  Line 4 of inline#1 script in http://host/page.html: In function bar
    bar(n - 1);`))).toEqual([
      [null, "http://host/file.js", 42, null],
      ["bar", "http://host/page.html", 4, null],
    ]);
    expect(
      places(
        parseStack(
          `Error thrown at line 42, column 12 in <anonymous function: create>() in http://host/file.js:
    this.undef();
called from line 15, column 3 in http://host/file.js:
    foo();`,
        ),
      ),
    ).toEqual([
      ["create", "http://host/file.js", 42, 12],
      [null, "http://host/file.js", 15, 3],
    ]);
  });

  it("reads Internet Explorer and the first Edge", () => {
    expect(places(parseStack(`TypeError: Unable to get property 'x' of undefined or null reference
   at Anonymous function (http://host/file.js:48:13)
   at foo (eval code:2:90)
   at Global code (http://host/file.js:32:9)`))).toEqual([
      [null, "http://host/file.js", 48, 13],
      ["foo", "eval code", 2, 90],
      ["Global code", "http://host/file.js", 32, 9],
    ]);
  });
});
