import { type Detector, TRAITS } from "./detector.ts";
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
 * In the order in which they run: what can span several words first, so that a later detector does not take a part
 * out of the middle and leave the rest.
 */
export const DETECTORS: readonly Detector[] = [
  privateKey,
  urlCredentials,
  queryParameter,
  keyValue,
  spokenSecret,
  authorization,
  knownToken,
  email,
  bankAccount,
  cardNumber,
  socialSecurityNumber,
  phoneNumber,
  ipAddress,
];

/** Detectors whose finds look like versions: `app@2.1.x`, `1.2.3.4`. They are left out for fields that hold versions. */
const LOOK_LIKE_VERSIONS: ReadonlySet<Detector> = new Set([ipAddress, phoneNumber]);

/**
 * The text without secrets and personal data, and without what Postgres cannot store: NUL characters and halves of
 * surrogate pairs. Linear in its length.
 */
export function scrubText(text: string, version = false): string {
  let out = text.isWellFormed() ? text : text.toWellFormed();
  const traits = traitsOf(out);
  if (traits === 0) return out;
  if (traits & TRAITS.nul) out = out.replaceAll("\0", "\ufffd");
  for (const detector of DETECTORS) {
    if ((traits & detector.needs) === 0) continue;
    if (version && LOOK_LIKE_VERSIONS.has(detector)) continue;
    out = detector.scrub(out);
  }
  return out;
}

/** Characters dropped at the end of a text that was cut: half a secret at its edge would not be recognised. */
const EDGE_CHARS = 256;

/** Scrubs a text and bounds it to `maxChars`; a longer one ends in an ellipsis. */
export function scrubAndCut(text: string, maxChars: number, version = false): string {
  if (text.length <= maxChars) {
    const whole = scrubText(text, version);
    return whole.length <= maxChars ? whole : cut(whole, maxChars);
  }
  const scrubbed = scrubText(text.slice(0, maxChars + EDGE_CHARS), version);
  const edge = text.length > maxChars + EDGE_CHARS ? EDGE_CHARS : 0;
  return cut(scrubbed, Math.min(maxChars, scrubbed.length - edge));
}

function cut(text: string, chars: number): string {
  return text.slice(0, Math.max(0, chars - 1)).toWellFormed().replace(/\ufffd$/, "") + "…";
}
