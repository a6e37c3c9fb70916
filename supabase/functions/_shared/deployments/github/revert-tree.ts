/** A file of a git tree: path, mode (executable, link), and the hash of its content. */
export interface TreeEntry {
  path: string;
  mode: string;
  type: string;
  sha: string;
}

/** A change of a tree in the form of GitHub's git data API: a null hash removes the file. */
export interface TreeChange {
  path: string;
  mode: string;
  type: "blob" | "commit";
  sha: string | null;
}

/**
 * What has to change in `head` to undo what happened between `before` and `after`, file by file. A file that later commits changed
 * again is a conflict: content is only ever put back whole, never merged.
 */
export function revertTree(
  before: readonly TreeEntry[],
  after: readonly TreeEntry[],
  head: readonly TreeEntry[],
): { changes: TreeChange[]; conflicts: string[] } {
  const byPath = (entries: readonly TreeEntry[]) => new Map(entries.map((entry) => [entry.path, entry]));
  const [old, bad, now] = [byPath(before), byPath(after), byPath(head)];
  const same = (a: TreeEntry | undefined, b: TreeEntry | undefined) =>
    a?.sha === b?.sha && a?.mode === b?.mode;
  const changes: TreeChange[] = [];
  const conflicts: string[] = [];
  for (const path of new Set([...old.keys(), ...bad.keys()])) {
    const [was, became, is] = [old.get(path), bad.get(path), now.get(path)];
    if (same(was, became) || same(was, is)) continue;
    if (!same(became, is)) {
      conflicts.push(path);
      continue;
    }
    const type = (was ?? became)!.type === "commit" ? "commit" : "blob";
    changes.push(
      was ? { path, mode: was.mode, type, sha: was.sha } : { path, mode: became!.mode, type, sha: null },
    );
  }
  return { changes, conflicts };
}
