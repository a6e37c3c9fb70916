import * as Sentry from "@sentry/deno";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { envelope } from "../ingest/support.ts";
import { type IssueTenants, issueTenants, word } from "./support/issues.ts";

let t: IssueTenants;
beforeAll(async () => {
  t = await issueTenants();
});
afterAll(() => t.stop());

/** Sends events as SDKs do, in one envelope each; returns their issues. */
async function sendSentry(events: Record<string, unknown>[]): Promise<number[]> {
  const issues: number[] = [];
  for (const event of events) {
    const id = crypto.randomUUID().replaceAll("-", "");
    const response = await t.platform.call(`ingest/api/${t.project}/envelope/?sentry_key=${t.ingestKey}`, {
      method: "POST",
      body: envelope([[{ type: "event" }, { event_id: id, ...event }]]),
    });
    expect(response.status).toBe(200);
    issues.push(await issueOf(id));
  }
  return issues;
}

async function issueOf(event: string): Promise<number> {
  const [row] = await t.platform.sql("select issue_id from error_events where event_id = $1", [event]);
  return Number(row!.issue_id);
}

const distinct = (issues: number[]) => new Set(issues).size;

type RawFrame = [name: string, file: string, line: number, column: number];
/** An event of a browser's SDK: outermost frame first. */
function browserEvent(
  browser: string,
  type: string,
  value: string,
  frames: RawFrame[],
  more: Record<string, unknown> = {},
) {
  return {
    platform: "javascript",
    contexts: { browser: { name: browser } },
    sdk: { name: "sentry.javascript.browser", version: "9.0.0" },
    exception: {
      values: [{
        type,
        value,
        stacktrace: {
          frames: frames.map(([name, filename, lineno, colno]) => ({
            function: name,
            filename,
            lineno,
            colno,
            in_app: true,
          })),
        },
      }],
    },
    ...more,
  };
}

/** One fault as four engines tell of it: names of anonymous functions, columns, receivers and messages differ. */
function fourBrowsers(origin: string, build: string): Record<string, unknown>[] {
  const cart = `${origin}/assets/cart-${build}.js`;
  const main = `${origin}/assets/checkout-${build}.js`;
  return [
    browserEvent("Chrome", "TypeError", "Cannot read properties of undefined (reading 'price')", [
      ["HTMLButtonElement.<anonymous>", main, 40, 12],
      ["Checkout.submit", main, 22, 18],
      ["Cart.total", cart, 11, 30],
    ]),
    browserEvent("Firefox", "TypeError", 'can\'t access property "price", item is undefined', [
      ["", main, 40, 5],
      ["submit", main, 22, 11],
      ["total", cart, 11, 23],
    ]),
    browserEvent("Safari", "TypeError", "undefined is not an object (evaluating 'item.price')", [
      ["", main, 40, 18],
      ["submit", main, 22, 24],
      ["total", cart, 11, 36],
    ]),
    browserEvent("Edge", "TypeError", "Unable to get property 'price' of undefined or null reference", [
      ["Anonymous function", main, 40, 5],
      ["Checkout.prototype.submit", main, 22, 11],
      ["Cart.prototype.total", cart, 11, 23],
    ]),
  ];
}

describe("what applications really send", () => {
  it("is one issue for one bug in four browsers, on another host, in another build, on other pages", async () => {
    const issues = await sendSentry([
      ...fourBrowsers("https://shop.example", "3f2a9c1b"),
      ...fourBrowsers("https://www.shop.example", "b81d44e0").map((event, n) => ({
        ...event,
        transaction: `/products/${n}`,
        release: `shop@1.${n}.0`,
        environment: "staging",
        user: { id: n },
        tags: { plan: word() },
      })),
    ]);
    expect(distinct(issues)).toBe(1);
    expect(await t.column(issues[0]!, "event_count")).toBe(8);
  });

  it("keeps different errors apart that pass through one wrapper", async () => {
    const wrapped = (name: string, file: string) =>
      browserEvent("Chrome", "Error", "Request failed", [
        ["onClick", "https://shop.example/app.js", 3, 3],
        [name, `https://shop.example/${file}.js`, 7, 9],
        ["request", "https://shop.example/http-client.js", 90, 11],
      ]);
    expect(distinct(
      await sendSentry([
        wrapped("loadOrders", "orders"),
        wrapped("loadStock", "stock"),
        wrapped("loadOrders", "orders"),
      ]),
    )).toBe(2);
  });

  it("is one issue however many ids, times, addresses and amounts there are in its message", async () => {
    const name = word();
    const events = Array.from({ length: 1_000 }, (_, n) => ({
      message: [
        `order ${crypto.randomUUID()} of ${name} was not paid`,
        `order ${(n * 7919).toString(16).padStart(24, "a1b2c3d4")} of ${name} was not paid`,
        `order ${n} of ${name} was not paid`,
      ][n % 3],
    }));
    const issues: number[] = [];
    for (let from = 0; from < events.length; from += 100) {
      issues.push(...await t.send(events.slice(from, from + 100)));
    }
    expect(distinct(issues)).toBe(1);
    expect(await t.column(issues[0]!, "event_count")).toBe(1_000);
  });

  it("is one issue whatever ids an application puts into its own fingerprint", async () => {
    const name = word();
    const events = Array.from({ length: 50 }, (_, n) => ({
      message: `${name} ${n}`,
      fingerprint: [name, crypto.randomUUID(), "{{ transaction }}"],
      transaction: "/pay",
    }));
    expect(distinct(await sendSentry(events))).toBe(1);
  });

  it("counts the template of a message, and an exception in spite of the message beside it", async () => {
    const name = word();
    const logged = await sendSentry(
      ["anna", "bert", "carla"].map((who) => ({
        logentry: {
          message: `no mail to %s for ${name}`,
          params: [who],
          formatted: `no mail to ${who} for ${name}`,
        },
      })),
    );
    expect(distinct(logged)).toBe(1);
    const both = await sendSentry(
      ["first", "second"].map((message) => ({
        ...browserEvent("Chrome", "QuotaError", name, [["save", "https://shop.example/store.js", 4, 2]]),
        message,
      })),
    );
    expect(distinct(both)).toBe(1);
  });

  it("may be cut in the middle of a character: it is stored, and diagnosed", async () => {
    for (const text of ["🦔".repeat(3_000), `a${"🦔".repeat(3_000)}`, `${"x".repeat(198)}🦔🦔`]) {
      const [message, named] = await sendSentry([
        { message: text },
        {
          exception: { values: [{ type: "Hedgehog", value: text }] },
          fingerprint: [text],
          transaction: text,
          release: text,
        },
      ]);
      await t.platform.sql("delete from jobs where issue_id not in ($1, $2)", [message, named]);
      await t.platform.call("healing-engine/run", {
        method: "POST",
        headers: { apikey: t.platform.automationsKey },
      })
        .then((run) => run.body?.cancel());
      await vi.waitFor(async () => {
        const rows = await t.platform.sql(
          "select diagnosis is not null as done from detected_errors where id in ($1, $2)",
          [message, named],
        );
        expect(rows.every((row) => row.done)).toBe(true);
      }, { timeout: 20_000, interval: 100 });
    }
  });

  it("may lack frames, names and files, or bring headers as lists: it is taken, and grouped by what is left", async () => {
    const value = `${word()} ${word()}`;
    const odd = [
      { exception: { values: [{ type: "Odd", value, stacktrace: { frames: null } }] } },
      { exception: { values: [{ type: "Odd", value, stacktrace: null }, null] } },
      { exception: [{ type: "Odd", value }], request: { headers: [["accept", "*/*"]] } },
      { "sentry.interfaces.Exception": { values: [{ type: "Odd", value }] } },
    ];
    expect(distinct(await sendSentry(odd))).toBe(1);
    const frames = [{}, { function: "f" }, { filename: "a.js" }, { lineno: 3 }, {
      function: null,
      module: "m",
    }];
    const [issue] = await sendSentry([{
      exception: { values: [{ type: "Odd", value, stacktrace: { frames } }] },
    }]);
    expect(await t.column(issue!, "title")).toBe(`Odd: ${value}`);
  });
});

describe("the unmodified SDK", () => {
  it("makes one issue of one bug on many routes, and two of two", async () => {
    const dsn = `http://${t.ingestKey}@${new URL(t.platform.url).host}/functions/v1/ingest/${t.project}`;
    Sentry.init({ dsn, release: "sdk@1.0.0", defaultIntegrations: false });
    const chargeCard = (order: number) => {
      throw new Error(`card of order ${order} was declined`);
    };
    const sendMail = (order: number) => {
      throw new Error(`mail for order ${order} bounced`);
    };
    const handlers = [chargeCard, sendMail];
    const ids: string[][] = [[], []];
    for (let n = 0; n < 20; n++) {
      for (const [kind, handle] of handlers.entries()) {
        Sentry.withScope((scope) => {
          scope.setTransactionName(`POST /orders/${n}`);
          scope.setTag("order", String(n));
          try {
            handle(n);
          } catch (error) {
            ids[kind]!.push(Sentry.captureException(error));
          }
        });
      }
    }
    await Sentry.flush(10_000);
    await Sentry.close(5_000);
    const [charges, mails] = await Promise.all(ids.map((some) => Promise.all(some.map(issueOf))));
    expect(new Set(charges)).toEqual(new Set([charges![0]]));
    expect(new Set(mails)).toEqual(new Set([mails![0]]));
    expect(charges![0]).not.toBe(mails![0]);
    expect(await t.column(charges![0]!, "event_count")).toBe(20);
  });
});
