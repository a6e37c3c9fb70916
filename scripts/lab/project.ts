import type { Json } from "../../supabase/functions/_shared/platform/json.ts";
import type { Platform } from "../platform/start.ts";

export interface LabProject {
  id: number;
  slug: string;
  /** What the Sentry SDK takes. */
  dsn: string;
  configurationUrl: string;
}

/** The project of this slug with an ingest key; it is made when there is none. */
export async function findOrAddProject(
  platform: Platform,
  { slug, name, adminEmail = null }: { slug: string; name: string; adminEmail?: string | null },
): Promise<LabProject> {
  const [row] = await platform.sql("select prunella.add_project($1, $2, $3) as added", [
    slug,
    name,
    adminEmail,
  ]);
  const { project_id: id, dsn } = row!.added as { project_id: number; dsn: string };
  return { id, slug, dsn, configurationUrl: `${platform.functionsUrl}/configuration/${id}` };
}

/** A key with which the application reads its configuration, made as every admin makes one. */
export async function makeConfigurationKey(
  platform: Platform,
  projectId: number,
  authorization: string = platform.secretKey,
): Promise<string> {
  const response = await fetch(`${platform.functionsUrl}/control/keys`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      apikey: authorization === platform.secretKey ? authorization : platform.publishableKey,
      ...(authorization !== platform.secretKey && { authorization: `Bearer ${authorization}` }),
    },
    body: JSON.stringify({ project: projectId, purpose: "configuration", label: "shop" }),
  });
  const body = await response.json();
  if (!response.ok) throw new Error(`No configuration key was made: ${JSON.stringify(body)}`);
  return body.key;
}

/**
 * The configuration that the shop has been running with since yesterday. A first version from seconds ago would be a suspect
 * in everything that happens next, and rightly so.
 */
export async function writeOldConfiguration(
  platform: Platform,
  projectId: number,
  values: Record<string, Json>,
): Promise<void> {
  for (const [key, value] of Object.entries(values)) {
    await platform.sql(
      `insert into public.system_config (project_id, key, value, reason, created_at)
       select $1, $2, $3::jsonb, 'As it has been', now() - interval '1 day'
       where not exists (select from public.system_config where project_id = $1 and key = $2)`,
      [projectId, key, JSON.stringify(value)],
    );
  }
}

/** Changes a value, as somebody in the team does. Returns the new version and the moment of the change. */
export async function changeConfiguration(
  platform: Platform,
  projectId: number,
  key: string,
  value: Json,
  reason: string,
): Promise<{ version: number; at: Date }> {
  const [row] = await platform.sql(
    "select version, created_at from public.change_config($1, $2, $3::jsonb, $4)",
    [projectId, key, JSON.stringify(value), reason],
  );
  return { version: Number(row!.version), at: new Date(String(row!.created_at)) };
}
