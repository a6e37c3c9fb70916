/** Folders that hold nothing of ours. */
const SKIPPED = new Set(["node_modules", ".git", ".prunella", "coverage", "dist"]);

/** Paths of all files below `root/<folder>` whose names end in `ending`, relative to `root`, sorted. */
export async function sourceFiles(root: string, ending: string, folder = ""): Promise<string[]> {
  const found: string[] = [];
  const visit = async (path: string) => {
    for await (const entry of Deno.readDir(path === "" ? root : `${root}/${path}`)) {
      const child = path === "" ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory && !SKIPPED.has(entry.name)) await visit(child);
      else if (entry.isFile && entry.name.endsWith(ending)) found.push(child);
    }
  };
  await visit(folder);
  return found.sort();
}
