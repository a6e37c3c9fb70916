import { type Detector, spansOf, TRAITS } from "../detector.ts";

export const PHONE = "[phone]";

/** ITU-T E.164: a plus and 8 to 15 digits. Without the plus only the North American groups are distinct enough. */
const INTERNATIONAL = /(?<![\w+.])\+[1-9](?:[ ().-]{0,2}\d){7,14}(?!\d)/g;
const NORTH_AMERICAN = /(?<![\w.+-])(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?![\w-]|\.\d)/g;

export const phoneNumber: Detector = {
  name: "phone number",
  needs: TRAITS.manyDigits,
  find: (text) => [...spansOf(text, INTERNATIONAL, PHONE), ...spansOf(text, NORTH_AMERICAN, PHONE)],
};
