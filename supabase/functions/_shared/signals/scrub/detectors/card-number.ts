import { type Detector, TRAITS } from "../detector.ts";

export const CARD = "[card]";

/** 13 to 19 digits as ISO/IEC 7812 allows, in groups or not. The first digit is that of the payment networks. */
const CANDIDATE = /(?<![\d.])[2-6]\d(?:[ -]?\d){11,17}(?![\d])/g;

/** Payment card numbers that pass the Luhn check. */
export const cardNumber: Detector = {
  name: "card number",
  needs: TRAITS.manyDigits,
  scrub: (text) => text.replace(CANDIDATE, (candidate) => isCard(candidate) ? CARD : candidate),
};

/** ISO/IEC 7812-1, annex B: double every second digit from the right; the sum of all digits is a multiple of ten. */
export function isCard(candidate: string): boolean {
  const digits = candidate.replace(/\D/g, "");
  if (digits.length < 13 || digits.length > 19 || /^(\d)\1+$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
