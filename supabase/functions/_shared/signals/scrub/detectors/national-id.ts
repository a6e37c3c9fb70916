import { type Detector, type Span, spansOf, TRAITS } from "../detector.ts";

export const SSN = "[ssn]";
export const IBAN = "[iban]";

/** US social security numbers as they are written, without the ranges that are never issued. */
const SSN_SHAPE = /(?<![\w-])(?!000|666|9\d\d)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\w-])/g;
/** ISO 13616: country, two check digits, up to 30 characters, often in groups of four. */
const IBAN_HEAD_CHARS = 4;
/** Norway's have 15. */
const MIN_IBAN_CHARS = 15;
const IBAN_SHAPE = /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?![A-Za-z0-9])/g;

export const socialSecurityNumber: Detector = {
  name: "social security number",
  needs: TRAITS.manyDigits,
  find: (text) => spansOf(text, SSN_SHAPE, SSN),
};

export const bankAccount: Detector = {
  name: "bank account",
  needs: TRAITS.manyDigits,
  find(text) {
    const found: Span[] = [];
    IBAN_SHAPE.lastIndex = 0;
    for (let match = IBAN_SHAPE.exec(text); match; match = IBAN_SHAPE.exec(text)) {
      const length = ibanLength(match[0]);
      // None begins here: perhaps one does at the next group.
      IBAN_SHAPE.lastIndex = match.index + (length || IBAN_HEAD_CHARS);
      if (length > 0) found.push({ start: match.index, end: match.index + length, marker: IBAN });
    }
    return found;
  },
};

/** Length of the account number that `groups` begins with, 0 when it begins with none: other groups may follow it. */
function ibanLength(groups: string): number {
  for (let end = groups.length; end >= MIN_IBAN_CHARS; end = groups.lastIndexOf(" ", end - 1)) {
    if (isIban(groups.slice(0, end))) return end;
  }
  return 0;
}

/** ISO 7064 mod 97-10: moved to the end, with letters as numbers from 10, the whole leaves a remainder of 1. */
function isIban(candidate: string): boolean {
  const compact = candidate.replaceAll(" ", "");
  let remainder = 0;
  for (const char of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(char, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}
