const PREFIX = "whsec_";

/**
 * Headers of the Standard Webhooks specification: HMAC-SHA256 over `id.timestamp.body`, base64, version `v1`.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 *
 * @param secret `whsec_` and base64, or any other text, whose bytes are then the key.
 * @param at when it is sent; receivers refuse old signatures.
 */
export async function signedHeaders(
  secret: string,
  id: string,
  at: Date,
  body: string,
): Promise<Record<string, string>> {
  const timestamp = Math.floor(at.getTime() / 1000).toString();
  const key = await crypto.subtle.importKey(
    "raw",
    keyBytes(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const content = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, content));
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${btoa(String.fromCharCode(...signature))}`,
  };
}

function keyBytes(secret: string): Uint8Array<ArrayBuffer> {
  if (secret.startsWith(PREFIX)) {
    try {
      return Uint8Array.from(atob(secret.slice(PREFIX.length)), (character) => character.charCodeAt(0));
    } catch {
      // Not base64: then the whole text is the key, as with any other secret.
    }
  }
  return new TextEncoder().encode(secret);
}
