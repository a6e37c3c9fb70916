import { describe, expect, it } from "vitest";
import { fingerprintEvent } from "../../supabase/functions/_shared/signals/fingerprint/fingerprint-event.ts";
import { FINGERPRINT_VERSION } from "../../supabase/functions/_shared/signals/fingerprint/grouping.ts";
import { sha256 } from "../../supabase/functions/_shared/signals/fingerprint/hash.ts";
import { event, exception, frame, thrown } from "./events.ts";

const fingerprint = (...given: Parameters<typeof fingerprintEvent>) => fingerprintEvent(...given).fingerprint;

/** One bug as four browsers report it: names, columns, native frames and top-level code differ. */
const BROWSERS = {
  chrome: thrown(`TypeError: Cannot read properties of undefined (reading 'total')
    at Cart.sum (https://shop.example/assets/cart-Bq3xW9aZ.js:10:15)
    at https://shop.example/assets/cart-Bq3xW9aZ.js:22:9
    at Array.map (<anonymous>)
    at new Checkout (https://shop.example/assets/checkout-Cx81kd0a.js:5:3)
    at Object.open [as onOpen] (https://shop.example/assets/checkout-Cx81kd0a.js:9:3)
    at HTMLButtonElement.onclick (https://shop.example/orders/12:107:146)`),
  firefox: thrown(
    `sum@https://shop.example/assets/cart-Bq3xW9aZ.js:10:21
loadAll/<@https://shop.example/assets/cart-Bq3xW9aZ.js:22:12
Checkout@https://shop.example/assets/checkout-Cx81kd0a.js:5:8
open@https://shop.example/assets/checkout-Cx81kd0a.js:9:8
onclick@https://shop.example/orders/12:107:1`,
    "TypeError",
    `can't access property "total", this.cart is undefined`,
  ),
  safari: thrown(
    `sum@https://shop.example/assets/cart-Bq3xW9aZ.js:10:22
https://shop.example/assets/cart-Bq3xW9aZ.js:22:15
map@[native code]
Checkout@https://shop.example/assets/checkout-Cx81kd0a.js:5:11
open@https://shop.example/assets/checkout-Cx81kd0a.js:9:11
onclick@https://shop.example/orders/12:107:7`,
    "TypeError",
    "undefined is not an object (evaluating 'this.cart.total')",
  ),
  edge: thrown(`TypeError: Cannot read properties of undefined (reading 'total')
    at Cart.sum (https://www.shop.example/assets/cart-Zz81kd0a.js:11:15)
    at <anonymous> (https://www.shop.example/assets/cart-Zz81kd0a.js:23:9)
    at Array.map (native code)
    at Checkout (https://www.shop.example/assets/checkout-Qq81kd0b.js:5:3)
    at Object.open (https://www.shop.example/assets/checkout-Qq81kd0b.js:9:3)
    at onclick (https://www.shop.example/orders/99:107:146)`),
};

describe("the built-in fingerprint", () => {
  it("is the same for one bug in four browsers, on other hosts, pages and builds", () => {
    expect(new Set(Object.values(BROWSERS).map((one) => fingerprint(one))).size).toBe(1);
  });

  it("differs when the culprit function, the file or the type differs", () => {
    const base = `TypeError: x\n    at sum (/srv/src/cart.ts:1:1)\n    at main (/srv/src/main.ts:2:2)`;
    const all = [
      base,
      base.replace("sum", "count"),
      base.replace("cart.ts", "stock.ts"),
      base.replace("TypeError", "RangeError"),
    ].map((stack) => fingerprint(thrown(stack)));
    expect(new Set(all).size).toBe(4);
  });

  it("ignores lines, columns, the message, the release, tags and the transaction when the stack says enough", () => {
    const one = thrown("Error: order 17 failed\n    at pay (/srv/src/pay.ts:10:3)", "Error", null, {
      transaction: "POST /pay",
    });
    const other = thrown("Error: order abc is gone\n    at pay (/srv/src/pay.ts:99:1)", "Error", null, {
      transaction: "POST /orders/:id/pay",
      release: "shop@2.0.0",
      tags: { region: "eu" },
    });
    expect(fingerprint(one)).toBe(fingerprint(other));
  });

  it("keeps errors apart that only pass through a common wrapper", () => {
    const through = (message: string) =>
      thrown(`Error: ${message}
    at wrapped (/srv/src/middleware.ts:9:5)
    at Layer.handle (/srv/node_modules/express/lib/router/layer.js:95:5)`);
    expect(fingerprint(through("database is gone"))).not.toBe(fingerprint(through("no permission")));
    expect(fingerprint(through("user 17 is gone"))).toBe(fingerprint(through("user 99 is gone")));
  });

  it("keeps errors apart that a helper throws for different callers", () => {
    const by = (caller: string) =>
      thrown(`AssertionError: failed
    at assert (/srv/src/assert.ts:2:9)
    at ${caller} (/srv/src/${caller}.ts:5:5)`);
    expect(fingerprint(by("parse"))).not.toBe(fingerprint(by("store")));
  });

  it("does not split recursion by its depth", () => {
    const deep = (times: number) =>
      thrown(
        "RangeError: Maximum call stack size exceeded\n" +
          "    at walk (/srv/tree.ts:3:1)\n    at visit (/srv/tree.ts:9:1)\n".repeat(times) +
          "    at main (/srv/main.ts:1:1)",
      );
    expect(fingerprint(deep(2))).toBe(fingerprint(deep(40)));
  });

  it("ignores the frames of libraries and runtimes around the application's", () => {
    const one = thrown(`Error: x
    at query (/srv/node_modules/pg/lib/client.js:526:17)
    at findOrder (/srv/src/orders.ts:3:1)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)`);
    const other = thrown(`Error: x
    at query (/srv/node_modules/.pnpm/pg@8.12.0/node_modules/pg/lib/client.js:545:17)
    at newHelper (/srv/node_modules/.pnpm/pg@8.12.0/node_modules/pg/lib/pool.js:1:1)
    at findOrder (/srv/src/orders.ts:3:1)`);
    expect(fingerprint(one)).toBe(fingerprint(other));
    expect(fingerprintEvent(one).culprit).toBe("findOrder (/srv/src/orders.ts)");
  });

  it("adds type and masked message when all names are minified, and survives the next build", () => {
    const minified = (names: string, hash: string, message: string) =>
      thrown(
        `Error: ${message}\n` +
          [...names].map((name, i) => `    at ${name} (https://shop.example/main.${hash}.js:1:${2000 + i})`)
            .join("\n"),
      );
    expect(fingerprint(minified("abc", "3f2a9c1b", "cart 7 is locked"))).toBe(
      fingerprint(minified("xyz", "77de01aa", "cart 8 is locked")),
    );
    expect(fingerprint(minified("abc", "3f2a9c1b", "cart 7 is locked"))).not.toBe(
      fingerprint(minified("abc", "3f2a9c1b", "no network")),
    );
  });

  it("words the engines' own messages alike where the message has to count", () => {
    const messages = [
      "Failed to fetch",
      "NetworkError when attempting to fetch resource.",
      "Load failed",
    ];
    expect(
      new Set(
        messages.map((message) => fingerprint(event({ exceptions: [exception("TypeError", message)] }))),
      ).size,
    ).toBe(1);
    const overflow = [["RangeError", "Maximum call stack size exceeded"], [
      "InternalError",
      "too much recursion",
    ]] as const;
    expect(
      new Set(overflow.map(([type, value]) => fingerprint(event({ exceptions: [exception(type, value)] }))))
        .size,
    ).toBe(1);
    const different = [
      "Cannot read properties of null (reading 'a')",
      "Cannot read properties of null (reading 'b')",
    ];
    expect(
      new Set(
        different.map((message) => fingerprint(event({ exceptions: [exception("TypeError", message)] }))),
      ).size,
    ).toBe(2);
  });

  it("makes one issue of thousands of ids in a message", () => {
    const prints = new Set<string>();
    for (let i = 0; i < 2_000; i++) {
      const uuid = `${(i * 7919 + 0x10000000).toString(16)}-1111-4222-8333-${String(i).padStart(12, "0")}`;
      prints.add(
        fingerprint(
          event({
            message: `Order ${i} of user user_${
              10_000 + i
            } (${uuid}) failed after ${i}ms at 2026-01-01T00:00:${String(i % 60).padStart(2, "0")}Z`,
          }),
        ),
      );
    }
    expect(prints.size).toBe(1);
  });

  it("keeps causes apart that a code in the message tells apart", () => {
    const prints = [404, 500].map((status) =>
      fingerprint(event({ message: `Request failed with status code ${status}` }))
    );
    expect(new Set(prints).size).toBe(2);
  });

  it("uses the message template when the sender has one", () => {
    const by = (name: string) =>
      event({ message: `Hello ${name}, welcome`, messageTemplate: "Hello %s, welcome" });
    expect(fingerprint(by("Ada"))).toBe(fingerprint(by("Grace Hopper")));
  });

  it("tells causes apart under one wrapping exception, and counts equal members of an aggregate once", () => {
    const wrapped = (cause: string) =>
      event({
        exceptions: [
          exception(cause, "x", [frame({ function: "read", absPath: "/srv/a.ts" })]),
          exception("Error", "load failed"),
        ],
      });
    expect(fingerprint(wrapped("TimeoutError"))).not.toBe(fingerprint(wrapped("SyntaxError")));
    const members = (count: number) =>
      event({
        exceptions: [
          ...Array.from({ length: count }, () => exception("Error", "refused")),
          exception("AggregateError", "all failed"),
        ],
      });
    expect(fingerprint(members(2))).toBe(fingerprint(members(9)));
  });

  it("explains what counted and what did not", () => {
    const grouping = fingerprintEvent(BROWSERS.chrome);
    expect(grouping.version).toBe(FINGERPRINT_VERSION);
    expect(grouping.fingerprint).toMatch(/^[0-9a-f]{32}$/);
    expect(grouping.title).toBe("TypeError: Cannot read properties of undefined (reading 'total')");
    expect(grouping.culprit).toBe("Cart.sum (/assets/cart-Bq3xW9aZ.js)");
    expect(grouping.culpritFrame?.line).toBe(10);
    expect(grouping.type).toBe("TypeError");
    expect(grouping.components.map((one) => [one.kind, one.contributes])).toEqual([["stack", true], [
      "type",
      true,
    ], ["value", false]]);
    expect(grouping.components[0]!.values[0]).toBe("cart sum");
    expect(grouping.components.every((one) => one.why.length > 10)).toBe(true);
  });

  it("gives an event without anything a fingerprint and a title", () => {
    const grouping = fingerprintEvent(event());
    expect(grouping.fingerprint).toMatch(/^[0-9a-f]{32}$/);
    expect(grouping.title).toBe("Unnamed error");
  });

  it("groups pages' inline scripts without the address of the page", () => {
    const on = (page: string) => thrown(`Error: x\n    at checkForm (https://shop.example/${page}:40:3)`);
    expect(fingerprint(on("orders/17"))).toBe(fingerprint(on("orders/18")));
  });

  it("keeps files of one name in different folders apart where the name is generic", () => {
    const inFile = (path: string) => thrown(`Error: x\n    at load (/srv/src/${path}:1:1)`);
    expect(fingerprint(inFile("orders/index.ts"))).not.toBe(fingerprint(inFile("users/index.ts")));
  });
});

describe("a fingerprint that the client sends", () => {
  it("replaces the built-in one, with ids masked, and extends it where it asks for the default", () => {
    const stack = "Error: x\n    at a (/srv/long-name.ts:1:1)";
    const own = (parts: string[], text = stack) =>
      fingerprint(thrown(text, "Error", null, { clientFingerprint: parts }));
    expect(own(["payment"])).toBe(own(["payment"], stack.replace("long-name", "other")));
    expect(own(["user", "7c1811ed-e98f-4c9c-a9f9-58c757ff494f"])).toBe(
      own(["user", "11111111-e98f-4c9c-a9f9-58c757ff494f"]),
    );
    expect(own(["http", "404"])).not.toBe(own(["http", "500"]));
    expect(own(["{{ default }}", "eu"])).not.toBe(own(["{{ default }}", "us"]));
    expect(own(["{{ default }}", "eu"])).not.toBe(
      own(["{{ default }}", "eu"], stack.replace("long-name", "other")),
    );
    expect(own(["{{ default }}"])).toBe(fingerprint(thrown(stack)));
    expect(own(["{{default}}"])).toBe(fingerprint(thrown(stack)));
  });

  it("fills in variables", () => {
    const grouping = fingerprintEvent(
      thrown("TypeError: x\n    at a (/srv/b.ts:1:1)", "TypeError", null, {
        clientFingerprint: ["{{ error.type }}", "{{ tags.none }}"],
      }),
    );
    expect(grouping.components[0]).toMatchObject({
      kind: "client",
      contributes: true,
      values: ["TypeError", "<no-tags.none>"],
    });
  });
});

describe("the hash", () => {
  it("is SHA-256", async () => {
    for (const text of ["", "abc", "a".repeat(55), "a".repeat(56), "a".repeat(64), "grüße 🌍".repeat(99)]) {
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
      expect(sha256(text)).toBe([...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
    }
  });
});

describe("frames that the sender judged", () => {
  const read = (inApp: boolean) => frame({ function: "read", absPath: "file:///srv/shop/store.ts", inApp });
  const library = frame({ function: "query", absPath: "/srv/node_modules/pg/lib/client.js", inApp: true });

  it("count by their paths when the sender calls none of them the application's", () => {
    const grouping = fingerprintEvent(
      event({ exceptions: [exception("Error", "x", [read(false), library])] }),
    );
    expect(grouping.components[0]!.values).toEqual(["store read"]);
    expect(grouping.culpritFrame?.function).toBe("read");
  });

  it("do not count when they lie in libraries, whatever the sender says", () => {
    const grouping = fingerprintEvent(event({ exceptions: [exception("Error", "x", [library])] }));
    expect(grouping.components[0]!.values).toEqual(["package pg"]);
    expect(grouping.components.map((one) => one.contributes)).toEqual([true, true, true]);
  });
});
