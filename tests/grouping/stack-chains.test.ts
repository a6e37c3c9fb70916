import { describe, expect, it } from "vitest";
import {
  exceptionsFromText,
  parseStackChain,
} from "../../supabase/functions/_shared/signals/stack/parse-stack.ts";

const outline = (text: string) =>
  parseStackChain(text).map((
    entry,
  ) => [entry.type, entry.value, entry.frames.map((frame) => frame.function)]);

describe("chains of exceptions", () => {
  it("follows the causes that Node prints", () => {
    expect(outline(`/srv/app/main.js:3
    throw new Error("no checkout", { cause });
    ^

Error: no checkout
    at checkout (/srv/app/main.js:3:11)
    at main (/srv/app/main.js:9:3) {
  code: 'E_CHECKOUT',
  [cause]: TypeError: fetch failed
      at request (/srv/app/http.js:5:7)
      ... 2 lines matching cause stack trace ...
      at node:internal/main/run_main_module:28:49 {
    [cause]: Error: connect ECONNREFUSED 127.0.0.1:5432
        at connect (node:net:1555:16)
  }
}

Node.js v22.1.0`)).toEqual([
      ["Error", "no checkout", ["checkout", "main"]],
      ["TypeError", "fetch failed", ["request", null]],
      ["Error", "connect ECONNREFUSED 127.0.0.1:5432", ["connect"]],
    ]);
  });

  it("lists the members of an AggregateError", () => {
    expect(outline(`AggregateError: All promises were rejected
    at any (/srv/app/a.js:1:1) {
  [errors]: [
    Error: first
        at one (/srv/app/a.js:2:1),
    Error: second
        at two (/srv/app/a.js:3:1)
  ]
}`)).toEqual([
        ["AggregateError", "All promises were rejected", ["any"]],
        ["Error", "first", ["one"]],
        ["Error", "second", ["two"]],
      ]);
  });

  it("follows the causes that Deno prints, and leaves out the source line with its caret", () => {
    expect(outline(`error: Uncaught (in promise) Error: no total
    throw new Error("no total", { cause });
          ^
    at total (file:///srv/cart.ts:5:11)
Caused by: SyntaxError: Unexpected token 'x'
    at parse (file:///srv/cart.ts:2:8)`)).toEqual([
      ["Error", "no total", ["total"]],
      ["SyntaxError", "Unexpected token 'x'", ["parse"]],
    ]);
  });

  it("keeps messages of several lines and codes in brackets", () => {
    expect(outline(`TypeError [ERR_INVALID_ARG_TYPE]: The "path" argument must be of type string.
Received undefined
    at open (node:fs:600:3)`)).toEqual([
      ["TypeError", 'The "path" argument must be of type string.\nReceived undefined', ["open"]],
    ]);
  });

  it("follows Java's causes and suppressed exceptions", () => {
    const chain = parseStackChain(`Exception in thread "main" com.example.ShopException: no stock
\tat com.example.shop.Stock.take(Stock.java:41)
\tat java.base/java.util.ArrayList.forEach(ArrayList.java:1511)
\tSuppressed: java.io.IOException: close failed
\t\tat com.example.shop.File.close(File.java:9)
\t... 12 more
Caused by: java.sql.SQLException: relation "stock" does not exist
\tat org.postgresql.Driver.connect(Driver.java:285)
\tat com.example.shop.Db$Pool.lambda$get$0(Db.java:7)
\tat jdk.internal.reflect.Native.invoke0(Native Method)
\t... 3 common frames omitted`);
    expect(chain.map((entry) => [entry.type, entry.value])).toEqual([
      ["com.example.ShopException", "no stock"],
      ["java.io.IOException", "close failed"],
      ["java.sql.SQLException", 'relation "stock" does not exist'],
    ]);
    expect(
      chain[0]!.frames.map((
        frame,
      ) => [frame.module, frame.function, frame.filename, frame.line, frame.inApp]),
    ).toEqual([
      ["com.example.shop.Stock", "take", "Stock.java", 41, true],
      ["java.util.ArrayList", "forEach", "ArrayList.java", 1511, false],
    ]);
    expect(chain[2]!.frames.map((frame) => [frame.inApp, frame.isNative ?? false])).toEqual([
      [false, false],
      [true, false],
      [false, true],
    ]);
  });

  it("follows Python's causes and contexts, which are printed first", () => {
    const text = `Traceback (most recent call last):
  File "/srv/app/stock.py", line 12, in take
    return rows[0]
           ~~~~^^^
IndexError: list index out of range

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/app/main.py", line 3, in <module>
    main()
  File "/usr/lib/python3.11/runpy.py", line 88, in run
  File "/srv/venv/lib/python3.11/site-packages/flask/app.py", line 5, in wsgi
    raise ShopError("no stock") from error
  [Previous line repeated 996 more times]
shop.errors.ShopError: no stock
left: 0
`;
    const chain = parseStackChain(text);
    expect(chain.map((entry) => [entry.type, entry.value, entry.innermostFirst])).toEqual([
      ["IndexError", "list index out of range", false],
      ["shop.errors.ShopError", "no stock\nleft: 0", false],
    ]);
    expect(chain[0]!.frames[0]!.contextLine).toBe("return rows[0]");
    expect(chain[1]!.frames.map((frame) => [frame.function, frame.line, frame.inApp, frame.module])).toEqual([
      ["<module>", 3, true, null],
      ["run", 88, false, null],
      ["wsgi", 5, false, "flask"],
    ]);
    expect(exceptionsFromText(text).map((exception) => exception.type)).toEqual([
      "IndexError",
      "shop.errors.ShopError",
    ]);
  });

  it("reads the members of a Python exception group", () => {
    expect(
      parseStackChain(`  + Exception Group Traceback (most recent call last):
  |   File "/srv/app/main.py", line 3, in main
  |     raise ExceptionGroup("several", errors)
  | ExceptionGroup: several (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/srv/app/a.py", line 7, in one
    |     raise ValueError("bad")
    | ValueError: bad
    +---------------- 2 ----------------
    | Traceback (most recent call last):
    |   File "/srv/app/a.py", line 9, in two
    | KeyError: 'id'
    +------------------------------------`).map((entry) => [entry.type, entry.value, entry.frames.length]),
    ).toEqual([
      ["ExceptionGroup", "several (2 sub-exceptions)", 1],
      ["ValueError", "bad", 1],
      ["KeyError", "'id'", 1],
    ]);
  });

  it("orders exceptions for events: the root cause first, the innermost call last", () => {
    const exceptions = exceptionsFromText(`Error: outer
    at inner (/srv/a.js:1:1)
    at outer (/srv/a.js:2:1)
Caused by: Error: root
    at deep (/srv/b.js:1:1)`);
    expect(exceptions.map((one) => [one.value, one.frames.map((frame) => frame.function)])).toEqual([
      ["root", ["deep"]],
      ["outer", ["outer", "inner"]],
    ]);
  });

  it("drops what only tells how the error was reported", () => {
    expect(outline(`Error: x
    at click (https://shop.example/a.js:1:1)
    at HTMLButtonElement.sentryWrapped (https://shop.example/a.js:9:9)`)).toEqual([["Error", "x", [
      "click",
    ]]]);
  });

  it("takes members of a Python group that were never raised, and nested groups", () => {
    expect(outline(`  + Exception Group Traceback (most recent call last):
  |   File "/srv/main.py", line 9, in run
  |     raise ExceptionGroup("many", errors)
  | ExceptionGroup: many (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: never raised
    +---------------- 2 ----------------
    | Exception Group Traceback (most recent call last):
    |   File "/srv/main.py", line 4, in inner
    |     raise ExceptionGroup("nested", [TypeError("t")])
    |     ~~~~~^^^^^
    | ExceptionGroup: nested (1 sub-exception)
    +-+---------------- 1 ----------------
      | TypeError: t
      +------------------------------------`)).toEqual([
      ["ExceptionGroup", "many (2 sub-exceptions)", ["run"]],
      ["ValueError", "never raised", []],
      ["ExceptionGroup", "nested (1 sub-exception)", ["inner"]],
      ["TypeError", "t", []],
    ]);
  });

  it("reads Python's syntax errors, recursion, notes and what a logger printed above", () => {
    expect(outline(`Traceback (most recent call last):
  File "/srv/main.py", line 1, in <module>
    import broken
  File "/srv/broken.py", line 3
    def f(:
          ^
SyntaxError: invalid syntax`)).toEqual([["SyntaxError", "invalid syntax", ["<module>", null]]]);
    expect(outline(`ERROR:root:it failed
Traceback (most recent call last):
  File "/srv/main.py", line 5, in <module>
    f()
    ~^^
  File "/srv/main.py", line 2, in f
    return f()
           ^^^
  [Previous line repeated 995 more times]
RecursionError: maximum recursion depth exceeded
a note`)).toEqual([["RecursionError", "maximum recursion depth exceeded\na note", ["<module>", "f"]]]);
    expect(outline(`Traceback (most recent call last):
  File "/srv/main.py", line 2, in f
    raise KeyboardInterrupt
KeyboardInterrupt`)).toEqual([["KeyboardInterrupt", null, ["f"]]]);
  });

  it("follows Java's causes of suppressed exceptions, other loggers' words for a cause, and circles", () => {
    expect(outline(`Exception in thread "main" java.lang.RuntimeException: outer: with colon
\tat com.acme.A.run(A.java:10)
\t... 3 more
\tSuppressed: java.io.IOException: closing
\t\tat com.acme.R.close(R.java:5)
\t\t... 4 more
\tCaused by: java.lang.Error: inner of suppressed
\t\tat com.acme.Q.x(Q.java:1)
Caused by: com.acme.Deep
\tat com.acme.B.go(B.java:20)
\t... 12 common frames omitted
Wrapped by: java.lang.Exception: b
\tat com.acme.B.run(B.java:10)
\t[CIRCULAR REFERENCE: java.lang.Exception: a]`)).toEqual([
      ["java.lang.RuntimeException", "outer: with colon", ["run"]],
      ["java.io.IOException", "closing", ["close"]],
      ["java.lang.Error", "inner of suppressed", ["x"]],
      ["com.acme.Deep", null, ["go"]],
      ["java.lang.Exception", "b", ["run"]],
    ]);
  });

  it("reads Node's refused connections, whose message is empty", () => {
    expect(outline(`AggregateError [ECONNREFUSED]: 
    at internalConnectMultiple (node:net:1116:18) {
  code: 'ECONNREFUSED',
  [errors]: [
    Error: connect ECONNREFUSED ::1:5432
        at createConnectionError (node:net:1646:14) {
      errno: -111,
      port: 5432
    },
    Error: connect ECONNREFUSED 127.0.0.1:5432
        at createConnectionError (node:net:1646:14)
  ]
}`)).toEqual([
        ["AggregateError", null, ["internalConnectMultiple"]],
        ["Error", "connect ECONNREFUSED ::1:5432", ["createConnectionError"]],
        ["Error", "connect ECONNREFUSED 127.0.0.1:5432", ["createConnectionError"]],
      ]);
  });

  it("reads Bun's errors, thrown texts, and messages with lines that begin with 'at'", () => {
    expect(outline(`1 | throw new Error("x");
          ^
error: x
      at /srv/a.ts:1:7`)).toEqual([["Error", "x", [null]]]);
    expect(outline("Uncaught cancelled\n    at f (/srv/a.js:1:2)")).toEqual([[null, "cancelled", ["f"]]]);
    expect(outline(`Error: request failed
  at the gateway: 502
    at f (/srv/a.js:1:2)`)).toEqual([["Error", "request failed\n  at the gateway: 502", ["f"]]]);
  });

  it("reads line breaks that a log escaped, and those of Windows", () => {
    expect(outline("Error: x\\n    at f (/a.js:1:2)\\n    at g (/a.js:3:4)")).toEqual([["Error", "x", [
      "f",
      "g",
    ]]]);
    expect(outline("Error: x\r\n    at f (/a.js:1:2)\r\n")).toEqual([["Error", "x", ["f"]]]);
    expect(outline("Error: in C:\\new\\names")).toEqual([["Error", "in C:\\new\\names", []]]);
  });

  it("takes names of React's component stacks for functions", () => {
    expect(
      parseStackChain("\n    at Button (https://a.example/b.js:1:2)\n    at div\n    at App")[0]?.frames
        .map((frame) => [frame.function, frame.absPath]),
    ).toEqual([
      ["Button", "https://a.example/b.js"],
      ["div", null],
      ["App", null],
    ]);
  });
});
