import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupingText } from "../../supabase/functions/_shared/signals/fingerprint/default-grouping.ts";
import {
  looksGenerated,
  withoutIds,
} from "../../supabase/functions/_shared/signals/fingerprint/generated-words.ts";
import { createScrubber } from "../../supabase/functions/_shared/signals/scrub/scrubber.ts";
import { seededRandom } from "../../supabase/functions/_shared/statistics/random.ts";

const draw = seededRandom(7);
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
const BASE62 = LOWER.toUpperCase() + LOWER + DIGITS;
const pick = (alphabet: string, length: number) =>
  Array.from({ length }, () => alphabet[Math.floor(draw() * alphabet.length)]).join("");
const hex = (length: number) => pick(DIGITS + "abcdef", length);

/** Ids as generators make them, and how many of a thousand may stay what they are: some look like words. */
const IDS: [string, () => string, number][] = [
  ["UUIDs", () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`, 0],
  ["MongoDB's ObjectIds", () => hex(24), 0],
  ["short hashes of commits", () => hex(8), 15],
  ["hashes of twelve digits", () => hex(12), 3],
  ["ULIDs", () => `01${pick("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 24)}`, 3],
  ["Nano IDs", () => pick(`${BASE62}_-`, 21), 60],
  ["Stripe's ids", () => `cus_${pick(BASE62, 14)}`, 30],
  ["base62 of 22", () => pick(BASE62, 22), 15],
  ["base62 of 10", () => pick(BASE62, 10), 80],
  ["base36 of 10", () => pick(LOWER + DIGITS, 10), 80],
  // A single digit behind a dash is a version more often: user_7, utf_8.
  ["numbers", () => String(Math.floor(draw() * 10 ** (2 + draw() * 10))), 10],
];

describe("a thousand messages that differ in an id", () => {
  it.each(IDS)("are one issue, and few beside it: %s", (_kind, make, others) => {
    for (
      const of of [
        (id: string) => `order ${id} of the shop was not paid`,
        (id: string) => `order #${id} failed`,
        (id: string) => `key=${id} is missing`,
        (id: string) => `user_${id} not found`,
        (id: string) => `no profile for "${id}"`,
      ]
    ) {
      const counts = new Map<string, number>();
      for (let n = 0; n < 1_000; n++) {
        const text = groupingText(of(make()));
        counts.set(text, (counts.get(text) ?? 0) + 1);
      }
      expect(1_000 - Math.max(...counts.values()), of("ID")).toBeLessThanOrEqual(others);
    }
  });

  it("are one issue whatever kind of id it is this time", () => {
    const texts = IDS.slice(0, 4).map(([, make]) => groupingText(`session ${make()} has ended`));
    expect(new Set([...texts, groupingText("session 4711 has ended")])).toEqual(
      new Set(["session <*> has ended"]),
    );
  });
});

it("an id of which the scrubber took a part for a card's number is an id all the same", () => {
  const scrubber = createScrubber();
  // No length that generators are known for: those stay whole.
  const ids = [
    `4111111111111111c5-${hex(18)}`,
    ...Array.from({ length: 5_000 }, () => `${hex(18)}-${hex(18)}`),
  ];
  const texts = ids.map((id) => scrubber.text(`order ${id} was not paid`, 1_000));
  expect(texts.some((text) => text.includes("[card]"))).toBe(true);
  expect(new Set(texts.map(groupingText))).toEqual(new Set(["order <*> was not paid"]));
  expect(groupingText("card [card] was declined")).toBe("card [card] was declined");
});

describe("words that people made", () => {
  it.each(
    ("getUserNameById getByIdOrNameAsXml XMLHttpRequest HTMLButtonElement IndexedDBFactory parseJSONBody toISOString " +
      "NullReferenceException Win32Exception OAuth2Client HTTP2Session UTF8Decoder Float32Array ES2015Module " +
      "ECONNREFUSED ERR_INVALID_ARG_TYPE MAX_SAFE_INTEGER content-security-policy node_modules checkout_session " +
      "user_profile_picture StorageUnknownError PostgrestError AuthApiError sha256sum v18-alpine").split(" "),
  )("stay: %s", (word) => {
    expect(withoutIds(`${word} failed`)).toBe(`${word} failed`);
  });

  it.each("PGRST116 PGRST301 SQL0803N KB5034441 AADSTS50011 ORA01017 E11000 42P01".split(" "))(
    "to name an error stay: %s",
    (code) => {
      expect(looksGenerated(code)).toBe(false);
      expect(groupingText(`code ${code}: it failed`)).toContain(code);
    },
  );
});

describe("addresses, paths and tokens", () => {
  it("are left to be masked as wholes", () => {
    expect(groupingText("GET https://x.example/u/V1StGXR8Z5 failed")).toBe("GET <url> failed");
    expect(groupingText("no file /tmp/V1StGXR8Z5jdHi6B/photo.png")).toBe("no file <path>");
    expect(groupingText("mail to V1StGXR8Z5@example.org bounced")).toBe("mail to <email> bounced");
  });
});

it("looking for ids never throws, leaves blanks and what is no word, and needs linear time", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
    const left = withoutIds(text);
    expect(left.replace(/<\*>|[\w-]/g, "")).toBe(text.replace(/<\*>|[\w-]/g, ""));
  }));
  for (const hostile of ["aB1", "a-", "_", "0-", "aA", "<*>", "a1b2c3d4-"]) {
    const began = performance.now();
    withoutIds(hostile.repeat(100_000));
    expect(performance.now() - began, hostile).toBeLessThan(1_000);
  }
});
