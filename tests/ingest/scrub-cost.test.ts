import { describe, expect, it } from "vitest";
import { DETECTORS, scrubText } from "../../supabase/functions/_shared/signals/scrub/scrub-text.ts";
import { shapedSecrets } from "./secrets.ts";

const MIB = 1 << 20;
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

/** Linear work on these texts takes well under a second; quadratic work on a megabyte would take many minutes. */
const LINEAR_MS = 20_000;

function costOf(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

describe("the cost of scrubbing", () => {
  it.each(HOSTILE.map((unit) => [JSON.stringify(unit), unit]))(
    "stays linear on a megabyte of %s",
    (_, unit) => {
      expect(costOf(() => scrubText(repeated(unit, MIB)))).toBeLessThan(LINEAR_MS);
    },
  );

  it("stays linear for each detector on each hostile text of its neighbours", () => {
    for (const detector of DETECTORS) {
      for (const unit of HOSTILE) {
        const text = repeated(unit, 64 * 1024) + shapedSecrets(1)[0]!.text;
        const cost = costOf(() => detector.scrub(text));
        expect(cost, `${detector.name} on ${JSON.stringify(unit)}`).toBeLessThan(LINEAR_MS);
      }
    }
  });
});
