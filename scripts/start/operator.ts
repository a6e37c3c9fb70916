import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import type { Platform } from "../platform/start.ts";

const EMAIL = "operator@shop.example";

const keptSchema = z.object({
  email: z.string(),
  password: z.string(),
  configurationKey: z.string().nullable(),
  paymentsPort: z.number().nullable(),
  runbookPort: z.number().nullable(),
});
/** What the demonstration needs again at its next start, and the database does not tell: secrets, and addresses. */
export type Kept = z.infer<typeof keptSchema>;

export interface Operator {
  email: string;
  password: string;
  accessToken: string;
  /** Acts with this person's rights. */
  client: SupabaseClient;
}

export async function loadKept(path: string): Promise<Kept> {
  const text = await Deno.readTextFile(path).catch(() => "{}");
  const known = keptSchema.safeParse(JSON.parse(text));
  return known.success ? known.data : {
    email: EMAIL,
    password: crypto.randomUUID().slice(0, 18),
    configurationKey: null,
    paymentsPort: null,
    runbookPort: null,
  };
}

export async function saveKept(path: string, kept: Kept): Promise<void> {
  await Deno.writeTextFile(path, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
}

/** Signs the demonstration's operator in, and up when the database does not know him yet. */
export async function signIn(platform: Platform, { email, password }: Kept): Promise<Operator> {
  const client = createClient(platform.url, platform.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: true },
  });
  const known = await client.auth.signInWithPassword({ email, password });
  const { data, error } = known.error ? await client.auth.signUp({ email, password }) : known;
  if (error || !data.session) {
    throw new Error(`The operator cannot sign in: ${error?.message ?? "no session"}`);
  }
  return { email, password, accessToken: data.session.access_token, client };
}

/** Calls a function of the platform as the operator. */
export async function callAs(
  platform: Platform,
  operator: Operator,
  method: string,
  path: string,
  body: unknown,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${platform.functionsUrl}/${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      apikey: platform.publishableKey,
      authorization: `Bearer ${operator.accessToken}`,
    },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path} was refused: ${JSON.stringify(answer)}`);
  return answer;
}
