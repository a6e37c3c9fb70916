import { createHmac } from "node:crypto";
import { get, record, text } from "../protocol/coerce.ts";

/** Hex digits kept of the HMAC: 128 bits, far from any collision among the users of a project. */
const HASH_CHARS = 32;
/** What SDKs send in place of an address that the server is to fill in. */
const AUTOMATIC_IP = "{{auto}}";

export type HashUser = (user: unknown) => string | null;

/**
 * Hashes what identifies a user (`id`, else e-mail, user name, address), with HMAC-SHA-256 (RFC 2104). The key is the
 * server's own and the project is part of the text, so a hash can be neither guessed from a list of addresses nor
 * compared between projects. Without a key users are not counted.
 */
export function userHasher(key: string | null, projectId: number): HashUser {
  return (user) => {
    if (key === null) return null;
    const identity = identityOf(user);
    if (identity === null) return null;
    return createHmac("sha256", key).update(`${projectId}\n${identity}`).digest("hex").slice(0, HASH_CHARS);
  };
}

function identityOf(user: unknown): string | null {
  const fields = record(user);
  for (const name of ["id", "email", "username", "ip_address"]) {
    const value = text(get(fields, name))?.trim();
    if (value && value !== AUTOMATIC_IP) return `${name}:${name === "email" ? value.toLowerCase() : value}`;
  }
  return null;
}
