/** The folder that holds package.json. */
export const PROJECT = decodeURIComponent(new URL("../..", import.meta.url).pathname).replace(/\/$/, "");

export const MIGRATIONS = `${PROJECT}/supabase/migrations`;
export const FUNCTIONS = `${PROJECT}/supabase/functions`;
export const CONFIG = `${PROJECT}/supabase/config.toml`;

/** The URL of a file given by an absolute path, or by one relative to the working directory. */
export function toFileUrl(path: string): string {
  const absolute = path.startsWith("/") ? path : `${Deno.cwd()}/${path}`;
  const url = new URL("file:///");
  url.pathname = absolute.replaceAll("%", "%25").replaceAll("?", "%3F").replaceAll("#", "%23");
  return url.href;
}
