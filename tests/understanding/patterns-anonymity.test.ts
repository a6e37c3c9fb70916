import fc from "fast-check";
import { expect, test } from "vitest";
import { shapeOf } from "../../supabase/functions/_shared/diagnose/patterns/shape.ts";
import { judgementOf } from "../../supabase/functions/_shared/heal/learn-patterns.ts";
import { anonymousExamples } from "../../supabase/functions/_shared/learn/patterns/anonymity.ts";
import { patternFrom } from "../../supabase/functions/_shared/learn/patterns/store.ts";
import { event, observation } from "./support.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");

/** Everything about a pattern that other projects can read. */
function published(events: readonly ReturnType<typeof event>[]) {
  const seen = events.map((each, index) =>
    observation(index + 1, "", { shape: shapeOf(each, { category: "unknown", severity: "medium" }) })
  );
  const pattern = patternFrom(seen, judgementOf(null), NOW);
  const { observation_ids: _, ...row } = pattern ?? { observation_ids: [] };
  return { text: JSON.stringify([row, anonymousExamples(seen)]).toLowerCase(), exists: pattern !== null };
}

/** Things that identify a project or a person, each with the text that must not be seen. */
const PLANTED: [kind: string, text: string, never: string][] = [
  ["an e-mail address", "jane.roe@acme-bikes.example", "acme-bikes"],
  ["a user's name in quotes", "'janeroe'", "janeroe"],
  ["a user's name", "user janeroe", "janeroe"],
  ["a host name", "db7.acme.internal", "acme"],
  ["a host name with a port", "acme-db-1:5432", "acme"],
  ["a URL", "https://api.acme.dev/v1/orders?key=abc", "acme"],
  ["a table of one project", 'relation "acme_invoices"', "acme_invoices"],
  ["a table without quotes", "table acmeinvoices", "acmeinvoices"],
  ["a snake-case name", "acme_invoices_tenant_idx", "acme"],
  ["a camel-case name", "acmeInvoiceWorker", "acmeinvoice"],
  ["a UUID", "6f1c1c9e-8a55-4f7e-9a0b-5d3e6f7a8b9c", "6f1c1c9e"],
  ["a number", "order 48151623", "48151623"],
  ["an API key", "sk_live_51H8acmeZxYwVuTsRqPoNm", "51h8acme"],
  ["a password", "password=hunter2secret", "hunter2secret"],
  ["a bearer token", "Authorization: Bearer eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl", "eyjhb"],
  ["an address", "10.4.17.200", "10.4.17"],
  ["a path", "/srv/acme/releases/42/worker.ts", "acme"],
  ["a customer's name", "customer Acme", "acme"],
  ["a company in the text", "Acme", "acme"],
];

test.each(PLANTED)("%s in one project's message is in no pattern", (_kind, text, never) => {
  const { text: seen, exists } = published([
    event({ type: "LedgerError", message: `Ledger for ${text} is out of balance after closing the books` }),
    event({
      type: "LedgerError",
      message: "Ledger for nothing at all is out of balance after closing the books",
    }),
  ]);
  expect(exists).toBe(true);
  expect(seen).not.toContain(never);
  expect(seen).toContain("ledger for");
});

test.each(PLANTED.filter(([kind]) => !["a company in the text"].includes(kind)))(
  "%s is in no pattern even if two projects send the very same",
  (_kind, text, never) => {
    const message = `Ledger for ${text} is out of balance after closing the books`;
    const { text: seen, exists } = published([1, 2].map(() => event({ type: "LedgerError", message })));
    expect(exists).toBe(true);
    expect(seen).not.toContain(never);
  },
);

test("types and codes of one project are in no pattern", () => {
  const message = "the ledger is out of balance after closing the books";
  const { text, exists } = published([
    event({ type: "AcmeLedgerError", message, extra: { code: "acme_e42" } }),
    event({ type: "Error", message }),
  ]);
  expect(exists).toBe(true);
  expect(text).not.toContain("acme");
});

test("whatever words messages have, a pattern has none that only one project had", () => {
  const word = fc.stringMatching(/^[a-z]{4,9}$/);
  fc.assert(
    fc.property(fc.array(word, { maxLength: 4 }), fc.array(word, { maxLength: 4 }), (mine, yours) => {
      const frame = ["closing", "books", "found", "ledger", "imbalance"];
      const weave = (words: string[]) => frame.flatMap((each, index) => [each, words[index] ?? ""]).join(" ");
      const { text } = published([event({ message: weave(mine) }), event({ message: weave(yours) })]);
      const allowed = new Set([...frame, ...mine.filter((each) => yours.includes(each))]);
      const inMatch = /"messages":\["([^"]*)"\]/.exec(text)?.[1]?.split(/[\s*]+/) ?? [];
      for (const each of inMatch) expect(allowed).toContain(each);
      for (const each of mine) {
        if (!allowed.has(each)) expect(text.split(/[^a-z]+/)).not.toContain(each);
      }
    }),
    { numRuns: 200 },
  );
});

/** A name that no dictionary has, and that stands for a customer. */
const name = fc.stringMatching(/^[a-z]{3}zq[a-z]{3}$/);
/** Where names stand in messages; each says how to write one. */
const places: ((name: string) => string)[] = [
  (name) => `${name}@${name}.example`,
  (name) => `https://${name}.dev/orders/${name}`,
  (name) => `db-7.${name}.internal:5432`,
  (name) => `"${name}"`,
  (name) => `'${name}'`,
  (name) => `user ${name}`,
  (name) => `table ${name}`,
  (name) => `${name}_invoices`,
  (name) => `${name}-eu-1`,
  (name) => `${name}Worker`,
  (name) => `/srv/${name}/app.ts`,
  (name) => `${name}42`,
  (name) => name[0]!.toUpperCase() + name.slice(1),
  (name) => `password=${name}`,
  (name) => `sk_live_${name}51Haq`,
];

test("whatever name is planted, wherever, in one project or in both, no pattern has it", () => {
  const frame = "the ledger is out of balance after closing the books of the day".split(" ");
  fc.assert(
    fc.property(
      name,
      fc.integer({ min: 1, max: frame.length - 1 }),
      fc.constantFrom(...places),
      fc.boolean(),
      (secret, at, place, inBoth) => {
        const message = (text: string) => [...frame.slice(0, at), text, ...frame.slice(at)].join(" ");
        const { text } = published([
          event({ type: "LedgerError", message: message(place(secret)) }),
          event({ type: "LedgerError", message: message(place(inBoth ? secret : "nobody")) }),
        ]);
        expect(text).toContain("ledger");
        expect(text).not.toContain(secret);
      },
    ),
    { numRuns: 500 },
  );
});
