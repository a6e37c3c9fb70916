const HEX = /^(?:[0-9a-f]{2})+$/i;

/**
 * Whether `signature` is the hex HMAC of the raw body. The comparison is WebCrypto's own and takes the same time for every wrong
 * signature. Anything that is no hex of the right length is wrong, never an error.
 */
export async function isHmacOf(
  body: Uint8Array<ArrayBuffer>,
  signature: string | null,
  secret: string,
  hash: "SHA-1" | "SHA-256",
): Promise<boolean> {
  if (signature === null || secret === "" || !HEX.test(signature)) return false;
  const key = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(secret),
    { name: "HMAC", hash },
    false,
    [
      "verify",
    ],
  );
  const bytes = Uint8Array.from(signature.match(/../g)!, (pair) => parseInt(pair, 16));
  return await crypto.subtle.verify("HMAC", key, bytes, body);
}

/** Vercel signs with HMAC-SHA1, hex, in `x-vercel-signature`. */
export function isSignedByVercel(
  body: Uint8Array<ArrayBuffer>,
  headers: Headers,
  secret: string,
): Promise<boolean> {
  return isHmacOf(body, headers.get("x-vercel-signature"), secret, "SHA-1");
}

/** GitHub signs with HMAC-SHA256: `X-Hub-Signature-256: sha256=<hex>`. Its older SHA-1 header is not accepted. */
export function isSignedByGithub(
  body: Uint8Array<ArrayBuffer>,
  headers: Headers,
  secret: string,
): Promise<boolean> {
  const header = headers.get("x-hub-signature-256");
  const signature = header?.startsWith("sha256=") ? header.slice("sha256=".length) : null;
  return isHmacOf(body, signature, secret, "SHA-256");
}
