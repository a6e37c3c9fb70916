import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprintEvent } from "../../supabase/functions/_shared/signals/fingerprint/fingerprint-event.ts";
import { MAX_CHAIN, MAX_FRAMES } from "../../supabase/functions/_shared/signals/stack/limits.ts";
import { splitPosition } from "../../supabase/functions/_shared/signals/stack/location.ts";
import {
  exceptionsFromText,
  parseStack,
  parseStackChain,
} from "../../supabase/functions/_shared/signals/stack/parse-stack.ts";
import { event } from "./events.ts";

const PIECES = [
  "    at f (/srv/a.js:1:2)",
  "f@https://x/a.js:1:2",
  "Error: x",
  "Caused by: java.lang.Error: y",
  "\tat a.b.C.d(C.java:1)",
  '  File "/a.py", line 1, in f',
  "Traceback (most recent call last):",
  "[native code]",
  "  [cause]: Error: z",
  "    ^^^^",
  "",
  "called from line 1, column 2 in f() in http://x/a.js:",
];

describe("stack parsing", () => {
  it("never throws and keeps its bounds, whatever the text", () => {
    const line = fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: "binary", maxLength: 60 }));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const text = lines.join("\n");
        const chain = parseStackChain(text);
        expect(chain.length).toBeLessThanOrEqual(MAX_CHAIN);
        for (const { frames } of chain) {
          for (const frame of frames) {
            expect(typeof frame.inApp).toBe("boolean");
            expect(frame.line === null || Number.isSafeInteger(frame.line)).toBe(true);
          }
        }
        expect(fingerprintEvent(event({ exceptions: exceptionsFromText(text) })).fingerprint).toMatch(
          /^[0-9a-f]{32}$/,
        );
      }),
      { numRuns: 100 },
    );
  });

  it("bounds frames and exceptions", () => {
    expect(parseStack("Error: x\n" + "    at f (/srv/a.js:1:2)\n".repeat(5_000))).toHaveLength(MAX_FRAMES);
    expect(parseStackChain("Caused by: Error: x\n    at f (/srv/a.js:1:2)\n".repeat(300))).toHaveLength(
      MAX_CHAIN,
    );
  });

  it("needs linear time for hostile text", () => {
    const hostile = [
      "at (",
      "at a (b (",
      "at eval (eval at ",
      "@",
      '"@',
      "a@b:",
      ":1",
      "at data:",
      ' File "',
      "Line 1 of linked script ",
      "called from line 1, column 1 in ",
      "[|+ ",
      "~^ ",
      "--",
      "Caused by: ",
      "(error: ",
      "at a.b(",
      " ",
      "Error: ",
      "a ",
    ];
    for (const piece of hostile) {
      for (
        const text of [
          piece.repeat(60_000),
          `${piece.repeat(300)}\n`.repeat(1_000),
          `Error: x\n    at f (/a.js:1:1)\n${`    at ${piece.repeat(200)}\n`.repeat(500)}`,
        ]
      ) {
        const started = performance.now();
        parseStackChain(text);
        expect([piece, performance.now() - started < 1_000]).toEqual([piece, true]);
      }
    }
  });

  it("splits positions from the end of any path", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-zA-Z./\\: ()@-]{2,40}[a-z/]$/),
        fc.nat(1e6),
        fc.nat(1e6),
        (path, line, column) => {
          expect(splitPosition(`${path}:${line}:${column}`)).toEqual({ path, line, column });
          expect(splitPosition(`${path}:${line}`)).toEqual({ path, line, column: null });
        },
      ),
    );
  });
});
