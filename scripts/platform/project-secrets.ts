import type { Database } from "./database.ts";

/** What the migrations' triggers and cron jobs look up in Vault to call the project's functions. */
export const AUTOMATIONS_KEY_SECRET = "prunella_automations_key";
export const FUNCTIONS_URL_SECRET = "prunella_functions_url";

export async function storeProjectSecrets(
  database: Database,
  { automationsKey, functionsUrl }: { automationsKey: string; functionsUrl: string },
): Promise<void> {
  await storeSecret(
    database,
    AUTOMATIONS_KEY_SECRET,
    automationsKey,
    "The secret key that cron and net present",
  );
  await storeSecret(
    database,
    FUNCTIONS_URL_SECRET,
    functionsUrl,
    "Where the project's edge functions are served",
  );
}

async function storeSecret(
  database: Database,
  name: string,
  secret: string,
  description: string,
): Promise<void> {
  const [known] = await database.query(
    "select id, decrypted_secret from vault.decrypted_secrets where name = $1",
    [
      name,
    ],
  );
  if (known?.decrypted_secret === secret) return;
  if (known) await database.query("select vault.update_secret($1, $2)", [known.id, secret]);
  else await database.query("select vault.create_secret($1, $2, $3)", [secret, name, description]);
}
