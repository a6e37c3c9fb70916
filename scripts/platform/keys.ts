import { generateApiKey } from "@supabase/lite";

/** What a hosted project has in its settings under "API keys", and the secret its user tokens are signed with. */
export interface Keys {
  publishable: string;
  secret: string;
  /** The named secret key that pg_cron and pg_net present. */
  automations: string;
  jwtSecret: string;
}

const JWT_SECRET_BYTES = 48;

/** Fresh keys, in the form that Supabase gives them. */
export async function generateKeys(): Promise<Keys> {
  const [publishable, secret, automations] = await Promise.all([
    generateApiKey("publishable"),
    generateApiKey("secret"),
    generateApiKey("secret"),
  ]);
  return {
    publishable: publishable.key,
    secret: secret.key,
    automations: automations.key,
    jwtSecret: crypto.getRandomValues(new Uint8Array(JWT_SECRET_BYTES)).toBase64(),
  };
}

/** The keys in `file`, made at the first call and readable by their owner alone. */
export async function loadKeys(file: string): Promise<Keys> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    const keys = await generateKeys();
    await Deno.writeTextFile(file, JSON.stringify(keys, null, 2) + "\n", { mode: 0o600, createNew: true });
    return keys;
  }
  const keys: unknown = parseJson(text);
  if (!isKeys(keys)) throw new Error(`${file} is damaged: restore it, or delete it to have new keys made`);
  return keys;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isKeys(value: unknown): value is Keys {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Record<string, unknown>;
  return ["publishable", "secret", "automations", "jwtSecret"].every((name) =>
    typeof record[name] === "string" && record[name] !== ""
  );
}
