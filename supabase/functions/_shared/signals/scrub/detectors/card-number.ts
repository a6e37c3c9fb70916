import { type Detector, type Span, TRAITS } from "../detector.ts";

export const CARD = "[card]";

/** ISO/IEC 7812 allows 13 to 19 digits. */
const MIN_DIGITS = 13;
const MAX_DIGITS = 19;
/** As cards are printed: 4-4-4-4-3 at most. */
const MAX_GROUPS = 5;
/** Digits in groups or not; a card may stand among other numbers, as in `20 4111 1111 1111 1111`. */
const RUN = /(?<![\d.])\d(?:[ -]?\d){12,}/g;
/** The first digits of the payment networks. */
const NETWORK = /^[2-6]/;

/**
 * Ids in hexadecimal, of the lengths that generators make: UUIDs, hashes, object and trace ids. One UUID in 700 has a
 * card in it by chance, and an id that is cut to pieces no longer groups with the others.
 */
const HEX_ID =
  /(?<![0-9A-Za-z])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=\d{0,63}[a-f])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[0-9a-f]{24}))(?![0-9A-Za-z])/gi;

/** Payment card numbers that pass the Luhn check. */
export const cardNumber: Detector = {
  name: "card number",
  needs: TRAITS.manyDigits,
  find(text) {
    const found = cardsIn(text);
    // Few texts have any, so ids are looked for only in those.
    return found.length === 0 ? found : cardsIn(text.replace(HEX_ID, (id) => "x".repeat(id.length)));
  },
};

function cardsIn(text: string): Span[] {
  const found: Span[] = [];
  RUN.lastIndex = 0;
  for (let run = RUN.exec(text); run; run = RUN.exec(text)) addCards(run[0], run.index, found);
  return found;
}

/** Adds the cards in a run of digits that begins at `offset`: they begin and end where groups do. */
function addCards(run: string, offset: number, found: Span[]): void {
  const groups = [...run.matchAll(/\d+/g)];
  for (let first = 0; first < groups.length; first++) {
    let digits = "";
    let end = 0;
    for (let last = first; last < groups.length; last++) {
      digits += groups[last]![0];
      if (digits.length > MAX_DIGITS) break;
      const asPrinted = last - first < MAX_GROUPS || (first === 0 && last === groups.length - 1);
      if (asPrinted && NETWORK.test(digits) && isCard(digits)) end = last + 1;
    }
    if (end === 0) continue;
    const last = groups[end - 1]!;
    found.push({
      start: offset + groups[first]!.index,
      end: offset + last.index + last[0].length,
      marker: CARD,
    });
    first = end - 1;
  }
}

/** ISO/IEC 7812-1, annex B: double every second digit from the right; the sum of all digits is a multiple of ten. */
export function isCard(candidate: string): boolean {
  const digits = candidate.replace(/\D/g, "");
  if (digits.length < MIN_DIGITS || digits.length > MAX_DIGITS || /^(\d)\1+$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
