import { describe, expect, it } from "vitest";
import { BodySource } from "../../bench/ingest/bodies.ts";
import { SignalsBuilder } from "../../supabase/functions/_shared/signals/protocol/context.ts";
import { parseEnvelope } from "../../supabase/functions/_shared/signals/protocol/envelope.ts";
import { addItems } from "../../supabase/functions/_shared/signals/protocol/items/items.ts";
import { DETECTORS, scrubText } from "../../supabase/functions/_shared/signals/scrub/scrub-text.ts";
import { shapedSecrets } from "./secrets.ts";
import { testContext } from "./support.ts";

const LARGE = 512 * 1024;
const SMALL = 8 * 1024;
const repeated = (unit: string, length: number) =>
  unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

/** Runs of what each detector looks for, made to match almost and for long. */
const HOSTILE = [
  "a",
  "1",
  "1 ",
  "1-",
  ".",
  "a.",
  "1.",
  ":",
  "a:",
  "1:",
  "1::",
  "@",
  "a@",
  "a@b.",
  "@a.",
  "%40",
  "=",
  "a=",
  "?a=",
  "&a=",
  "password=",
  'password="',
  "password='a",
  'password=\\"',
  "password=[",
  "password={",
  "<password>",
  "<password",
  "password is ",
  "--password ",
  "--a ",
  "Bearer ",
  "Basic a",
  "Cookie: ",
  "Cookie: '",
  '("token","',
  '["token","a',
  '("token",\\"',
  "://",
  "http://",
  "http://a:",
  "http://a@",
  "postgres://",
  "eyJ",
  "eyJa.",
  "sk-",
  "sk_live_",
  "gho_",
  "AKIA",
  "xox",
  "-",
  "--",
  "-----BEGIN ",
  "-----BEGIN PRIVATE KEY-----",
  "-----BEGIN A PRIVATE KEY",
  "+1",
  "+",
  "(555) ",
  "555-",
  "GB82 ",
  "GB82WEST1234",
  "12345678:AA",
  '"',
  "'",
  "\\",
  '\\"',
  "[",
  "{",
  "key ",
  "key: ",
  "api key: ",
  "token: ",
  "\u00e9@",
  "\u00e9",
  "\0",
  "\ud800",
  "https://hooks.slack.com/services/",
  "hooks.slack.com/services",
  " ",
  "\n",
  "\t=",
];

/** Quadratic work on the large text is 10^10 steps and more: no machine does them in so short a time. */
const SURELY_LINEAR_MS = 50;
/** Times that a comparison is repeated while it fails. Other processes slow down runs at random, so the fastest count. */
const ATTEMPTS = 6;
/** Half way, as factors go, between linear work, which gives about 1, and quadratic work, which gives LARGE / SMALL = 64. */
const MAX_GROWTH = 8;

/** Reading, scrubbing and normalising, in units of plain JSON work on the same machine at the same moment: about 5 to 8. */
const MAX_JSON_RATIO = 24;

function msOf(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/** How much longer work on the same characters takes in one large text than in small ones. */
function growthOf(work: (text: string) => unknown, unit: string, tail = ""): number {
  const large = repeated(unit, LARGE) + tail;
  const small = repeated(unit, SMALL) + tail;
  let largeMs = Infinity;
  let smallMs = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    largeMs = Math.min(largeMs, msOf(() => work(large)));
    if (largeMs < SURELY_LINEAR_MS) return 1;
    smallMs = Math.min(
      smallMs,
      msOf(() => {
        for (let i = 0; i < LARGE / SMALL; i++) work(small);
      }),
    );
    if (largeMs < smallMs * MAX_GROWTH) break;
  }
  return largeMs / smallMs;
}

describe("the cost of scrubbing", () => {
  it("of an event of 50 KB is a few times that of parsing and writing its JSON", () => {
    const source = new BodySource({ bytes: 50 * 1024, issues: 8 });
    const context = testContext();
    const bodies = Array.from({ length: 20 }, () => source.next());
    const read = (body: Uint8Array) => addItems(parseEnvelope(body), context, new SignalsBuilder());
    const json = (body: Uint8Array) => {
      const lines = new TextDecoder().decode(body).split("\n");
      return lines.map((line) => JSON.stringify(JSON.parse(line)));
    };
    let ratio = Infinity;
    let readMs = Infinity;
    let jsonMs = Infinity;
    for (let attempt = 0; attempt < ATTEMPTS * 5 && ratio > MAX_JSON_RATIO; attempt++) {
      readMs = Math.min(readMs, msOf(() => bodies.forEach(read)));
      jsonMs = Math.min(jsonMs, msOf(() => bodies.forEach(json)));
      ratio = readMs / jsonMs;
    }
    expect(ratio).toBeLessThan(MAX_JSON_RATIO);
  });

  it.each(HOSTILE.map((unit) => [JSON.stringify(unit), unit]))(
    "grows no faster than a text of %s",
    (_, unit) => {
      expect(growthOf(scrubText, unit)).toBeLessThan(MAX_GROWTH);
    },
  );

  it("grows no faster than the text for each detector on each hostile text of its neighbours", () => {
    const tail = shapedSecrets(1)[0]!.text;
    for (const detector of DETECTORS) {
      for (const unit of HOSTILE) {
        const growth = growthOf((text) => detector.find(text), unit, tail);
        expect(growth, `${detector.name} on ${JSON.stringify(unit)}`).toBeLessThan(MAX_GROWTH);
      }
    }
  });

  it("would be noticed if it were quadratic", () => {
    const quadratic = (text: string) => {
      let found = 0;
      for (let i = 0; i < text.length; i += 4) found += text.indexOf("@", i);
      return found;
    };
    expect(growthOf(quadratic, "a")).toBeGreaterThan(MAX_GROWTH);
  });
});
