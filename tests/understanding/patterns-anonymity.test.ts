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
