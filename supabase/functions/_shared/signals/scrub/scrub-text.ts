import { type Detector, replaceSpans, type Span, TRAITS } from "./detector.ts";
import { authorization } from "./detectors/authorization.ts";
import { cardNumber } from "./detectors/card-number.ts";
import { email } from "./detectors/email.ts";
import { ipAddress } from "./detectors/ip-address.ts";
import { keyValue } from "./detectors/key-value.ts";
import { knownToken } from "./detectors/known-token.ts";
import { bankAccount, socialSecurityNumber } from "./detectors/national-id.ts";
import { phoneNumber } from "./detectors/phone-number.ts";
import { privateKey } from "./detectors/private-key.ts";
import { queryParameter } from "./detectors/query-parameter.ts";
import { spokenSecret } from "./detectors/spoken-secret.ts";
import { urlCredentials } from "./detectors/url-credentials.ts";
import { traitsOf } from "./traits.ts";

/**
 * What is marked off by itself: taken out first, one after the other. A key may contain the word "secret", and the
 * password of an address may look like the name of an e-mail account: what follows would be taken for more of it.
 */
const OUTER: readonly Detector[] = [privateKey, urlCredentials, knownToken];

/**
 * All look at the same text, and everything that any of them found goes. If they ran one after the other, the first
 * could take away the name by which the next would know a secret, or a part out of the middle of it. Where two found
 * the same, the marker is that of the first.
 */
const INNER: readonly Detector[] = [
  queryParameter,
  keyValue,
  spokenSecret,
  authorization,
  email,
  bankAccount,
  cardNumber,
  socialSecurityNumber,
  phoneNumber,
  ipAddress,
];
export const DETECTORS: readonly Detector[] = [...OUTER, ...INNER];

/** `1.2.3.4`, `v1.2.3`, `shop@2.0.0.17+build.5`: what stands in a field for versions and has their form. */
const VERSION = /^(?:[\w./-]{1,200}@)?v?\d{1,9}(?:\.\d{1,9}){0,3}(?:[+-][\w.+-]{0,100})?$/;

/**
 * The text without secrets and personal data, and without what Postgres cannot store: NUL characters and halves of
 * surrogate pairs. Linear in its length.
 */
export function scrubText(text: string, mayBeVersion = false): string {
  if (mayBeVersion || text.length < CLEAN_MIN_CHARS || text.length > CLEAN_MAX_CHARS) {
    return scrubAnew(text, mayBeVersion);
  }
  if (clean[text]) return text;
  const out = scrubAnew(text, false);
  if (out === text) remember(text);
  return out;
}

/** Shorter texts are looked through faster than looked up, longer ones hardly come twice. */
const CLEAN_MIN_CHARS = 16;
const CLEAN_MAX_CHARS = 256;
const MAX_CLEAN = 4096;
/**
 * Texts in which nothing was found: most of an event, and the same in the next one, as lines of source and statements
 * of a database. None that holds a secret is in here. An object, because its keys are copies: a set would keep alive
 * the whole stack of which a line is a part.
 */
let clean: Record<string, true> = Object.create(null);
let cleanCount = 0;

function remember(text: string): void {
  if (cleanCount >= MAX_CLEAN) {
    clean = Object.create(null);
    cleanCount = 0;
  }
  clean[text] = true;
  cleanCount += 1;
}

function scrubAnew(text: string, mayBeVersion: boolean): string {
  let out = text.isWellFormed() ? text : text.toWellFormed();
  const traits = traitsOf(out);
  if (traits === 0) return out;
  if (traits & TRAITS.nul) out = out.replaceAll("\0", "\ufffd");
  const escaped = (traits & TRAITS.backslash) !== 0;
  if (escaped) out = openEscapes(out);
  // A version of four numbers cannot be told from an IPv4 address: in a field for versions it is one.
  const isVersion = mayBeVersion && VERSION.test(out);
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const before = out;
    out = withoutSpans(out, traits, isVersion);
    if (out === before) break;
  }
  return escaped ? out.replaceAll(BOUNDARY, "") : out;
}

/** What stands around a marker can be read anew, so a text in which something was found is looked at again. */
const MAX_PASSES = 3;

function withoutSpans(text: string, traits: number, isVersion: boolean): string {
  let out = text;
  for (const detector of OUTER) {
    if (traits & detector.needs) out = replaceSpans(out, detector.find(out));
  }
  let found: readonly Span[] = [];
  for (const detector of INNER) {
    if ((traits & detector.needs) === 0 || (isVersion && detector === ipAddress)) continue;
    const spans = detector.find(out);
    if (spans.length > 0) found = found.concat(spans);
  }
  return replaceSpans(out, found);
}

/** A character that means nothing, is not typed by anybody and is no part of a word. */
const BOUNDARY = "\ue000";

/**
 * In text that was encoded once more, as JSON inside a string, the `n` of an escaped newline touches the next word and
 * would hide where it begins; and a quote may be written by its number.
 */
function openEscapes(text: string): string {
  return text.replace(/\\u0022/g, '\\"').replace(/\\[nrtbf]/g, `$&${BOUNDARY}`);
}

/** Characters dropped at the end of a text that was cut: half a secret at its edge would not be recognised. */
const EDGE_CHARS = 256;

/** Scrubs a text and bounds it to `maxChars`; a longer one ends in an ellipsis. */
export function scrubAndCut(text: string, maxChars: number, mayBeVersion = false): string {
  if (text.length <= maxChars) {
    const whole = scrubText(text, mayBeVersion);
    return whole.length <= maxChars ? whole : cut(whole, maxChars);
  }
  const scrubbed = scrubText(text.slice(0, maxChars + EDGE_CHARS), mayBeVersion);
  const edge = text.length > maxChars + EDGE_CHARS ? EDGE_CHARS : 0;
  return cut(scrubbed, Math.min(maxChars, scrubbed.length - edge));
}

function cut(text: string, chars: number): string {
  return text.slice(0, Math.max(0, chars - 1)).toWellFormed().replace(/\ufffd$/, "") + "…";
}
