import { type Detector, FILTERED, type Span, TRAITS } from "../detector.ts";

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;

/** PEM blocks of private keys: RSA, EC, OpenSSH, PGP, encrypted or not. A block that was cut off goes to the end. */
export const privateKey: Detector = {
  name: "private key",
  needs: TRAITS.pem,
  find(text) {
    const found: Span[] = [];
    let done = 0;
    for (const begin of text.matchAll(BEGIN)) {
      if (begin.index < done) continue;
      const body = begin.index + begin[0].length;
      const end = text.indexOf("-----END", body);
      const close = end === -1 ? -1 : text.indexOf("-----", end + "-----END".length);
      done = close === -1 ? text.length : close + "-----".length;
      found.push({ start: begin.index, end: done, marker: FILTERED });
    }
    return found;
  },
};
