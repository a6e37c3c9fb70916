import { type Detector, FILTERED, spansOf, TRAITS } from "../detector.ts";
import { classifyKey } from "../key-class.ts";

const PARAMETER = /([?&;#](?:amp;)?)([\w.\-%\[\]]{1,64})=([^&#;\s"'<>`]+)/g;
/** Harmless words elsewhere, secrets or personal data in an address. */
const IN_ADDRESSES = new Set([
  "key",
  "code",
  "state",
  "hash",
  "sign",
  "ticket",
  "invite",
  "otp",
  "address",
  "ip",
  "name",
]);

/** Secret and personal values in the query or fragment of an address: OAuth codes, signed links, keys, e-mails. */
export const queryParameter: Detector = {
  name: "query parameter",
  needs: TRAITS.separator,
  find: (text) =>
    text.includes("=")
      ? spansOf(
        text,
        PARAMETER,
        FILTERED,
        ([, , name]) => isSecret(name!),
        ([, sign, name]) => sign!.length + name!.length + 1,
      )
      : [],
};

function isSecret(name: string): boolean {
  return IN_ADDRESSES.has(name.toLowerCase()) || classifyKey(name) !== null;
}
