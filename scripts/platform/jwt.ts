/** JSON Web Tokens signed with HS256, as far as the gateway needs them. */

/** The name that the local signing key has in `SUPABASE_JWKS`. */
export const LOCAL_KEY_ID = "local";

export type Claims = Record<string, unknown>;

const encoder = new TextEncoder();

export function jwks(secret: string): { keys: Record<string, string>[] } {
  const k = encoder.encode(secret).toBase64({ alphabet: "base64url", omitPadding: true });
  return { keys: [{ kty: "oct", alg: "HS256", kid: LOCAL_KEY_ID, k }] };
}

/** The claims of a token that is whole, signed with `secret` and not expired at `now` (ms); else undefined. */
export async function verifyToken(token: string, secret: string, now: number): Promise<Claims | undefined> {
  const [header, payload, signature, ...rest] = token.split(".");
  if (!header || !payload || !signature || rest.length > 0) return undefined;
  if (decode(header)?.alg !== "HS256") return undefined;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.fromBase64(signature, { alphabet: "base64url" });
  } catch {
    return undefined;
  }
  const key = await hmacKey(secret, "verify");
  if (!await crypto.subtle.verify("HMAC", key, bytes, encoder.encode(`${header}.${payload}`))) {
    return undefined;
  }
  const claims = decode(payload);
  if (!claims || (typeof claims.exp === "number" && claims.exp * 1000 <= now)) return undefined;
  return claims;
}

/** Signs `claims` so that the token names its key, which `@supabase/server` wants and Lite leaves out. */
export async function signToken(claims: Claims, secret: string): Promise<string> {
  const signed = [{ alg: "HS256", typ: "JWT", kid: LOCAL_KEY_ID }, claims]
    .map((part) => base64url(encoder.encode(JSON.stringify(part)))).join(".");
  const signature = await crypto.subtle.sign("HMAC", await hmacKey(secret, "sign"), encoder.encode(signed));
  return `${signed}.${base64url(new Uint8Array(signature))}`;
}

function hmacKey(secret: string, usage: "sign" | "verify"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    usage,
  ]);
}

function base64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

function decode(part: string): Claims | undefined {
  try {
    const bytes = Uint8Array.fromBase64(part, { alphabet: "base64url" });
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Claims : undefined;
  } catch {
    return undefined;
  }
}
