import { type Detector, type Span, TRAITS } from "../detector.ts";

/** RFC 5321: the local part has at most 64 characters, the domain 255. */
const MAX_LOCAL_CHARS = 64;
const MAX_DOMAIN_CHARS = 255;
const LOCAL = /[\w.+%'!#$&*\/=?^{|}~-]/;
const DOMAIN = /[A-Za-z0-9.-]/;
const DOMAIN_SHAPE = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.)+[A-Za-z]{2,24}/;
/** Where an address is quoted or put in a list or query, these belong to the surroundings and not to it. */
const LEADING = /^[^A-Za-z0-9_\u0080-\uffff]+/;

export const EMAIL = "[email]";

/** E-mail addresses, also percent-encoded. Looks outwards from each `@`: a pattern that starts at the local part would
 * have to try every character of a long word. */
export const email: Detector = {
  name: "email",
  needs: TRAITS.at | TRAITS.percent,
  find(text) {
    const sign = text.includes("@") ? /@|%40/g : /%40/g;
    const found: Span[] = [];
    let done = 0;
    for (const at of text.matchAll(sign)) {
      if (at.index < done) continue;
      const domainStart = at.index + at[0].length;
      const domain = domainAt(text, domainStart);
      if (domain === 0) continue;
      const local = localBefore(text, at.index, done);
      if (local === at.index) continue;
      done = domainStart + domain;
      found.push({ start: local, end: done, marker: EMAIL });
    }
    return found;
  },
};

/** Length of the domain that begins at `start`, 0 when there is none. */
function domainAt(text: string, start: number): number {
  let end = start;
  const limit = Math.min(text.length, start + MAX_DOMAIN_CHARS);
  while (end < limit && isDomainChar(text, end)) end++;
  const domain = text.slice(start, end);
  if (/[\u0080-\uffff]/.test(domain)) return /\.[^.]{2,}$/u.test(domain) ? domain.length : 0;
  return DOMAIN_SHAPE.exec(domain)?.[0].length ?? 0;
}

function isDomainChar(text: string, index: number): boolean {
  return text.charCodeAt(index) > 0x7f || DOMAIN.test(text[index]!);
}

/** Where the local part that ends before `end` begins. */
function localBefore(text: string, end: number, floor: number): number {
  let start = end;
  const limit = Math.max(floor, end - MAX_LOCAL_CHARS);
  while (start > limit && (text.charCodeAt(start - 1) > 0x7f || LOCAL.test(text[start - 1]!))) start--;
  // `key=alice@example.com` and `/users/alice@example.com`: the address begins behind the last such sign.
  const local = text.slice(start, end);
  const cut = Math.max(
    local.lastIndexOf("="),
    local.lastIndexOf("/"),
    local.lastIndexOf("?"),
    local.lastIndexOf("&"),
  );
  start += cut + 1;
  return start + (LEADING.exec(text.slice(start, end))?.[0].length ?? 0);
}
