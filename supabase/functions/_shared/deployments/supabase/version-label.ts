/** A version of a function as deployments are named after it: `checkout@3`. */
export function versionLabel({ slug, version }: { slug: string; version: number }): string {
  return `${slug}@${version}`;
}

/** What a deployment's name says of the function; null of other deployments. */
export function versionOf(label: string): { slug: string; version: number } | null {
  const found = /^([A-Za-z0-9_-]{1,100})@(\d{1,9})$/.exec(label);
  return found ? { slug: found[1]!, version: Number(found[2]) } : null;
}
